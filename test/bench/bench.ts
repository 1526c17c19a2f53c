/**
 * `npm run bench`: the gateway beside a bare hono+undici pass-through to the same upstream, in one run, as ratios. Proxies
 * have one processor to themselves, load and upstream the other. Prints a table; asserts nothing. The names of sections
 * (`rules`, `plan`, `forwarding`, `tenants`, `everyone`) as arguments choose among them; BENCH_ROUNDS and BENCH_SECONDS say how long.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { mintToken } from '../../src/auth/token.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { type Load, measure, median } from './load.ts'
import { nginx } from './nginx.ts'
import { benchPlan } from './plan.ts'
import { type Program, residentMiB, start, stop } from './programs.ts'
import { benchRules } from './rules.ts'

const root = resolve(import.meta.dirname, '../..')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const path = '/scim/v2/Users/2819c223-7f76-453a-919d-413861904646'

interface Contender {
  readonly name: string
  readonly program: Program
  readonly path: string
  readonly tokens: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
try {
  const upstream = await start(1, [process.execPath, join(root, 'test/bench/upstream.ts')])
  const direct: Contender = { name: 'upstream itself', program: upstream, path: path.slice(8), tokens: ['x'] }
  const bare: Contender = {
    name: 'hono+undici pass-through',
    program: await start(0, [process.execPath, join(root, 'test/bench/pass-through.ts'), upstream.url]),
    path: path.slice(8),
    tokens: ['x'],
  }
  const web = await nginx(folder, upstream.url)
  const others = web === undefined ? [] : [{ name: 'nginx', program: web, path: path.slice(8), tokens: ['x'] }]
  if (web === undefined) console.log('nginx is not installed: left out\n')

  const sections: Record<string, () => Promise<void>> = {
    rules: async () => benchRules(),
    plan: benchPlan,
    forwarding: async () => compare('Forwarding, one tenant', bare, [direct, ...others, await gateway(1, 1, upstream)]),
    tenants: async () =>
      compare('Number of tenants, at most 100 of them called', bare, [
        await gateway(1, 1, upstream),
        await gateway(100, 100, upstream),
        await gateway(10_000, 100, upstream),
      ]),
    everyone: async () =>
      compare('Number of tenants, all of them called in turn', bare, [await gateway(10_000, 10_000, upstream)]),
  }
  for (const [name, section] of Object.entries(sections)) {
    if (process.argv.length <= 2 || process.argv.includes(name)) await section()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

/** A gateway with so many tenants, of which so many are called. */
async function gateway(tenants: number, called: number, upstream: Program): Promise<Contender> {
  const own = mkdtempSync(join(folder, 'gateway-'))
  const tenantsFolder = join(own, 'tenants')
  const dataFolder = join(own, 'data')
  mkdirSync(tenantsFolder)
  const storage = openTenantStorage({ dataFolder, maxOpen: 10, idleMs: 60_000 })
  const tokens: string[] = []
  for (let index = 0; index < tenants; index += 1) {
    const id = `t${index}`
    const clause = `{ kind: scim, url: '${upstream.url}', auth: { kind: bearer, token: { env: BENCH_SECRET } } }`
    writeFileSync(join(tenantsFolder, `${id}.yaml`), `id: ${id}\nname: Tenant ${index}\nupstream: ${clause}\n`)
    if (index < called) tokens.push(mint(id, storage))
  }
  storage.close()
  const program = await start(0, [process.execPath, join(root, 'dist/cli.js'), 'serve'], {
    PORT: '0',
    TOLLGATE_TENANTS: tenantsFolder,
    TOLLGATE_DATA: dataFolder,
    TOLLGATE_ALLOW_HOSTS: '127.0.0.1',
    TOLLGATE_LOG: 'warn',
    BENCH_SECRET: 'upstream-secret',
  })
  return { name: `gateway, ${tenants} tenants, ${called} called`, program, path, tokens }
}

function mint(tenant: string, storage: ReturnType<typeof openTenantStorage>): string {
  const { token, hash } = mintToken(tenant, (count) => crypto.getRandomValues(new Uint8Array(count)))
  const row = { label: null, access: 'write' as const, resourceTypes: null, createdBy: null, expiresAt: null }
  storage.useUnsynced(tenant, ({ credentials }) =>
    credentials.insert({ id: crypto.randomUUID(), hash, createdAt: Date.now(), ...row }),
  )
  return token
}

/** Measures the contenders in turn, round by round, so that a drifting machine drifts for all of them. */
async function compare(title: string, bare: Contender, contenders: readonly Contender[]): Promise<void> {
  console.log(title)
  for (const method of ['GET', 'POST'] as const) {
    const all = [bare, ...contenders]
    const rates = new Map(all.map(({ name }) => [name, [] as number[]]))
    const alone = new Map(all.map(({ name }) => [name, [] as number[]]))
    for (let round = 0; round <= rounds; round += 1) {
      for (const contender of all) {
        const load = { url: contender.program.url, tokens: contender.tokens, method, path: pathFor(contender, method) }
        // The first round warms up: a just-in-time compiler needs some ten thousand requests.
        const many = await measure({ ...load, connections: 32, seconds: round === 0 ? 2 * seconds : seconds })
        if (round === 0) continue
        const one = await measure({ ...load, connections: 1, seconds: 1 })
        rates.get(contender.name)?.push(many.perSecond)
        alone.get(contender.name)?.push(1e6 / one.perSecond)
      }
    }
    print(method, bare, all, rates, alone)
  }
  for (const contender of contenders) if (contender.name.startsWith('gateway')) await stop(contender.program)
  console.log()
}

function pathFor(contender: Contender, method: Load['method']): string {
  return method === 'POST' ? contender.path.replace(/\/[^/]+$/, '') : contender.path
}

function print(
  method: string,
  bare: Contender,
  all: readonly Contender[],
  rates: ReadonlyMap<string, readonly number[]>,
  alone: ReadonlyMap<string, readonly number[]>,
): void {
  const base = rates.get(bare.name) ?? []
  for (const { name, program } of all) {
    const own = rates.get(name) ?? []
    const ratio = median(own.map((rate, round) => rate / (base[round] ?? Number.NaN)))
    const added = median(alone.get(name) ?? []) - median(alone.get(bare.name) ?? [])
    console.log(
      `  ${method.padEnd(4)} ${name.padEnd(36)} ${Math.round(median(own)).toString().padStart(6)}/s at 32` +
        `   ${ratio.toFixed(2)} of the pass-through   ${added >= 0 ? '+' : ''}${Math.round(added)} us a request at 1` +
        `   ${residentMiB(program)} MiB`,
    )
  }
}
