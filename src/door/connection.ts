import type { Ranges } from '../ranges.ts'

/** What a connection says of itself. `address` is null where the runtime cannot tell. */
export interface Connection {
  readonly address: string | null
  readonly secure: boolean
  /** The request's target as the client wrote it, where the runtime tells. */
  readonly target?: string | undefined
  /** Whether a body follows, where the runtime tells; else the request's headers do. */
  readonly hasBody?: boolean | undefined
}

/** Who asks, and by which origin, once proxies that may be believed have had their say. */
export interface Caller {
  readonly address: string | null
  /** Lower case, without a port. */
  readonly host: string
  /** `https://scim.msp.example:8443` as the client used it. */
  readonly origin: string
}

const hostShape = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i

/** Whether this is a `Host` that a request may name (RFC 9110 §7.2). */
export const isUsableHost = (host: string | undefined): boolean => hostShape.test(host ?? '')

/**
 * Reads `Host` and, from a trusted proxy only, `X-Forwarded-For`, `-Proto` and `-Host`. Of the forwarded addresses the
 * last that no trusted proxy bears is the client's: what stands before it, the client wrote itself.
 */
export function callerOf(
  connection: Connection,
  header: (name: string) => string | undefined,
  trusted: Ranges,
): Caller {
  const proxied = connection.address !== null && trusted(connection.address)
  const forwarded = (name: string): string | undefined => (proxied ? header(name) : undefined)
  const hops = (forwarded('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  const address = hops.findLast((hop) => hop !== '' && !trusted(hop)) ?? connection.address
  const [, host = 'localhost', port = ''] = hostShape.exec(forwarded('x-forwarded-host') ?? header('host') ?? '') ?? []
  const scheme = forwarded('x-forwarded-proto')?.toLowerCase() ?? (connection.secure ? 'https' : 'http')
  const origin = `${scheme === 'https' ? 'https' : 'http'}://${host.toLowerCase()}${port}`
  return { address, host: host.toLowerCase(), origin }
}
