import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type Json, type JsonObject } from '../src/scim/json.ts'
import { entraUser, type ServedEntra, startEntra } from './support/entra.ts'
import { directoryTenant, startTestGateway, type TestGateway } from './support/gateway.ts'

/* Lists of a tenant on the stand-in for Entra, beside the same ones of a tenant on the built-in directory. */

const users = 230
const families = ['Lee', 'Abel', 'Zett', 'Moor']
const userAt = (number: number): JsonObject =>
  entraUser(`user${String(number).padStart(3, '0')}`, {
    externalId: `e${number}`,
    displayName: `${families[number % 4]} ${number}`,
    title: number % 50 === 7 ? 'Boss' : 'Clerk',
    active: number % 3 > 0,
    emails: [{ type: 'work', primary: true, value: `mail${number}@contoso.com` }],
  })

let entra: ServedEntra
let gateway: TestGateway
let tokens: Readonly<Record<string, string>>
const groups: Record<string, string> = {}

beforeAll(async () => {
  entra = await startEntra()
  const upstream = `{ kind: scim, preset: entra, url: '${entra.url}', auth: { kind: none } }`
  gateway = await startTestGateway({
    plain: directoryTenant('plain'),
    entra: `id: entra\nname: entra\nupstream: ${upstream}\n`,
    scoped: `id: scoped\nname: scoped\nupstream: ${upstream}\nscope: { User: 'title eq "Boss"' }\n`,
  })
  tokens = Object.fromEntries(
    await Promise.all(['plain', 'entra', 'scoped'].map(async (id) => [id, await gateway.mint(id)] as const)),
  )
  for (const tenant of ['plain', 'entra']) {
    const ids: Json[] = []
    for (let number = 0; number < users; number++) ids.push((await ask(tenant, '/Users', userAt(number)))['id'] ?? null)
    const members = ids.slice(0, 3).map((value) => ({ value }))
    groups[tenant] = String((await ask(tenant, '/Groups', { displayName: 'Three', members }))['id'])
    await ask(tenant, '/Groups', { displayName: 'Nobody' })
  }
}, 120_000)
afterAll(async () => {
  await gateway.stop()
  entra.close()
})

async function ask(tenant: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const more = body === undefined ? {} : { method: 'POST', body: { schemas: [], ...body } }
  const answer = await gateway.ask(`/t/${tenant}/scim/v2${path}`, { token: tokens[tenant] ?? '', ...more })
  return answer.body
}

type Parameters = Readonly<Record<string, string | number | undefined>>
function query(type: string, parameters: Parameters): string {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) asked.set(name, String(value))
  return `/${type}?${asked}`
}
const listed = (body: JsonObject) => (Array.isArray(body['Resources']) ? body['Resources'].filter(isObject) : [])

/** What a list came to, and what Entra billed for it. */
async function priced(parameters: Parameters, type = 'Users', tenant = 'entra') {
  const before = entra.billed()
  const body = await ask(tenant, query(type, parameters))
  return { body, billed: entra.billed() - before, names: listed(body).map((one) => one['userName'] ?? null) }
}

describe('what a list costs', () => {
  it.each([
    ['a look-up by userName', { filter: 'userName eq "USER007@contoso.com"' }, 1],
    ['a look-up by externalId', { filter: 'externalId eq "e7"' }, 1],
    ['a look-up of nobody', { filter: 'userName eq "nobody@contoso.com"' }, 1],
    ['one that the rest of an and is decided of here', { filter: 'externalId eq "e7" and active eq true' }, 1],
    ['an or of two', { filter: 'userName eq "user007@contoso.com" or externalId eq "e8"' }, 2],
    ['a look-up by what Entra does not compare', { filter: 'emails[type eq "work"].value eq "mail7@contoso.com"' }, 2],
    ['the same by an element', { filter: 'emails[type eq "work" and value eq "mail7@contoso.com"]' }, 2],
    ['a first page: itself, and the count', {}, 2],
    ['a number', { count: 0 }, 1],
    ['names alone', { attributes: 'userName', count: 500 }, 1],
  ])('%s: %j is %i calls', async (_, parameters, calls) => {
    const { body, billed } = await priced(parameters)
    expect(body).toHaveProperty('totalResults')
    expect(billed).toBe(calls)
  })

  it('of the pages of one walk, in order, is one call each', async () => {
    const names: Json[] = []
    for (let startIndex = 1; startIndex <= users; startIndex += 50) {
      const page = await priced({ startIndex, count: 50 })
      expect([page.body['totalResults'], page.billed]).toEqual([users, startIndex === 1 ? 2 : 1])
      names.push(...page.names)
    }
    expect(names).toEqual(Array.from({ length: users }, (_, number) => userAt(number)['userName']))
  })

  it('of a walk by cursor is one call a page', async () => {
    const names: Json[] = []
    let cursor = ''
    let pages = 0
    do {
      const page = await priced({ cursor, count: 50 })
      expect(page.billed).toBe(1)
      names.push(...page.names)
      cursor = String(page.body['nextCursor'] ?? '')
      pages += 1
    } while (cursor !== '')
    expect([pages, new Set(names).size]).toEqual([5, users])
  })

  it('of groups with their members is one call a group more', async () => {
    expect((await priced({}, 'Groups')).billed).toBe(1)
    const { body, billed } = await priced({ attributes: 'displayName,members' }, 'Groups')
    expect([billed, listed(body).map((one) => (Array.isArray(one['members']) ? one['members'].length : null))]).toEqual(
      [3, [3, 0]],
    )
  })

  it('of the members of a group, and of the groups of a member, is one', async () => {
    const members = await priced({ filter: `groups.value eq "${groups['entra']}"` })
    expect([members.billed, members.names.length]).toEqual([1, 3])
    const [first] = listed(members.body)
    const of = await priced({ filter: `members eq "${first?.['id']}"`, excludedAttributes: 'members' }, 'Groups')
    expect([of.billed, of.body['totalResults']]).toEqual([1, 1])
  })

  it('is nothing where it cannot be decided', async () => {
    const { body, billed } = await priced({ filter: 'not (groups.value eq "x")' })
    expect([body['scimType'], billed]).toEqual(['invalidFilter', 0])
  })

  it('under a scope is a walk of what decides, and the few that are in it', async () => {
    const { names, billed } = await priced({}, 'Users', 'scoped')
    expect(names).toEqual([7, 57, 107, 157, 207].map((number) => userAt(number)['userName']))
    expect(billed).toBeLessThanOrEqual(1 + 5)
    const one = await priced({ filter: 'userName eq "user008@contoso.com"' }, 'Users', 'scoped')
    expect([one.billed, one.body['totalResults']]).toEqual([1, 0])
  })
})

const filters = [
  undefined,
  'active eq true',
  'title eq "Boss"',
  'title eq "clerk" and active eq true',
  'displayName sw "Lee" or title eq "Boss"',
  'not (userName ew "7@contoso.com")',
  'userName co "user00" and not (title eq "Boss")',
  'emails[type eq "work" and value sw "mail1"]',
  'id pr',
  'externalId ne "e3" and displayName co "1"',
]

it('a list is what the built-in directory would give, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        filter: fc.constantFrom(...filters),
        startIndex: fc.option(fc.integer({ min: 1, max: users + 5 }), { nil: undefined }),
        count: fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined }),
        sortBy: fc.constantFrom(undefined, undefined, 'displayName'),
        attributes: fc.constantFrom(undefined, 'userName,title'),
      }),
      async (parameters) => {
        const [plain, planned] = await Promise.all([
          ask('plain', query('Users', parameters)),
          ask('entra', query('Users', parameters)),
        ])
        const seen = (body: JsonObject) => ({
          totalResults: body['totalResults'],
          startIndex: body['startIndex'],
          itemsPerPage: body['itemsPerPage'],
          users: listed(body).map(({ userName, title }) => [userName, title]),
        })
        expect(seen(planned)).toEqual(seen(plain))
      },
    ),
    { numRuns: 150 },
  )
}, 120_000)
