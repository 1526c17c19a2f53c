import { env } from 'cloudflare:workers'
import { createControl } from '../../src/store/control.ts'
import { d1ControlStorage } from '../../src/store/d1.ts'
import { noUsage } from '../../src/store/usage-counts.ts'
import { hoursKeptSince } from '../../src/store/usage-rollups.ts'
import { parseEnvironment } from '../../src/worker/bindings.ts'
import { createWorker } from '../../src/worker/worker.ts'
import { Tenant as Served } from '../../src/worker.ts'

/*
 * The Worker as it is, with what a test cannot do from outside: `POST /test/abort/{tenant}` resets the tenant's object,
 * `/test/alarm/{tenant}` runs its alarm, `/test/alarm-at/{tenant}` says when the runtime will, `/test/control/away` and
 * `/test/control/back` take the control store away and bring it back, `/test/prune/{count}` gives so many old hours to it,
 * runs what the clock runs, and says how many are left. A request with `X-Test-Unannounced` loses the headers that announce its body, as HTTP/2 may.
 */

/** Shared by the Worker and its objects, which run in one isolate here. */
let isAway = false

const faltering = <Binding extends object>(database: Binding): Binding =>
  new Proxy(database, {
    get: (target, name) => {
      if (isAway) throw new Error('D1_ERROR: the control store is away')
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })

const withFaltering = (given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { CONTROL: control } = given
  return typeof control === 'object' && control !== null ? { ...given, CONTROL: faltering(control) } : given
}

export class Tenant extends Served {
  constructor(state: DurableObjectState, given: Cloudflare.Env) {
    super(state, { ...withFaltering({ ...given }) })
  }

  /** The runtime keeps `alarm` itself from being called over RPC. */
  runAlarm(): Promise<void> {
    return this.alarm()
  }

  alarmAt(): Promise<number | null> {
    return this.ctx.storage.getAlarm()
  }

  abort(): void {
    this.ctx.abort('aborted by a test')
  }
}

interface TestObjects {
  getByName(tenant: string): { abort(): Promise<void>; runAlarm(): Promise<void>; alarmAt(): Promise<number | null> }
}
const areTestObjects = (value: unknown): value is TestObjects =>
  typeof value === 'object' && value !== null && 'getByName' in value

const worker = createWorker(withFaltering({ ...env }))

async function pruned(count: number): Promise<number> {
  const { usage } = createControl(d1ControlStorage(parseEnvironment({ ...env }).control), Date.now)
  const hourMs = 3_600_000
  const from = hoursKeptSince(Date.now()) - count * hourMs
  const periods = Array.from({ length: count }, (_, at) => ({
    ...{ ...noUsage, calls: 1, currency: null },
    ...{ by: 'hour' as const, period: from + at * hourMs },
  }))
  await usage.put('old', [{ periods }])
  await worker.scheduled()
  return (await usage.overview({ from: null, to: null, by: 'hour' })).length
}

async function act(what: string, name: string): Promise<Response> {
  const objects: unknown = Reflect.get(env, 'TENANT')
  if (!areTestObjects(objects)) throw new Error('no objects')
  if (what === 'control') isAway = name === 'away'
  else if (what === 'prune') return Response.json({ left: await pruned(Number(name)) })
  else if (what === 'alarm-at') return Response.json({ at: await objects.getByName(name).alarmAt() })
  else if (what === 'alarm') await objects.getByName(name).runAlarm()
  else await objects.getByName(name).abort()
  return new Response()
}

function unannounced(request: Request): Request {
  const headers = new Headers(request.headers)
  for (const name of ['content-length', 'transfer-encoding']) headers.delete(name)
  return new Request(request, { headers })
}

export default {
  ...worker,
  fetch: async (request: Request, given: unknown, context: ExecutionContext) => {
    const [, what = '', name = ''] =
      /^\/test\/(abort|alarm|alarm-at|control|prune)\/([^/]+)$/.exec(new URL(request.url).pathname) ?? []
    if (what !== '') return act(what, name).catch((error: unknown) => new Response(String(error), { status: 500 }))
    const sent = request.headers.has('x-test-unannounced') ? unannounced(request) : request
    return worker.fetch(sent, given, context)
  },
}
