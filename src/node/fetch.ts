import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher, Pool } from 'undici'
import { AnswerTooLong, type Fetch, type IncomingResponse, type OutgoingRequest } from '../ports.ts'
import { AddressRefused, type AllowHosts, judgeUrl, refusal } from '../upstream/address.ts'

/** No connection could be made: not a byte of the request left. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : 'no connection', { cause })
    this.name = 'NotConnected'
  }
}

export interface NodeFetch {
  readonly fetch: Fetch
  readonly neverSent: (error: unknown) => boolean
  /** Closes idle connections and waits for busy ones. */
  close(): Promise<void>
}

/** A list of 1,000 fat users is a few megabytes: this is a bound on memory, not on use. */
const maxResponseSize = 64 * 1024 * 1024
/**
 * All tenants on one upstream host (Entra's) share these, so that one tenant's slow requests must not use them up. Bounded
 * all the same, since each is a file descriptor and a buffer or two: how many requests one tenant may have under way is
 * for its `limits` clause to say.
 */
const connectionsPerOrigin = 1024
const mostKeptOrigins = 10_000

/**
 * Outgoing HTTP by undici: connections are kept and shared by origin, redirects are answers like any other, compression
 * is not asked for. A name is looked up once a connection, and the connection goes to the very addresses that were
 * judged, so that a name that changes its mind (DNS rebinding) gains nothing.
 */
export function createFetch(allow: AllowHosts): NodeFetch {
  const agent = new Agent({
    factory: (origin, options) => new Pool(origin, { ...options, ...poolOptions(origin, allow) }),
  })
  const originOf = judgedOrigins(allow)
  return {
    fetch: (request) => exchange(request, agent, originOf),
    neverSent: (error) => error instanceof NotConnected || error instanceof AddressRefused,
    close: () => agent.close(),
  }
}

/** An origin that may be reached, from the part of a URL up to its path. @throws AddressRefused */
type OriginOf = (authority: string) => string

/** The verdict depends on scheme, host and port alone, so that it is kept for the few that a gateway talks to. */
function judgedOrigins(allow: AllowHosts): OriginOf {
  const origins = new Map<string, string>()
  return (authority) => {
    const known = origins.get(authority)
    if (known !== undefined) return known
    const { origin } = judgeUrl(authority, allow).url
    if (origins.size >= mostKeptOrigins) origins.clear()
    origins.set(authority, origin)
    return origin
  }
}

function poolOptions(origin: string | URL, allow: AllowHosts): Pool.Options {
  // The signal governs: it knows the client's deadline, undici's own timers do not.
  const connect = buildConnector({ lookup: guardedLookup(judgeUrl(String(origin), allow)), allowH2: false, timeout: 0 })
  return {
    allowH2: false,
    connections: connectionsPerOrigin,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize,
    connect: (options, callback) =>
      connect(options, (...result) => {
        const [error, socket] = result
        if (error !== null) callback(new NotConnected(error), null)
        else callback(null, socket)
      }),
  }
}

function guardedLookup({ url, admits }: ReturnType<typeof judgeUrl>): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '')
      const admitted = addresses.filter(({ address }) => admits(address))
      const [first] = admitted
      if (first === undefined) return callback(new AddressRefused(refusal(hostname, url.protocol === 'https:')), '')
      if (options.all === true) return callback(null, admitted)
      callback(null, first.address, first.family)
    })
  }
}

function exchange(request: OutgoingRequest, agent: Agent, originOf: OriginOf): Promise<IncomingResponse> {
  return new Promise((resolve, reject) => {
    const { signal, method, headers, body, url } = request
    if (signal.aborted) return reject(new NotConnected(signal.reason))
    // The path is sent as it was written: a URL object would fold `%2e%2e` into a step up.
    const at = pathAt(url)
    const options = {
      origin: originOf(url.slice(0, at)),
      path: pathOf(url.slice(at)),
      method,
      headers,
      body: body ?? null,
    }
    agent.dispatch(options, new Answer(signal, resolve, reject))
  })
}

/** Where the path of an absolute URL begins: all before it decides who is reached. */
function pathAt(url: string): number {
  const at = url.slice(url.indexOf('//') + 2).search(/[/?#\\]/)
  return at === -1 ? url.length : at + url.indexOf('//') + 2
}

/** A fragment is for the reader of a URL alone, and a query may follow the host directly (RFC 3986 §3.5, §3.3). */
function pathOf(rest: string): string {
  const end = rest.indexOf('#')
  const path = end === -1 ? rest : rest.slice(0, end)
  return path.startsWith('/') ? path : `/${path}`
}

/** Collects one answer. undici's handlers are objects with methods; a class costs less than closures per request. */
class Answer implements Dispatcher.DispatchHandler {
  #status = 0
  #headers: Record<string, string> = {}
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  readonly #signal: AbortSignal
  readonly #resolve: (response: IncomingResponse) => void
  readonly #reject: (reason: unknown) => void
  readonly #abort: () => void

  constructor(signal: AbortSignal, resolve: (response: IncomingResponse) => void, reject: (reason: unknown) => void) {
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    this.#abort = () => {
      // Without a controller the request still waits for a connection: nothing of it was written, nor will be.
      if (this.#controller === undefined) this.#reject(new NotConnected(signal.reason))
      else this.#controller.abort(asError(signal.reason))
    }
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) controller.abort(asError(this.#signal.reason))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: NodeJS.Dict<string | string[]>,
  ): void {
    this.#status = status
    const joined: Record<string, string> = {}
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ')
    }
    this.#headers = joined
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener('abort', this.#abort)
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, headers: this.#headers, body: bytes.toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#signal.removeEventListener('abort', this.#abort)
    const isTooLong = 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
    this.#reject(isTooLong ? new AnswerTooLong(this.#status, maxResponseSize) : error)
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted', { cause: reason }))
