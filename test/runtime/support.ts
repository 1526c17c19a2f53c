import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Answered, adminToken, send } from '../support/gateway.ts'
import { launch, type Program } from '../support/program.ts'

/** A number from 0 to below 1, the same row of them for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `TEST_SEED`, or another one each time; it is printed, so that a failure can be looked at again. */
export function announceSeed(test: string): number {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 32)
  console.info(`${test}: TEST_SEED=${seed}`)
  return seed
}

/** A working folder with these tenant files, for programs that are started on it one after the other. */
export function programFolder(tenants: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-runtime-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'tenants'))
  const writeTenant = (id: string, yaml: string) => writeFileSync(join(folder, 'tenants', `${id}.yaml`), yaml)
  for (const [id, yaml] of Object.entries(tenants)) writeTenant(id, yaml)
  const environment = { TOLLGATE_ADMIN_TOKEN: adminToken, TOLLGATE_ALLOW_HOSTS: '127.0.0.1' }
  return {
    folder,
    writeTenant,
    launch: (program: string, more: Readonly<Record<string, string>> = {}): Program =>
      launch({ program, folder, environment: { ...environment, ...more } }),
  }
}

const callShape = z.object({
  id: z.string(),
  state: z.enum(['open', 'closed', 'in-doubt']),
  status: z.number().nullable(),
  credential: z.string().nullable(),
  operation: z.string(),
  upstreamCalls: z.number(),
})
export type LedgerCall = z.infer<typeof callShape>
const pageShape = z.object({ calls: z.array(callShape), nextCursor: z.string().optional() })
const usageShape = z.object({
  rows: z.array(
    z.object({
      tenant: z.string(),
      calls: z.number(),
      errors: z.number(),
      inDoubt: z.number(),
      upstreamCalls: z.number(),
    }),
  ),
})
const traceShape = z.object({ attempts: z.array(z.object({ seq: z.number(), status: z.number().nullable() })) })
const tokenShape = z.object({ id: z.string(), token: z.string() })

/** The admin API of a gateway at this URL, as far as these tests ask it. */
export function adminOf(url: string) {
  const ask = async (path: string, method = 'GET', body?: string): Promise<Answered> => {
    const asked = { token: adminToken, method, ...(body === undefined ? {} : { body }) }
    const answer = await send(`${url}/admin/v1${path}`, asked)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer
  }
  return {
    ask,
    mint: async (tenant: string) => tokenShape.parse((await ask(`/tenants/${tenant}/tokens`, 'POST', '{}')).body),
    attempts: async (tenant: string, call: string) =>
      traceShape.parse((await ask(`/tenants/${tenant}/calls/${call}`)).body).attempts,
    usage: async (tenant: string) =>
      usageShape
        .parse((await ask(`/usage?tenant=${tenant}&by=month`)).body)
        .rows.map(({ tenant: _own, ...counts }) => counts),
    /** All of a tenant's calls since a time in milliseconds, newest first. */
    async calls(tenant: string, since = 0): Promise<LedgerCall[]> {
      const calls: LedgerCall[] = []
      const from = new Date(since).toISOString()
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const next = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page = pageShape.parse((await ask(`/tenants/${tenant}/calls?limit=1000&since=${from}${next}`)).body)
        calls.push(...page.calls)
        cursor = page.nextCursor
      }
      return calls
    },
  }
}
