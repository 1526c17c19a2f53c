import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../src/scim/json.ts'
import { entraUser, patchUrn } from './support/entra.ts'
import { type Answered, startTestGateway, type TestGateway } from './support/gateway.ts'

/* What a trace tells of the names that a client sent in vain (contract §5, §12). */

const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const ruled = `id: ruled
name: Ruled
upstream: { kind: directory, emulate: entra }
rules:
  User:
    - { upstream: preferredLanguage, constant: de }
    - { hide: title }
`
const bare = (id: string, more = ''): string =>
  `id: ${id}\nname: ${id}\nupstream: { kind: directory, emulate: entra${more} }\n`

let gateway: TestGateway
const tokens = new Map<string, string>()

beforeAll(async () => {
  gateway = await startTestGateway({ ruled, bare: bare('bare'), strict: bare('strict', ', unsupported: reject') })
  for (const tenant of ['ruled', 'bare', 'strict']) tokens.set(tenant, await gateway.mint(tenant))
})
afterAll(() => gateway.stop())

/** A request, and what the trace of its call tells. */
async function traced(tenant: string, method: string, path: string, body: JsonObject) {
  const answer: Answered = await gateway.ask(`/t/${tenant}/scim/v2${path}`, {
    method,
    body,
    token: tokens.get(tenant) ?? '',
  })
  const trace = await gateway.admin(`/tenants/${tenant}/calls/${answer.headers.get('x-request-id')}`)
  return { status: answer.status, text: answer.text, id: String(answer.body['id']), trace }
}

const notesOf = ({ trace }: Awaited<ReturnType<typeof traced>>) => trace.body['notes']

const patch = (...operations: JsonObject[]): JsonObject => ({ schemas: [patchUrn], Operations: operations })

describe('the trace of a call', () => {
  it.each(['ruled', 'bare', 'strict'])('tells of nothing where nothing was left out: %s', async (tenant) => {
    const answer = await traced(tenant, 'POST', '/Users', entraUser('plain'))
    expect(answer.status).toBe(201)
    expect(answer.trace.body).toMatchObject({ status: 201, state: 'closed' })
    expect(answer.trace.body).not.toHaveProperty('notes')
  })

  it('names what belongs to the rules, and what the upstream cannot hold, never what it was', async () => {
    const secret = { preferredLanguage: 'secret', title: 'secret', nickName: 'secret', roles: [{ value: 'secret' }] }
    const answer = await traced('ruled', 'POST', '/Users', entraUser('both', secret))
    expect(answer.status).toBe(201)
    expect(notesOf(answer)).toEqual([
      { kind: 'ignored', names: ['preferredLanguage', 'title'] },
      { kind: 'unsupported', names: ['nickName', 'roles'] },
    ])
    expect(answer.trace.text).not.toContain('secret')
  })

  it('does so of PUT and PATCH, whose filters hold values too', async () => {
    const { id } = await traced('bare', 'POST', '/Users', entraUser('changed'))
    const put = await traced('bare', 'PUT', `/Users/${id}`, entraUser('changed', { nickName: 'Babs' }))
    expect([put.status, notesOf(put)]).toEqual([200, [{ kind: 'unsupported', names: ['nickName'] }]])
    const patched = await traced(
      ...(['bare', 'PATCH', `/Users/${id}`] as const),
      patch(
        { op: 'replace', path: 'displayName', value: 'Changed' },
        { op: 'add', path: 'emails[type eq "a secret"].value', value: 'anna@x.example' },
        { op: 'replace', value: { profileUrl: 'https://a.example/secret' } },
      ),
    )
    expect(patched.status).toBeLessThan(300)
    expect(notesOf(patched)).toEqual([{ kind: 'unsupported', names: ['emails[…].value', 'profileUrl'] }])
  })

  it('joins what the operations of a Bulk lost', async () => {
    const operations = ['nickName', 'timezone', 'nickName', 'preferredLanguage'].map((name, at) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${at}`,
      data: entraUser(`bulk${at}`, { [name]: 'en' }),
    }))
    const answer = await traced('ruled', 'POST', '/Bulk', { schemas: [bulkUrn], Operations: operations })
    expect(answer.status).toBe(200)
    expect(notesOf(answer)).toEqual(
      expect.arrayContaining([
        { kind: 'ignored', names: ['preferredLanguage'] },
        { kind: 'unsupported', names: expect.toSatisfy((names) => String([...names].sort()) === 'nickName,timezone') },
      ]),
    )
  })

  it('leaves it to the refusal to name them where nothing may be left out', async () => {
    const answer = await traced('strict', 'POST', '/Users', entraUser('refused', { nickName: 'Babs' }))
    expect([answer.status, notesOf(answer)]).toEqual([400, undefined])
    expect(answer.text).toContain('nickName')
  })

  it('stays small whatever a client calls its attributes', async () => {
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`made${at}`, at]))
    const long = 'x'.repeat(7_000_000)
    const body = entraUser('hostile', { 'a\u001b[2J\r\n': 1, [long]: 1, ['['.repeat(100_000)]: 1, ...many })
    const answer = await traced('bare', 'POST', '/Users', body)
    expect(answer.trace.text.length).toBeLessThan(10_000)
    expect(answer.trace.text).not.toContain('\\u001b')
    expect(answer.status).toBe(201)
    const [note] = Array.isArray(answer.trace.body['notes']) ? answer.trace.body['notes'].filter(isObject) : []
    expect(note).toMatchObject({
      kind: 'unsupported',
      names: expect.toSatisfy(({ length }) => length === 20),
      more: true,
    })
  })
})
