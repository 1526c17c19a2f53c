import type { AddressInfo } from 'node:net'
import express, { type Request } from 'express'
import SCIMMYRouters, { SCIMMY } from 'scimmy-routers'
import { isObject, type Json, type JsonObject, parseJson } from '../../src/scim/json.ts'

/** What scimmy says that it is called: an address that no client of the gateway may ever see. */
const innerHost = 'directory.corp.internal'
const epoch = Date.parse('2026-01-01T00:00:00Z')

type Kept = Map<string, JsonObject>

/** One server's resources. Ids and times count up, so that two servers that serve the same requests hold the same. */
interface Store {
  readonly User: Kept
  readonly Group: Kept
  next(): { readonly id: string; readonly at: string }
}

function createStore(): Store {
  let made = 0
  return {
    User: new Map(),
    Group: new Map(),
    next: () => {
      made += 1
      return { id: `id-${made}`, at: new Date(epoch + made * 1000).toISOString() }
    },
  }
}

/** What scimmy hands to its handlers, as far as it is used here. */
interface Asked {
  readonly id?: string
  readonly filter?: { match(values: JsonObject[]): JsonObject[] }
}

type TypeName = 'User' | 'Group'

const uniqueName: Readonly<Record<TypeName, string>> = { User: 'userName', Group: 'displayName' }
const folded = (value: Json | undefined): string => (typeof value === 'string' ? value.toLowerCase() : '')

const unknown = (id: string) => new SCIMMY.Types.Error(404, '', `Resource ${id} not found`)

function ingress(type: TypeName, asked: Asked, instance: unknown, store: Store): JsonObject {
  const given = parseJson(JSON.stringify(instance))
  if (!isObject(given)) throw new TypeError('scimmy gave no object')
  const kept = store[type]
  const name = folded(given[uniqueName[type]])
  for (const [id, other] of kept)
    if (id !== asked.id && folded(other[uniqueName[type]]) === name)
      throw new SCIMMY.Types.Error(409, 'uniqueness', `${uniqueName[type]} is taken`)
  const before = asked.id === undefined ? undefined : kept.get(asked.id)
  if (asked.id !== undefined && before === undefined) throw unknown(asked.id)
  const { id, at } = store.next()
  const own = asked.id ?? id
  const created = isObject(before?.['meta']) ? before['meta']['created'] : undefined
  const resource = { ...given, id: own, meta: { created: created ?? at, lastModified: at } }
  kept.set(own, resource)
  return resource
}

function egress(type: TypeName, asked: Asked, store: Store): JsonObject | JsonObject[] {
  const kept = store[type]
  if (asked.id === undefined) {
    const all = [...kept.values()]
    return asked.filter?.match(all) ?? all
  }
  const found = kept.get(asked.id)
  if (found === undefined) throw unknown(asked.id)
  return found
}

function degress(type: TypeName, asked: Asked, store: Store): void {
  if (!store[type].delete(asked.id ?? '')) throw unknown(asked.id ?? '')
}

const handlers = (type: TypeName) => ({
  ingress: (asked: Asked, instance: unknown, store: Store) => ingress(type, asked, instance, store),
  egress: (asked: Asked, store: Store) => egress(type, asked, store),
  degress: (asked: Asked, store: Store) => degress(type, asked, store),
})

let isDeclared = false

/** scimmy keeps its resource types in one place for the whole process; which store is meant comes with each request. */
function declare(): void {
  if (isDeclared) return
  isDeclared = true
  SCIMMY.Resources.declare(SCIMMY.Resources.User, handlers('User'))
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlers('Group'))
  SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser)
}

export interface ScimmyServer {
  /** The SCIM root, without a trailing slash. */
  readonly base: string
  /** Texts that tell where it is. */
  readonly hidden: readonly string[]
  /** Bases that its answers may name. */
  readonly bases: readonly string[]
  close(): Promise<void>
}

/** A SCIM server that somebody else wrote, on a free port of loopback, with a bearer token. */
export async function startScimmy(token: string): Promise<ScimmyServer> {
  declare()
  const store = createStore()
  const app = express()
  // scimmy-routers turns the numbers of a query into numbers in place; Express 5 reads the query anew at each look.
  app.use((request, _response, next) => {
    Object.defineProperty(request, 'query', { value: { ...request.query }, configurable: true })
    next()
  })
  app.use(
    '/scim',
    new SCIMMYRouters({
      type: 'bearer',
      docUri: `https://${innerHost}/help`,
      baseUri: () => `https://${innerHost}`,
      handler: (request: Request) => {
        if (request.header('authorization') !== `Bearer ${token}`) throw new Error('not authorised')
        return 'nobody'
      },
      context: () => store,
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const port = portOf(server.address())
  const base = `http://127.0.0.1:${port}/scim`
  return {
    base,
    hidden: [innerHost, `:${port}`],
    bases: [base, `https://${innerHost}/scim`],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
