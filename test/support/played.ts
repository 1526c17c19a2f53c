import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type Play = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** An HTTP server that answers as it is told to. */
export interface PlayedServer {
  readonly url: string
  /** What it does with each request from now on, once that has arrived whole. */
  play(next: Play): void
  close(): void
}

export async function playedServer(first: Play = (_incoming, outgoing) => outgoing.end()): Promise<PlayedServer> {
  let now = first
  const server = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => now(incoming, outgoing))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    play: (next) => {
      now = next
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
