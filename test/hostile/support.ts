import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { z } from 'zod'
import type { ServerTimeouts } from '../../src/node/server.ts'
import { type Answered, type Asked, directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type RawAnswer, type RawRequest, rawConnection, requestBytes } from '../support/raw.ts'

/** A gateway under attack. */
export interface Attacked {
  readonly gateway: TestGateway
  readonly token: string
  /** The id of a user that is there from the beginning to the end. */
  readonly survivor: string
  /** The line that gives the tenant's credential. */
  readonly authorization: string
  /** To the front door, with the tenant's token. */
  scim(path: string, asked?: Asked): Promise<Answered>
  /** One request on a connection of its own, as it is written, with the credential and a host. */
  raw(request: RawRequest): Promise<RawAnswer>
}

export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** A PATCH body of these operations. */
export const patchBody = (...operations: readonly string[]): string =>
  `{"schemas":["${patchUrn}"],"Operations":[${operations.join(',')}]}`

const namesOf = (object: object): string => Object.getOwnPropertyNames(object).join()
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
const clean = prototypes.map(namesOf)

/**
 * A gateway with one directory tenant, `main`, for all the tests of a file. After each test a good request still works
 * and no prototype has changed; after the last every call that was answered is closed in the ledger.
 */
export function attackedGateway(
  tenants: Readonly<Record<string, string>> = {},
  timeouts?: ServerTimeouts,
): () => Attacked {
  let attacked: Attacked | undefined
  const given = (): Attacked => {
    if (attacked === undefined) throw new Error('the gateway is not started')
    return attacked
  }
  beforeAll(async () => {
    const gateway = await startTestGateway({ main: directoryTenant('main'), ...tenants }, {}, timeouts)
    const token = await gateway.mint('main')
    const { body } = await gateway.ask('/scim/v2/Users', { token, body: { userName: 'survivor' } })
    const authorization = `Authorization: Bearer ${token}`
    attacked = {
      gateway,
      token,
      survivor: String(body['id']),
      authorization,
      scim: (path, asked) => gateway.ask(`/scim/v2${path}`, { token, ...asked }),
      raw: async ({ headers = [], ...request }) => {
        const connection = rawConnection(gateway.url)
        connection.write(
          requestBytes({ ...request, headers: ['Host: gateway.test', 'Connection: close', authorization, ...headers] }),
        )
        const [answer] = await connection.answers(1)
        if (answer === undefined) throw new Error('no answer')
        return answer
      },
    }
  })
  afterEach(() => unharmed(given()))
  afterAll(async () => {
    await allClosed(given().gateway)
    await given().gateway.stop()
  })
  return given
}

async function unharmed({ scim, survivor }: Attacked): Promise<void> {
  const answer = await scim('/Users?filter=userName eq "survivor"')
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({ totalResults: 1, Resources: [{ id: survivor, userName: 'survivor' }] })
  expect(prototypes.map(namesOf)).toEqual(clean)
}

const page = z.object({
  calls: z.array(z.looseObject({ id: z.string(), state: z.string(), status: z.number().nullable() })),
  nextCursor: z.string().optional(),
})

/** A page of the admin API's calls. */
export const parsePage = (body: unknown) => page.parse(body)

async function allClosed(gateway: TestGateway): Promise<void> {
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { calls, nextCursor } = page.parse((await gateway.admin(`/tenants/main/calls?limit=1000${query}`)).body)
    expect(calls.filter(({ state }) => state !== 'closed')).toEqual([])
    cursor = nextCursor
  }
}

const headerOf = ({ headers }: Answered | RawAnswer, name: string): string | null =>
  headers instanceof Headers ? headers.get(name) : (headers[name] ?? null)

/** Expects a SCIM error as RFC 7644 §3.12 has it, that says something and does not echo the attack. */
export function expectScimError(answer: Answered | RawAnswer, status: number, scimType?: string): void {
  expect(answer.text.slice(0, 300)).toContain(`"status":"${status}"`)
  expect(answer.status).toBe(status)
  expect(headerOf(answer, 'content-type')).toBe('application/scim+json')
  expect(headerOf(answer, 'x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(answer.body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error'])
  expect(answer.body['scimType']).toBe(scimType)
  expect(answer.body['detail']).toMatch(/^[^\r\n\0]{10,400}$/)
}
