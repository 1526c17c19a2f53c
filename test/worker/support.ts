import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Answered, type Asked, adminToken, send } from '../support/ask.ts'
import { sealingKey } from '../support/gateway-workers.ts'
import { freshState, type RunningWorker, type StartOptions, startWorker } from '../support/worker.ts'

/** What a Worker needs to start. */
export const variables = {
  TOLLGATE_ADMIN_TOKEN: adminToken,
  TOLLGATE_KEY: sealingKey,
  TOLLGATE_LOG: 'silent',
  TOLLGATE_ALLOW_HOSTS: '127.0.0.1',
}

/** A state folder of its own for one test: the control store is migrated, unless it is to be empty. */
export function temporaryState(migrated = true): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-worker-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  if (migrated) freshState(folder)
  return folder
}

/** The Worker with test/worker/entry.ts's routes. */
export interface TestWorker extends RunningWorker {
  ask(path: string, asked?: Asked): Promise<Answered>
  admin(path: string, asked?: Asked): Promise<Answered>
  apply(id: string, file: string): Promise<void>
  mint(id: string): Promise<string>
  /** Resets the tenant's object, whatever it is at. */
  abort(id: string): Promise<void>
  alarm(id: string): Promise<void>
  /** Takes the control store away, or brings it back. */
  control(state: 'away' | 'back'): Promise<void>
}

const mustBe = (status: number, answer: Answered): Answered => {
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.text}`)
  return answer
}

/** Starts it; what a test leaves running is killed when that ends. */
export async function startTestWorker(state: string, more: Partial<StartOptions> = {}): Promise<TestWorker> {
  const worker = await startWorker({ bundle: 'test', state, variables, ...more })
  onTestFinished(worker.kill)
  const ask = (path: string, asked?: Asked) => send(worker.url + path, asked)
  const admin = (path: string, asked: Asked = {}) => ask(`/admin/v1${path}`, { token: adminToken, ...asked })
  const post = (path: string) => ask(path, { method: 'POST' })
  return {
    ...worker,
    ask,
    admin,
    apply: async (id, file) => void mustBe(200, await admin(`/tenants/${id}`, { method: 'PUT', body: { file } })),
    mint: async (id) =>
      String(mustBe(201, await admin(`/tenants/${id}/tokens`, { method: 'POST', body: {} })).body['token']),
    // Whoever asked hears of it, as of any reset.
    abort: async (id) => void mustBe(500, await post(`/test/abort/${id}`)),
    alarm: async (id) => void mustBe(200, await post(`/test/alarm/${id}`)),
    control: async (state) => void mustBe(200, await post(`/test/control/${state}`)),
  }
}

const callShape = z.object({ id: z.string(), state: z.string(), status: z.number().nullable() })
const attemptShape = z.object({ seq: z.number(), purpose: z.string(), status: z.number().nullable() })
const pageShape = z.object({ calls: z.array(callShape), nextCursor: z.string().optional() })
const rowShape = z.looseObject({ tenant: z.string(), calls: z.number(), inDoubt: z.number() })

export type Call = z.infer<typeof callShape>

export async function callsOf(worker: TestWorker, id: string): Promise<readonly Call[]> {
  return pageShape.parse((await worker.admin(`/tenants/${id}/calls?limit=1000`)).body).calls
}

export async function callOf(worker: TestWorker, id: string, call: string) {
  const { body } = await worker.admin(`/tenants/${id}/calls/${call}`)
  return callShape.extend({ attempts: z.array(attemptShape) }).parse(body)
}

/** Usage by the hour since yesterday: of one tenant from its own ledger, or of all from the control store. */
export async function usageOf(worker: TestWorker, tenant?: string) {
  const hourMs = 3_600_000
  const from = new Date((Math.floor(Date.now() / hourMs) - 24) * hourMs).toISOString()
  const query = tenant === undefined ? '' : `&tenant=${tenant}`
  const { body, text } = await worker.admin(`/usage?by=hour&from=${from}${query}`)
  if (body['rows'] === undefined) throw new Error(text)
  return z.array(rowShape).parse(body['rows'])
}
