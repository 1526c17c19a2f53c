import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { ScimError } from '../scim/error.ts'
import { createRefusal, type Refusal } from './refusal.ts'

/** How long a client may keep a connection waiting. */
export interface ServerTimeouts {
  /** For a request's headers, from the connection's or the request's beginning. */
  readonly headersMs: number
  /** For a whole request, body included. */
  readonly requestMs: number
  /** Without taking a byte of an answer. */
  readonly readMs: number
  /** Between two looks for requests that are late. */
  readonly checkMs: number
}

export const serverTimeouts: ServerTimeouts = { headersMs: 10_000, requestMs: 60_000, readMs: 60_000, checkMs: 5_000 }

export interface ServerOptions {
  readonly host: string
  readonly port: number
  readonly timeouts: ServerTimeouts
  newId(): string
}

export interface ListeningServer {
  readonly server: Server
  /** `http://127.0.0.1:8080` */
  readonly url: string
  /** Takes no more requests; resolves when those under way are answered, or after `drainMs`. */
  close(drainMs: number): Promise<void>
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown

/**
 * Serves `fetch` over HTTP. What never becomes a request to it (a broken message, a late one, an unusable host) is
 * refused here, in a SCIM error too: a client should not have to understand two kinds.
 * @throws Error when the address cannot be listened on.
 */
export function listenOn(
  fetch: Parameters<typeof getRequestListener>[0],
  options: ServerOptions,
): Promise<ListeningServer> {
  const { host, port, timeouts, newId } = options
  const refusal = createRefusal(newId)
  const serve = getRequestListener(fetch, {
    errorHandler: (error) =>
      refusal.response(
        error instanceof RequestError
          ? new ScimError(400, "the request's target or its Host header is not valid", { cause: error })
          : error,
      ),
  })
  const server = createServer({
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    connectionsCheckingInterval: timeouts.checkMs,
    // The listener refuses a request without a host itself, and says why.
    requireHostHeader: false,
  })
  const connections = trackConnections(server)
  refuseWhatIsNoRequest(server, connections, refusal)
  server.on('request', bounded(serve, timeouts.readMs))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('the server has no port'))
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
      resolve({
        server,
        url: `http://${name}:${address.port}`,
        close: (drainMs) => closeServer(server, connections, drainMs),
      })
    })
  })
}

/** A client that does not take its answer is let go: the answer would stay in memory for as long as it liked. */
const bounded =
  (serve: Listener, readMs: number): Listener =>
  (incoming, outgoing) => {
    outgoing.once('prefinish', () => incoming.socket.setTimeout(readMs))
    return serve(incoming, outgoing)
  }

interface Owed {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Open connections, and what is owed on them. */
interface Connections {
  /** The last request on a connection whose answer is not out yet. */
  owed(socket: Duplex): Owed | undefined
  /** Ends every connection as soon as nothing is owed on it. */
  end(): void
}

function trackConnections(server: Server): Connections {
  const connections = new Map<Duplex, Owed | undefined>()
  let ending = false
  server.on('connection', (socket) => {
    connections.set(socket, undefined)
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', (incoming, outgoing) => {
    const { socket } = incoming
    connections.set(socket, { incoming, outgoing })
    if (ending) outgoing.shouldKeepAlive = false
    outgoing.once('close', () => {
      if (connections.get(socket)?.incoming !== incoming) return
      connections.set(socket, undefined)
      if (ending) socket.end()
    })
  })
  return {
    owed: (socket) => connections.get(socket),
    end: () => {
      ending = true
      for (const [socket, last] of connections) {
        // Node takes a connection on which nothing whole came yet for a busy one, and looks for late ones no more.
        if (last === undefined) socket.destroy()
        else last.outgoing.shouldKeepAlive = false
      }
    },
  }
}

function refuseWhatIsNoRequest(server: Server, connections: Connections, refusal: Refusal): void {
  const broken = new WeakSet<Duplex>()
  server.on('clientError', (error, socket) => {
    // The parser reports each further piece of the same broken message.
    if (broken.has(socket)) return
    broken.add(socket)
    const last = connections.owed(socket)
    const refuse = (): void => refusal.write(socket, brokenMessage(error))
    // What follows a whole request on its connection must not take that request's answer away, nor keep it waiting.
    if (last?.incoming.complete === true) {
      socket.pause()
      last.outgoing.once('close', refuse)
    } else if (last?.outgoing.headersSent === true) socket.destroy()
    else refuse()
  })
  server.on('connect', (_incoming: IncomingMessage, socket: Duplex) => {
    refusal.write(socket, new ScimError(405, 'this is no proxy: CONNECT is not possible', { allow: 'GET, POST' }))
  })
  server.on('checkExpectation', (_incoming: IncomingMessage, outgoing: ServerResponse) => {
    refusal.answer(outgoing, new ScimError(417, 'only `Expect: 100-continue` can be met'))
  })
}

/** What Node's parser, or its timers, found wrong with a message. */
function brokenMessage(error: Error): ScimError {
  const code = 'code' in error ? error.code : undefined
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ScimError(408, 'the request took too long to arrive', { cause: error })
    case 'HPE_HEADER_OVERFLOW':
      return new ScimError(431, "the request's target and headers are too long: send a long filter by POST to .search")
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ScimError(413, "the body's chunk extensions are too long", { cause: error })
    default:
      return new ScimError(400, 'this is not an HTTP request', { cause: error })
  }
}

async function closeServer(server: Server, connections: Connections, drainMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    connections.end()
    setTimeout(() => server.closeAllConnections(), drainMs).unref()
  })
}
