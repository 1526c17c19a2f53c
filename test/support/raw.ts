import { connect } from 'node:net'
import { isObject, type JsonObject, parseJson } from '../../src/scim/json.ts'

/** An answer as it stood on the wire. Header names are lower case. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body as an object; empty where there is none. */
  readonly body: JsonObject
}

/** A TCP connection on which a test says what it likes. */
export interface RawConnection {
  write(bytes: string | Uint8Array): void
  /** Ends our side. */
  end(): void
  /** Resets the connection. */
  reset(): void
  /** Takes no more bytes from the other side. */
  pause(): void
  readonly firstByte: Promise<void>
  /** Resolves with everything that came when the other side has closed. */
  readonly closed: Promise<string>
  /** Resolves when so many whole answers are there, informational ones left out. Rejects when it closes before. */
  answers(count: number): Promise<readonly RawAnswer[]>
}

/** Connects to the server at this origin. */
export function rawConnection(origin: string): RawConnection {
  const { hostname, port } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let received = ''
  let look = (): void => undefined
  socket.setEncoding('latin1')
  socket.on('data', (text) => {
    received += String(text)
    look()
  })
  const firstByte = new Promise<void>((resolve) => {
    socket.once('data', () => resolve())
  })
  const closed = new Promise<string>((resolve) => {
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(received))
  })
  return {
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    firstByte,
    closed,
    answers: (count) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = answersIn(received)
          if (found.length >= count) resolve(found)
        }
        look()
        closed.then(() => reject(new Error(`the connection closed after: ${received.slice(0, 500)}`)))
      }),
  }
}

/** The whole answers in what a server sent, all of requests other than HEAD. */
export function answersIn(received: string): readonly RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = received
  for (;;) {
    const [head, status] = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n(?:[^\r]+\r\n)*\r\n/.exec(rest) ?? []
    if (head === undefined) return answers
    const headers = headersIn(head)
    const body = bodyIn(rest.slice(head.length), Number(status), headers)
    if (body === undefined) return answers
    rest = rest.slice(head.length + body.length)
    if (Number(status) < 200) continue
    const text = Buffer.from(body.text, 'latin1').toString('utf8')
    answers.push({ status: Number(status), headers, text, body: objectIn(text) })
  }
}

function headersIn(head: string): Record<string, string> {
  const lines = head
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
}

/** The body, and how much of the wire it took; undefined while it is not whole. */
function bodyIn(rest: string, status: number, headers: Readonly<Record<string, string>>) {
  if (status < 200 || status === 204 || status === 304) return { text: '', length: 0 }
  if (headers['transfer-encoding'] === 'chunked') return chunkedIn(rest)
  const length = Number(headers['content-length'] ?? 0)
  return rest.length < length ? undefined : { text: rest.slice(0, length), length }
}

function chunkedIn(rest: string): { text: string; length: number } | undefined {
  let text = ''
  let at = 0
  for (;;) {
    const line = rest.indexOf('\r\n', at)
    if (line === -1) return undefined
    const size = Number.parseInt(rest.slice(at, line), 16)
    const end = line + 2 + size + 2
    if (rest.length < end) return undefined
    if (size === 0) return { text, length: end }
    text += rest.slice(line + 2, end - 2)
    at = end
  }
}

function objectIn(text: string): JsonObject {
  const value = text.startsWith('{') ? parseJson(text) : {}
  return isObject(value) ? value : {}
}

export interface RawRequest {
  readonly method?: string
  readonly target: string
  readonly headers?: readonly string[]
  readonly body?: string | Uint8Array
}

/** The bytes of a request. `headers` are whole lines; Content-Length is added for a body unless they tell its length. */
export function requestBytes({ method = 'GET', target, headers = [], body }: RawRequest): Buffer {
  const told = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line))
  const length = body === undefined || told ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const lines = [`${method} ${target} HTTP/1.1`, ...headers, ...length]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body ?? '')])
}
