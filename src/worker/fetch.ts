import { AnswerTooLong, type IncomingResponse, type OutgoingRequest, type Ports } from '../ports.ts'
import { AddressRefused, type AllowHosts, judgeUrl } from '../upstream/address.ts'

/** The edge could not reach the origin: not a byte of the request got there. */
class NotConnected extends Error {
  constructor(status: number) {
    super(`the upstream cannot be reached (the edge says ${status})`)
    this.name = 'NotConnected'
  }
}

/**
 * What Cloudflare's edge answers in the origin's stead when it got no connection: 521 refused, 523 no route, 530 the name
 * is unknown. 522 and 524 are not among them: there the request may have arrived.
 */
const unreachable: ReadonlySet<number> = new Set([521, 523, 530])

/** An object has 128 MB in all; the parsed body needs several times its text. */
const maxResponseBytes = 16 * 1024 * 1024

/**
 * Outgoing HTTP by the runtime's own `fetch`, which is told to follow no redirect. The URL is judged before; what its name
 * resolves to cannot be: a deployed Worker has no route to private networks.
 */
export const workerFetch = (allow: AllowHosts): Pick<Ports, 'fetch' | 'neverSent'> => ({
  fetch: async ({ method, url, headers, body, signal }: OutgoingRequest): Promise<IncomingResponse> => {
    judgeUrl(url, allow)
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
    if (unreachable.has(response.status)) {
      await response.body?.cancel()
      throw new NotConnected(response.status)
    }
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await textOf(response) }
  },
  neverSent: (error) => error instanceof NotConnected || error instanceof AddressRefused || isRationed(error),
})

/** One client request may make so many requests, and the runtime itself refuses the next one. It has no type of its own. */
const isRationed = (error: unknown): boolean => error instanceof Error && /too many subrequests/i.test(error.message)

/** @throws AnswerTooLong */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > maxResponseBytes) throw new AnswerTooLong(response.status, maxResponseBytes)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
