import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorReply } from '../door/exchange.ts'
import { toScimError } from '../scim/error.ts'

/** Answers to what never became a request to the gateway: SCIM errors with a request id, like any other refusal. */
export interface Refusal {
  response(error: unknown): Response
  answer(outgoing: ServerResponse, error: unknown): void
  /** Writes the answer to a connection that HTTP's parser has given up, and closes it. */
  write(socket: Duplex, error: unknown): void
}

/** A client that does not close its side as well is not waited for any longer. */
const lingerMs = 500

export function createRefusal(newId: () => string): Refusal {
  return {
    response: (error) => {
      const { status, headers, body } = errorReply(toScimError(error), newId())
      return new Response(body ?? null, { status, headers })
    },
    answer: (outgoing, error) => {
      const { status, headers, body } = errorReply(toScimError(error), newId())
      outgoing.writeHead(status, { ...headers, Connection: 'close' }).end(body)
    },
    write: (socket, error) => {
      if (!socket.writable) return void socket.destroy()
      const { status, headers, body = new Uint8Array() } = errorReply(toScimError(error), newId())
      const lines = [
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
        ...Object.entries({ ...headers, 'Content-Length': String(body.length), Connection: 'close' }).map(
          ([name, value]) => `${name}: ${value}`,
        ),
      ]
      socket.on('error', () => socket.destroy())
      // Destroyed at once, the answer would be lost to a client that is still sending.
      socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]))
      setTimeout(() => socket.destroy(), lingerMs).unref()
    },
  }
}
