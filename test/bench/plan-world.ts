import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultChoices } from '../../src/plan/planning.ts'
import { entra, entraUrls } from '../../src/plan/presets/entra.ts'
import { createPlanned } from '../../src/planned/planned.ts'
import { isObject, type JsonObject, parseJson } from '../../src/scim/json.ts'
import type { BulkOperation, ScimReply } from '../../src/scim/request.ts'
import { parseResourceRequest } from '../../src/scim/resource-request.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { createEntraStandIn } from '../../src/upstream/directory/emulate/stand-in.ts'
import { createScimUpstream } from '../../src/upstream/scim/scim.ts'
import type { Errand } from '../../src/upstream/upstream.ts'

const tenant = 'bench'
export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** The stand-in for Entra over a folder of its own, called as it is, and through the plan. */
export interface World {
  /** A SCIM client's request, through the gateway's plan. */
  ask(method: string, path: string, body?: JsonObject): Promise<ScimReply>
  bulk(operations: readonly BulkOperation[]): Promise<ScimReply>
  /** An HTTP request as Entra takes it. @throws Error where it is refused */
  send(method: string, path: string, body?: JsonObject): Promise<JsonObject>
  /** Transactions that Entra would bill, and all requests, since the world was opened. */
  billed(): number
  requests(): number
  close(): void
}

const ignore = (): void => {}
const ports = {
  now: Date.now,
  newId: () => crypto.randomUUID(),
  randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  neverSent: () => false,
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  // Nothing here waits, and deadlines are far: a timer for each call would only cost memory.
  wait: () => new Promise<void>(ignore),
}

/** Fills a folder once; every world that is opened has a copy of it. */
export async function filledFolder(fill: (world: World) => Promise<void>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-plan-'))
  const world = worldIn(folder)
  await fill(world)
  world.close()
  return folder
}

export function openWorld(filled: string): World {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-plan-'))
  cpSync(filled, folder, { recursive: true })
  const world = worldIn(folder)
  return {
    ...world,
    close: () => {
      world.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function worldIn(dataFolder: string): World {
  const storages = openTenantStorage({ dataFolder, maxOpen: 1, idleMs: 3_600_000 })
  const standIn = createEntraStandIn({
    tenant,
    resources: { use: (work) => storages.useUnsynced(tenant, ({ resources }) => work(resources)) },
    ports,
  })
  let requests = 0
  const fetch: typeof standIn.fetch = (request) => {
    requests += 1
    return standIn.fetch(request)
  }
  const upstream = createScimUpstream({
    tenant,
    clause: { kind: 'scim', url: entraUrls.global, auth: { kind: 'none' } },
    wire: entra.wire,
    ports: { ...ports, fetch },
    openCall: () => {
      throw new Error('the bench opens no calls of its own')
    },
    dialect: 'auto',
    secret: async () => '',
  })
  const planned = createPlanned({
    tenant,
    upstream,
    capabilities: entra,
    choices: defaultChoices,
    dialect: 'auto',
    ports,
  })
  return {
    billed: standIn.billed,
    requests: () => requests,
    bulk: (operations) => planned.carry({ operation: 'bulk', operations }, errand()),
    async ask(method, path, body = {}) {
      const { pathname, searchParams } = new URL(path, 'https://gateway.example')
      const asked = {
        method,
        segments: pathname.slice(1).split('/'),
        query: searchParams,
        conditions: {},
        body: () => body,
      }
      const definitionAt = (segment: string) => planned.definitionAt(segment, errand())
      return planned.carry(await parseResourceRequest(asked, definitionAt, 'auto'), errand())
    },
    async send(method, path, body) {
      const { status, body: text } = await fetch({
        method,
        url: `${entraUrls.global}${path}`,
        headers: {
          ...(method === 'DELETE' ? {} : { accept: 'application/json' }),
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: new AbortController().signal,
      })
      if (status >= 300) throw new Error(`${method} ${path} was answered ${status}: ${text}`)
      const answer = text === '' ? {} : parseJson(text)
      return isObject(answer) ? answer : {}
    },
    close: () => storages.close(),
  }
}

export const errand = (): Errand => ({
  attempts: {
    callId: 'bench',
    begin: async () => ({ seq: 1, requestId: 'bench.1', answered: ignore }),
    note: ignore,
  },
  credential: 'bench',
  deadlineAt: Date.now() + 1_000_000_000,
})
