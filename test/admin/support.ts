import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { createAdminApi } from '../../src/admin/api.ts'
import { adminTokenOperators } from '../../src/admin/operator.ts'
import { openControl } from '../../src/node/control.ts'
import { localRecords } from '../../src/node/records.ts'
import { rollUpNow } from '../../src/node/roller.ts'
import type { Log } from '../../src/ports.ts'
import type { CallWithAttempts } from '../../src/store/calls.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { createBundleCheck } from '../../src/tenant/bundle-check.ts'
import { compileIdly } from '../../src/tenant/compile-idly.ts'
import { type TenantDocument, tenantSchema } from '../../src/tenant/schema.ts'
import { type DocumentStanding, summaryOf } from '../../src/tenant/summary.ts'

export const adminToken = 'an-admin-token-of-forty-characters-or-so'
export const startedAt = Date.UTC(2026, 10, 21, 9, 30)

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-admin-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const tenant = (id: string, more: object = {}): DocumentStanding => ({
  id,
  summary: summaryOf(documentOf(id, more)),
  version: `version-of-${id}`,
  problems: [],
})

/** A good document of the built-in directory. */
export const documentOf = (id: string, more: object = {}): TenantDocument =>
  tenantSchema.parse({ id, name: `${id} GmbH`, upstream: { kind: 'directory' }, ...more })

const broken: DocumentStanding = {
  id: 'broken',
  problems: [{ file: 'tenants/broken.yaml', line: 3, column: 7, path: 'upstream.kind', message: 'must be scim' }],
}

/** The admin API over real databases in a folder of its own, with two good tenants, a suspended and a broken one. */
export function createFixture() {
  const dataFolder = temporaryFolder()
  const storages = openTenantStorage({ dataFolder, maxOpen: 8, idleMs: 60_000 })
  let now = startedAt
  const control = openControl(dataFolder, () => now)
  cleanups.push(() => {
    storages.close()
    control.close()
  })
  const entries = [tenant('contoso'), tenant('fabrikam'), tenant('asleep', { status: 'suspended' }), broken]
  const documents = new Map(['contoso', 'fabrikam'].map((id) => [id, documentOf(id)]))
  const flushed: string[] = []
  const live: number[] = []
  const logged: object[] = []
  const write = (fields: object, message: string): void => void logged.push({ ...fields, message })
  const log: Log = { debug: write, info: write, warn: write, error: write }
  let ids = 0
  const api = createAdminApi({
    operators: adminTokenOperators(adminToken),
    log,
    admin: {
      now: () => now,
      newId: () => {
        ids += 1
        return `id-${ids}`
      },
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      probe: async () => undefined,
      wait: async () => {},
      tenants: {
        list: async () => entries,
        find: async (id) => entries.find((entry) => entry.id === id),
        document: async (id) => documents.get(id),
      },
      check: createBundleCheck({
        holders: control.control.documents.holders,
        secrets: { env: () => undefined, readFile: () => Promise.reject(new Error('no files here')) },
        compile: compileIdly,
      }),
      isFile: async (id) => entries.some((entry) => entry.id === id),
      records: localRecords(storages, async (id) => void flushed.push(id)),
      usage: {
        settle: async () => {
          flushed.push('all')
          const roller = { storage: storages, usage: control.control.usage, log, now: () => now }
          await rollUpNow(roller, storages.tenants())
        },
        overview: control.control.usage.overview,
      },
      control: {
        ...control.control,
        announce: (id) => {
          if (storages.exists(id)) live.push(storages.of(id).use(({ credentials }) => credentials.live(now).length))
          return control.control.announce(id)
        },
      },
    },
  })
  const request = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${adminToken}`)
    return Promise.resolve(api.request(path, { ...init, headers }))
  }
  return {
    api,
    storages,
    control: control.control,
    flushed,
    /** How many tokens a gateway finds that reads the tenant's when it is announced. */
    live,
    logged,
    entries,
    /** By tenant: what is in force. */
    documents,
    request,
    read: async (path: string, init?: RequestInit): Promise<unknown> => (await request(path, init)).json(),
    post: (path: string, body: unknown): Promise<Response> =>
      request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    pass: (waitMs: number): void => {
      now += waitMs
    },
  }
}

/** A closed call of `tenant` with one attempt. */
export const call = (id: string, at: number, more: Partial<CallWithAttempts> = {}): CallWithAttempts => ({
  id,
  at,
  credential: 'cred-1',
  clientAddress: '203.0.113.9',
  userAgent: 'curl/8',
  clientRequestId: null,
  method: 'POST',
  operation: 'User.create',
  resourceType: 'User',
  resourceId: '2819c223',
  status: 201,
  scimType: null,
  durationMs: 12,
  bytesIn: 300,
  bytesOut: 400,
  upstreamCalls: 1,
  billedCalls: 1,
  savedCalls: 0,
  costMicros: 2000,
  state: 'closed',
  notes: null,
  attempts: [{ seq: 1, purpose: 'forward', method: 'POST', path: '/Users', status: 201, durationMs: 9, billed: true }],
  ...more,
})
