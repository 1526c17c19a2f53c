import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AttemptIntent } from '../../../src/call.ts'
import type { Wire } from '../../../src/capabilities.ts'
import { createFetch } from '../../../src/node/fetch.ts'
import { rfc } from '../../../src/plan/presets/rfc.ts'
import type { LogFields, Ports } from '../../../src/ports.ts'
import { parseAllowHosts } from '../../../src/upstream/address.ts'
import type { BackgroundCall } from '../../../src/upstream/background.ts'
import type { ScimClause } from '../../../src/upstream/scim/clause.ts'
import { createScimUpstream } from '../../../src/upstream/scim/scim.ts'
import type { Errand } from '../../../src/upstream/upstream.ts'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface TestServer {
  readonly url: string
  readonly port: number
  readonly seen: Seen[]
  close(): Promise<void>
}

/** A real HTTP server on loopback that keeps what it saw. */
export async function serve(answer: (seen: Seen, response: ServerResponse) => void): Promise<TestServer> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const one: Seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString(),
      }
      seen.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = addressOf(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/scim+json', ...headers })
  response.end(JSON.stringify(body))
}

export interface LogLine extends LogFields {
  readonly level: string
  readonly message: string
}

export interface Bench {
  readonly ports: Ports
  readonly logs: LogLine[]
  /** Every attempt written down, in order. */
  readonly attempts: (AttemptIntent & { requestId: string; status: number | null | undefined })[]
  /** Every call that no client made. */
  readonly background: { operation: string; status?: number }[]
  readonly waits: number[]
  /** Moves the clock and fires what is due. */
  advance(ms: number): void
  errand(more?: Partial<Errand>): Errand
  openCall(operation: 'token' | 'probe'): BackgroundCall
  close(): Promise<void>
}

/** Waits up to this long pass at once (the clock moves); longer ones are deadlines, and fire when `advance` reaches them. */
const longestPassedWaitMs = 10_000

/** Ports on a clock of the test's own, with the real HTTP client. */
export function createBench(allow = ['127.0.0.1']): Bench {
  let now = Date.now()
  let ids = 0
  const timers = new Set<{ at: number; fire: () => void }>()
  const client = createFetch(parseAllowHosts(allow))
  const logs: LogLine[] = []
  const attempts: Bench['attempts'] = []
  const background: Bench['background'] = []
  const waits: number[] = []
  const logger = (level: string) => (fields: LogFields, message: string) => {
    logs.push({ ...fields, level, message })
  }
  const ports: Ports = {
    now: () => now,
    newId: () => `id-${++ids}`,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    fetch: client.fetch,
    neverSent: client.neverSent,
    log: { debug: logger('debug'), info: logger('info'), warn: logger('warn'), error: logger('error') },
    wait: (waitMs, signal) =>
      new Promise((resolve, reject) => {
        if (waitMs <= longestPassedWaitMs) {
          waits.push(waitMs)
          now += waitMs
          return resolve()
        }
        const timer = { at: now + waitMs, fire: resolve }
        timers.add(timer)
        signal?.addEventListener('abort', () => {
          timers.delete(timer)
          reject(signal.reason)
        })
      }),
  }
  const begin = async (intent: AttemptIntent) => {
    const seq = attempts.length + 1
    const row: Bench['attempts'][number] = { ...intent, requestId: `call.${seq}`, status: undefined }
    attempts.push(row)
    return {
      seq,
      requestId: row.requestId,
      answered: (status: number | null) => {
        if (row.status !== undefined) throw new Error('an attempt was answered twice')
        row.status = status
      },
    }
  }
  return {
    ports,
    logs,
    attempts,
    background,
    waits,
    advance(ms) {
      now += ms
      for (const timer of timers)
        if (timer.at <= now) {
          timers.delete(timer)
          timer.fire()
        }
    },
    errand: (more) => ({
      credential: 'test',
      attempts: { callId: 'call', begin, note: () => {} },
      deadlineAt: now + 20_000,
      ...more,
    }),
    openCall(operation) {
      const row: Bench['background'][number] = { operation }
      background.push(row)
      return {
        callId: `background-${background.length}`,
        begin,
        note: () => {},
        close: async ({ status }) => {
          row.status = status
        },
      }
    },
    close: client.close,
  }
}

/** An upstream at `url` with this `auth`. Secrets are looked up by the name of their variable. */
export function upstreamAt(
  url: string,
  bench: Bench,
  auth: ScimClause['auth'] = { kind: 'none' },
  secrets: Readonly<Record<string, string>> = {},
  wire: Wire = rfc.wire,
) {
  return createScimUpstream({
    tenant: 'contoso',
    clause: { kind: 'scim', url, auth },
    wire,
    ports: bench.ports,
    openCall: bench.openCall,
    dialect: 'auto',
    secret: async (reference) => {
      const secret = 'env' in reference ? secrets[reference.env] : undefined
      if (secret === undefined) throw new Error('the variable is not set')
      return secret
    },
  })
}
