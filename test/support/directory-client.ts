import type { Attempts } from '../../src/call.ts'
import { toScimError } from '../../src/scim/error.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { parseScimRequest } from '../../src/scim/parse.ts'
import { errorHeaders, replyBody, replyHeaders, replyStatus } from '../../src/scim/reply.ts'
import { directoryClause } from '../../src/upstream/directory/clause.ts'
import { createDirectory } from '../../src/upstream/directory/directory.ts'
import type { Upstream } from '../../src/upstream/upstream.ts'
import { type DirectoryDatabase, temporaryDirectoryDatabase } from './directory-database.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

export interface Send {
  readonly body?: Json
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
}

/** What a SCIM client sees of a directory, its locations still relative: parse, carry, print. */
export interface DirectoryClient {
  readonly database: DirectoryDatabase
  readonly upstream: Upstream
  /** The attempts that were written down: method, path template, status. */
  readonly attempts: readonly string[]
  readonly clock: { now: number }
  send(method: string, path: string, options?: Send): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body: Json): Promise<Answer>
  patch(path: string, operations: Json, options?: Send): Promise<Answer>
  /** Creates a resource and gives its id. @throws Error when it is not created. */
  create(path: string, body: JsonObject): Promise<string>
}

export interface DirectoryClientOptions {
  readonly clause?: unknown
  readonly database?: DirectoryDatabase
  readonly tenant?: string
  readonly dialect?: 'auto' | 'strict'
}

const base = 'https://gate.example/scim/v2'

export function directoryClient(options: DirectoryClientOptions = {}): DirectoryClient {
  const { database = temporaryDirectoryDatabase(), tenant = 'contoso', dialect = 'auto' } = options
  const clause = directoryClause.parse({ kind: 'directory', ...(isObject(options.clause) ? options.clause : {}) })
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  let made = 0
  const salt = idSalt(database)
  const ports = {
    now: () => clock.now,
    newId: () => `00000000-0000-7000-8000-${(++made).toString(16).padStart(8, '0')}${salt}`,
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
    wait: () => new Promise<void>((resolve) => setImmediate(resolve)),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  }
  const upstream = createDirectory({ tenant, clause, resources: database.storage, ports, dialect })
  const attempts: string[] = []
  const errand = () => ({ attempts: recorder(attempts), credential: 'test', deadlineAt: clock.now + 60_000 })

  const send = async (method: string, path: string, sent: Send = {}): Promise<Answer> => {
    const [route = '', query = ''] = path.split('?', 2)
    const segments = route.split('/').slice(1).map(decodeURIComponent)
    try {
      const request = await parseScimRequest(
        {
          method,
          segments: route === '/' ? [] : segments,
          query: new URLSearchParams(query),
          contentType: 'application/scim+json',
          ifMatch: sent.ifMatch,
          ifNoneMatch: sent.ifNoneMatch,
          body: sent.body === undefined ? '' : JSON.stringify(sent.body),
          base,
        },
        (segment) => upstream.definitionAt(segment, errand()),
        dialect,
      )
      const reply = await upstream.carry(request, errand())
      return { status: replyStatus(reply), headers: replyHeaders(reply), body: replyBody(reply) ?? {} }
    } catch (thrown) {
      const error = toScimError(thrown)
      if (error.status === 500) throw thrown
      const body = error.toBody()
      return { status: error.status, headers: errorHeaders(error), body: { ...body, schemas: [...body.schemas] } }
    }
  }
  return {
    database,
    upstream,
    attempts,
    clock,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, { body }),
    patch: (path, operations, more) =>
      send('PATCH', path, {
        ...more,
        body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations },
      }),
    create: async (path, body) => {
      const answer = await send('POST', path, { body })
      const id = answer.body['id']
      if (answer.status !== 201 || typeof id !== 'string') throw new Error(JSON.stringify(answer.body))
      return id
    },
  }
}

const salts = new WeakMap<DirectoryDatabase, number>()

/** Two clients of one database must not make the same ids. */
function idSalt(database: DirectoryDatabase): string {
  const salt = (salts.get(database) ?? 0) + 1
  salts.set(database, salt)
  return (salt % 0xffff).toString(16).padStart(4, '0')
}

function recorder(written: string[]): Attempts {
  let seq = 0
  return {
    callId: 'call',
    begin: async ({ method, path }) => {
      seq++
      return { seq, requestId: `call.${seq}`, answered: (status) => void written.push(`${method} ${path} ${status}`) }
    },
    note: () => {},
  }
}

/** The resources of a list answer. */
export function listed({ body }: Answer): JsonObject[] {
  const resources = body['Resources']
  return Array.isArray(resources) ? resources.filter(isObject) : []
}

/** One attribute of each resource of a list answer. */
export const column = (answer: Answer, name: string): (Json | undefined)[] => listed(answer).map((one) => one[name])
