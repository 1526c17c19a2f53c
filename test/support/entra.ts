import { once } from 'node:events'
import { createServer } from 'node:http'
import { isObject, type Json, type JsonObject, parseJson } from '../../src/scim/json.ts'
import { entraUserExtensionUrn } from '../../src/scim/schemas-entra.ts'
import type { EmulateOptions } from '../../src/upstream/directory/emulate/clause.ts'
import { createEntraStandIn, type EntraStandIn } from '../../src/upstream/directory/emulate/stand-in.ts'
import { type DirectoryDatabase, openDirectoryDatabase, temporaryDirectoryDatabase } from './directory-database.ts'

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** Made by whom it is for: `newId` counts, so that ids can be told beforehand. */
export const idAt = (number: number): string => `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`

function portsFor(now: () => number) {
  let made = 0
  return {
    now,
    newId: () => idAt(++made),
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
    wait: () => new Promise<void>((resolve) => setImmediate(resolve)),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  }
}

export interface ServedEntra {
  /** Its SCIM root, below a loopback port of its own. */
  readonly url: string
  readonly standIn: EntraStandIn
  readonly database: DirectoryDatabase
  /** Billed transactions so far. */
  billed(): number
  close(): void
}

/** The stand-in for Entra's SCIM API over real loopback HTTP, with real time. Close it when done. */
export async function startEntra(options: EmulateOptions = {}): Promise<ServedEntra> {
  const database = openDirectoryDatabase()
  const ports = portsFor(Date.now)
  const standIn = createEntraStandIn({ tenant: 'contoso', resources: database.storage, ports, options })
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
    const answer = await standIn.fetch({
      method: incoming.method ?? '',
      url: `http://${incoming.headers.host}${incoming.url}`,
      headers: Object.fromEntries(headers),
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks).toString('utf8') }),
      signal: new AbortController().signal,
    })
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/rp/scim`,
    standIn,
    database,
    billed: standIn.billed,
    close: () => {
      server.closeAllConnections()
      server.close()
      database.close()
    },
  }
}

export interface EntraAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

/** The stand-in in this process, with a clock of its own, and the headers that Entra wants unless others are given. */
export interface EntraClient {
  readonly standIn: EntraStandIn
  readonly database: DirectoryDatabase
  readonly clock: { now: number }
  send(method: string, path: string, sent?: Sent): Promise<EntraAnswer>
  get(path: string): Promise<EntraAnswer>
  post(path: string, body: Json): Promise<EntraAnswer>
  patch(path: string, ...operations: Json[]): Promise<EntraAnswer>
  remove(path: string): Promise<EntraAnswer>
  /** Makes a user or a group and gives its id. @throws Error when it is not made. */
  create(path: string, body: JsonObject): Promise<string>
}

interface Sent {
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string>>
}

export function entraClient(options: EmulateOptions = {}, database = temporaryDirectoryDatabase()): EntraClient {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const ports = portsFor(() => clock.now)
  const standIn = createEntraStandIn({ tenant: 'contoso', resources: database.storage, ports, options })
  const send = async (method: string, path: string, { body, headers }: Sent = {}): Promise<EntraAnswer> => {
    const answer = await standIn.fetch({
      method,
      url: `https://graph.example/rp/scim${path}`,
      headers: headers ?? {
        ...(method === 'DELETE' ? {} : { accept: 'application/json' }),
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: new AbortController().signal,
    })
    const parsed = answer.body === '' ? {} : parseJson(answer.body)
    return { ...answer, body: isObject(parsed) ? parsed : {} }
  }
  return {
    standIn,
    database,
    clock,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, { body }),
    patch: (path, ...operations) => send('PATCH', path, { body: { schemas: [patchUrn], Operations: operations } }),
    remove: (path) => send('DELETE', path),
    create: async (path, body) => {
      const answer = await send('POST', path, { body })
      const id = answer.body['id']
      if (answer.status !== 201 || typeof id !== 'string') throw new Error(JSON.stringify(answer.body))
      return id
    },
  }
}

/** The least that Entra takes as a user, and what is said beside it. */
export const entraUser = (name: string, more: JsonObject = {}): JsonObject => ({
  schemas: [userUrn, ...[enterpriseUrn, entraUserExtensionUrn].filter((urn) => more[urn] !== undefined)],
  userName: `${name}@contoso.com`,
  displayName: `User ${name}`,
  active: true,
  password: 'Correct-horse-1',
  name: { givenName: name, familyName: 'Example' },
  ...more,
})

export const entraGroup = (displayName: string, more: JsonObject = {}): JsonObject => ({
  schemas: [groupUrn, ...Object.keys(more).filter((name) => name.startsWith('urn:'))],
  displayName,
  ...more,
})

/** The resources of a page. */
export function resourcesOf({ body }: EntraAnswer): JsonObject[] {
  const { resources } = body
  return Array.isArray(resources) ? resources.filter(isObject) : []
}

export const idsOf = (answer: EntraAnswer): (Json | undefined)[] => resourcesOf(answer).map(({ id }) => id)
