import { describe, expect, it, test } from 'vitest'
import { triedBody } from '../../src/admin/shapes-try.ts'
import { createFixture, documentOf } from './support.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'

const rules = {
  User: [
    { client: 'externalId', upstream: `${enterprise}:employeeNumber` },
    { client: 'active', upstream: 'title', values: { true: 'ENABLED', false: 'DISABLED' } },
    { client: { userName: '{local}@a.example' }, upstream: { userName: '{local}@b.example' } },
    {
      client: { displayName: '{given} {family}' },
      upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
    },
    { upstream: 'preferredLanguage', constant: 'de' },
    { upstream: 'userType', default: 'Member' },
    { upstream: 'nickName', template: '{userName | lower}', when: 'not (locale pr)' },
    { hide: 'password' },
  ],
}

/** Asks with the rules above, or without any. */
async function tried(asked: object, given: object = { rules }) {
  const { documents, post } = createFixture()
  documents.set('contoso', documentOf('contoso', given))
  const answer = await post('/tenants/contoso/try', asked)
  const body: unknown = await answer.json()
  expect([answer.status, body]).toEqual([200, expect.anything()])
  return triedBody.parse(body)
}

const user = {
  userName: 'Ann@a.example',
  externalId: '7',
  active: true,
  displayName: 'Ann Lee',
  password: 'secret',
  emails: [{ value: 'ann@a.example', type: 'work' }],
}

describe('a create', () => {
  it('shows the call, the answer and what each rule did', async () => {
    const { upstream, client, rules: traced, ...rest } = await tried({ body: user })
    expect(upstream).toEqual([
      {
        method: 'POST',
        path: '/Users',
        purpose: 'forward',
        times: { least: 1, most: 1 },
        afterRead: false,
        body: {
          schemas: [userUrn, enterprise],
          userName: 'Ann@b.example',
          title: 'ENABLED',
          name: { givenName: 'Ann', familyName: 'Lee' },
          [enterprise]: { employeeNumber: '7' },
          preferredLanguage: 'de',
          userType: 'Member',
          nickName: 'ann@a.example',
          emails: [{ value: 'ann@a.example', type: 'work' }],
        },
      },
    ])
    expect(client).toMatchObject({
      userName: 'Ann@a.example',
      active: true,
      displayName: 'Ann Lee',
      userType: 'Member',
    })
    expect(client).not.toHaveProperty('nickName')
    expect(rest).toEqual({ operation: 'create', status: 201, notes: [], price: { calls: 1, costMicros: 0 } })
    expect(traced.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['rules.User[0]', 'carried'],
      ['rules.User[1]', 'carried'],
      ['rules.User[2]', 'carried'],
      ['rules.User[3]', 'carried'],
      ['rules.User[4]', 'set'],
      ['rules.User[5]', 'set'],
      ['rules.User[6]', 'computed'],
      ['rules.User[7]', 'hidden'],
    ])
    expect(traced[3]).toMatchObject({
      rule: 'displayName "{given} {family}" <-> name.givenName "{given}" + name.familyName "{family}"',
      client: { displayName: 'Ann Lee' },
      upstream: { 'name.givenName': 'Ann', 'name.familyName': 'Lee' },
    })
    expect(JSON.stringify({ upstream, client, traced })).not.toContain('secret')
  })

  it('says which rules had nothing to do', async () => {
    const { rules: traced } = await tried({ body: { userName: 'ann@a.example', userType: 'Guest', locale: 'de' } })
    expect(traced.map(({ outcome }) => outcome)).toEqual([
      'absent',
      'absent',
      'carried',
      'absent',
      'set',
      'skipped',
      'skipped',
      'absent',
    ])
  })

  it('is refused as the client would see it', async () => {
    const { status, client, upstream, rules: traced, price } = await tried({ body: { displayName: 'Cher' } })
    expect(status).toBe(400)
    expect(client).toMatchObject({
      status: '400',
      scimType: 'invalidValue',
      detail: expect.stringMatching('displayName'),
    })
    expect([upstream, price]).toEqual([[], { calls: 0, costMicros: 0 }])
    expect(traced[3]).toMatchObject({ outcome: 'refused', client: { displayName: 'Cher' } })
  })

  it('is read as the front door reads it', async () => {
    const body = { USERNAME: 'ann@a.example', active: 'False' }
    expect((await tried({ body })).upstream[0]?.body).toMatchObject({ userName: 'ann@b.example', title: 'DISABLED' })
    const strict = { rules, frontDoor: { dialect: 'strict' } }
    expect(await tried({ body }, strict)).toMatchObject({ status: 400, upstream: [] })
  })

  it('of a tenant without rules goes as it is', async () => {
    const { upstream, client, rules: traced } = await tried({ body: { userName: 'x', title: 'T' } }, {})
    const same = { schemas: [userUrn], userName: 'x', title: 'T' }
    expect([upstream[0]?.body, client, traced]).toEqual([same, same, []])
  })

  it('of another type', async () => {
    const asked = { type: 'Group', body: { displayName: 'G' } }
    expect((await tried(asked)).upstream).toMatchObject([{ path: '/Groups', body: { displayName: 'G' } }])
  })
})

describe('a PUT', () => {
  it('reads first where the upstream holds what the client cannot see', async () => {
    const { operation, status, upstream, price } = await tried({ id: 'a/b', body: user })
    expect([operation, status, price.calls]).toEqual(['replace', 200, 2])
    expect(upstream).toMatchObject([
      { method: 'GET', path: '/Users/a%2Fb', body: null, afterRead: false },
      { method: 'PUT', path: '/Users/a%2Fb', body: { userName: 'Ann@b.example' }, afterRead: true },
    ])
  })

  it('goes straight through without rules', async () => {
    const { upstream } = await tried({ id: '1', body: user }, {})
    expect(upstream).toMatchObject([{ method: 'PUT', path: '/Users/1', afterRead: false }])
  })

  it.each(['..', 'a/../b', 'a\u0007'])('of the id %j is refused', async (id) => {
    expect(await tried({ id, body: user })).toMatchObject({ status: 400, upstream: [] })
  })
})

describe('a PATCH', () => {
  const patch = (...Operations: readonly object[]) => ({
    id: '1',
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations },
  })

  it('is translated', async () => {
    const {
      upstream,
      client,
      status,
      rules: traced,
    } = await tried(patch({ op: 'replace', path: 'active', value: false }, { op: 'remove', path: 'externalId' }))
    expect([status, client]).toEqual([204, null])
    expect(upstream).toMatchObject([
      {
        method: 'PATCH',
        path: '/Users/1',
        body: { Operations: [{ path: 'title', value: 'DISABLED' }, { op: 'remove' }] },
      },
    ])
    expect(traced).toMatchObject([
      { path: 'rules.User[1]', outcome: 'direct', client: { 'replace active': false } },
      { path: 'rules.User[0]', outcome: 'direct', client: { 'remove externalId': null } },
    ])
  })

  it('that depends on what is there reads first, and says why', async () => {
    const { upstream, notes, price } = await tried(patch({ op: 'replace', path: 'userName', value: 'x@a.example' }))
    expect(upstream).toEqual([
      {
        method: 'GET',
        path: '/Users/1',
        body: null,
        purpose: 'read',
        times: { least: 1, most: 1 },
        afterRead: false,
      },
      {
        method: 'PATCH',
        path: '/Users/1',
        body: null,
        purpose: 'forward',
        times: { least: 0, most: 1 },
        why: 'only where something differs',
        afterRead: true,
      },
    ])
    expect(notes).toEqual([expect.stringMatching(/^reads first: ./)])
    expect(price).toEqual({ calls: 2, costMicros: 0, least: 1, most: 2 })
  })

  it('of what belongs to the rules leaves nothing to write', async () => {
    const { upstream, notes } = await tried(patch({ op: 'replace', path: 'nickName', value: 'x' }))
    expect(upstream).toMatchObject([{ method: 'GET', path: '/Users/1' }])
    expect(notes).toEqual([expect.stringMatching('belongs to the rules')])
  })

  it('that is wrong is refused as the client would see it', async () => {
    expect(await tried(patch({ op: 'jump' }))).toMatchObject({ status: 400, client: { scimType: 'invalidSyntax' } })
    const notCarriable = patch({ op: 'replace', path: 'active', value: 'ENABLED' })
    expect(await tried(notCarriable)).toMatchObject({ status: 400, upstream: [] })
  })
})

describe('in reverse', () => {
  it('shows what the client sees', async () => {
    const body = { id: '1', userName: 'Ann@b.example', title: 'DISABLED', nickName: 'n', preferredLanguage: 'de' }
    const { client, upstream, rules: traced, notes, price } = await tried({ reverse: true, body })
    expect(client).toMatchObject({ id: '1', userName: 'Ann@a.example', active: false })
    expect(client).not.toHaveProperty('nickName')
    expect([upstream, notes, price.calls]).toEqual([[], [], 0])
    expect(traced.map(({ outcome }) => outcome)).toEqual([
      'absent',
      'carried',
      'carried',
      'absent',
      'hidden',
      'absent',
      'hidden',
      'absent',
    ])
  })

  it('says what does not fit', async () => {
    const { client, rules: traced, notes } = await tried({ reverse: true, body: { userName: 'ann@c.example' } })
    expect(client).toMatchObject({ userName: 'ann@c.example' })
    expect(traced[2]).toMatchObject({ outcome: 'unfit', upstream: { userName: 'ann@c.example' } })
    expect(notes).toEqual([expect.stringMatching('does not fit')])
  })
})

describe('scope and allow', () => {
  const scoped = { rules, scope: { User: 'displayName pr' }, allow: { Group: ['read'] } }

  it('refuse as they do when they serve', async () => {
    const outside = await tried({ body: { userName: 'ann@a.example' } }, scoped)
    expect(outside).toMatchObject({ status: 403, upstream: [], price: { calls: 0 } })
    expect(await tried({ body: user }, scoped)).toMatchObject({ status: 201 })
    const group = await tried({ type: 'Group', body: { displayName: 'G' } }, scoped)
    expect(group).toMatchObject({ status: 403, upstream: [], client: { detail: expect.stringMatching('not allowed') } })
  })

  it('make changes read first, and show in reverse what is outside', async () => {
    const body = { Operations: [{ op: 'replace', path: 'active', value: false }] }
    expect(await tried({ id: '1', body }, scoped)).toMatchObject({
      upstream: [{ method: 'GET' }, { method: 'PATCH', afterRead: true, body: { Operations: [{ path: 'title' }] } }],
      notes: [expect.stringMatching('scope')],
    })
    const { notes } = await tried({ reverse: true, body: { userName: 'a@b.example' } }, scoped)
    expect(notes).toEqual([expect.stringMatching('out of the tenant')])
  })
})

describe('a filter', () => {
  it('without rules goes as it is', async () => {
    const { upstream, notes } = await tried({ filter: 'USERNAME EQ "a b"' }, {})
    expect(upstream).toMatchObject([{ method: 'GET', path: '/Users?filter=USERNAME%20eq%20%22a%20b%22' }])
    expect(notes).toEqual(['the upstream decides it alone'])
  })

  it('that only the client view decides says why', async () => {
    const { status, upstream, notes } = await tried({ filter: 'displayName co "n L"' })
    expect([status, upstream.length]).toEqual([200, 1])
    expect(notes).toEqual([expect.stringMatching(/decided here, a call a page: ./)])
  })

  it('that is wrong is refused as the client would see it', async () => {
    expect(await tried({ filter: 'userName eq' })).toMatchObject({ status: 400, client: { scimType: 'invalidFilter' } })
  })
})

describe('refused', () => {
  const nested: unknown = JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`)
  test.each<[string, object, string]>([
    ['nothing to try', {}, 'body'],
    ['two things at once', { body: {}, filter: 'a pr' }, 'body'],
    ['a member that is not known', { body: {}, mode: 'x' }, 'mode'],
    ['a body that is a list', { body: [] }, 'body'],
    ['a body that is a bomb', { body: nested }, 'body'],
    ['a filter in reverse', { filter: 'a pr', reverse: true }, 'reverse'],
    ['a filter of one', { filter: 'a pr', id: '1' }, 'id'],
    ['a reverse of one', { body: {}, reverse: true, id: '1' }, 'id'],
    ['a PATCH of nobody', { body: { Operations: [] } }, 'id'],
    ['a type that there is not', { body: {}, type: 'Users' }, 'type'],
  ])('%s', async (_name, asked, field) => {
    const answer = await createFixture().post('/tenants/contoso/try', asked)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ field }] })
  })

  it('too much of it', async () => {
    const answer = await createFixture().post('/tenants/contoso/try', { body: { title: 'x'.repeat(1024 * 1024) } })
    expect(answer.status).toBe(413)
  })

  it.each([
    ['nobody', 404],
    ['broken', 409],
  ])('of tenant %s: %i', async (id, status) => {
    expect((await createFixture().post(`/tenants/${id}/try`, { body: {} })).status).toBe(status)
  })

  it('without a credential', async () => {
    const headers = { authorization: 'Bearer no', 'content-type': 'application/json' }
    const answer = await createFixture().request('/tenants/contoso/try', { method: 'POST', headers, body: '{}' })
    expect(answer.status).toBe(401)
  })
})
