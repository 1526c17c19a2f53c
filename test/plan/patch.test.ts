import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entra } from '../../src/plan/presets/entra.ts'
import { exactKey } from '../../src/scim/equality.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { enterpriseUserUrn, userDefinition } from '../../src/scim/schemas.ts'
import { customSecurityUrn, entraUserExtensionUrn } from '../../src/scim/schemas-entra.ts'
import { entraUser } from '../support/entra.ts'
import { patch, put, refused, resourceOf, throughEntra } from './through.ts'

const through = throughEntra()
let made = 0
const nextName = () => `p${++made}`
const work = { type: 'work', value: 'w@x.example' }

describe('a PATCH of a user that needs no read', () => {
  it.each<[string, JsonObject, string, JsonObject]>([
    ['a plain attribute', { op: 'Replace', path: 'title', value: 'A' }, 'replace title', { title: 'A' }],
    ['a removal', { op: 'remove', path: 'preferredLanguage' }, 'remove preferredLanguage', {}],
    ["Okta's deactivation", { op: 'replace', value: { active: false } }, 'replace active', { active: false }],
    [
      'parts of a name, path-less and dotted',
      { op: 'replace', value: { 'name.givenName': 'A', 'name.familyName': 'B' } },
      'replace name.givenName, replace name.familyName',
      { name: { givenName: 'A', familyName: 'B' } },
    ],
    [
      'a name as a whole, whose other parts stay',
      { op: 'add', path: 'name', value: { givenName: 'A' } },
      'add name.givenName',
      { name: { givenName: 'A', familyName: 'Example' } },
    ],
    [
      'a work e-mail',
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'n@x.example' },
      'replace emails.value',
      { emails: [{ type: 'work', value: 'n@x.example', primary: true }] },
    ],
    [
      'all e-mails',
      { op: 'replace', path: 'emails', value: [work] },
      'replace emails',
      { emails: [{ ...work, primary: true }] },
    ],
    [
      'an extension',
      { op: 'add', path: enterpriseUserUrn, value: { department: 'D' } },
      'add department',
      { [enterpriseUserUrn]: { department: 'D' } },
    ],
  ])('%s', async (_, operation, call, held) => {
    const name = nextName()
    const id = await through.user(name, { preferredLanguage: 'de', emails: [work] })
    const reply = await through.serve(patch(id, [operation]))
    expect(through.calls()).toEqual([`PATCH ${call}`])
    expect(reply).toEqual({ kind: 'empty', status: 204 })
    expect(await through.held(`/users/${id}`)).toMatchObject(held)
  })

  it('what it says of schemas, which follow from what there is, is passed over', async () => {
    const id = await through.user(nextName())
    const schemas = { op: 'add', path: 'schemas', value: [enterpriseUserUrn] }
    await through.serve(patch(id, [schemas, { op: 'replace', path: 'title', value: 'A' }]))
    expect(through.calls()).toEqual(['PATCH replace title'])
  })

  it.each([
    ['as an object', { value: 'ID' }],
    ['as Entra writes it', 'ID'],
    ['as a list', [{ $ref: '/Users/ID', value: 'ID' }]],
  ])('the manager %s is a value alone', async (_, value) => {
    const id = await through.user(nextName())
    const manager = await through.user(nextName())
    const given = JSON.parse(JSON.stringify(value).replaceAll('ID', manager))
    await through.serve(patch(id, [{ op: 'Add', path: `${enterpriseUserUrn}:manager`, value: given }]))
    expect(through.calls()).toEqual(['PATCH replace manager'])
    expect((await through.held(`/users/${id}`))[enterpriseUserUrn]).toEqual({ manager: { value: manager } })
    await through.serve(patch(id, [{ op: 'replace', path: `${enterpriseUserUrn}:manager`, value: '' }]))
    expect(through.calls()).toEqual(['PATCH remove manager'])
    expect((await through.held(`/users/${id}`))[enterpriseUserUrn]).toBeUndefined()
  })
})

describe('a PATCH of a user that needs a read', () => {
  it.each<[string, JsonObject]>([
    ['an add to a list', { op: 'add', path: 'emails', value: [{ type: 'other', value: 'o@x.example' }] }],
    ['a removal by filter', { op: 'remove', path: 'emails[type eq "other"]' }],
    ['a removal of a part', { op: 'remove', path: 'emails[type eq "other"].value' }],
    ['an element as a whole', { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@x.example' } }],
    ['a part of every element', { op: 'replace', path: 'phoneNumbers.value', value: '9' }],
    [
      'a filter that compares otherwise',
      { op: 'replace', path: 'emails[value co "x.example" and not (type eq "other")].value', value: 'n@x.example' },
    ],
    [
      'a filter of two',
      { op: 'replace', path: 'emails[type eq "work" and primary eq true].value', value: 'n@x.example' },
    ],
    ['a whole extension', { op: 'remove', path: enterpriseUserUrn }],
  ])('%s is one read and one PATCH, and nothing is written the second time', async (_, operation) => {
    const name = nextName()
    const more = {
      emails: [work, { type: 'other', value: 'old@x.example' }],
      phoneNumbers: [{ type: 'work', value: '1' }],
      [enterpriseUserUrn]: { department: 'D', costCenter: 'C' },
    }
    const id = await through.user(name, more)
    const before = await through.held(`/users/${id}`)
    const request = patch(id, [operation])
    await through.serve(request)
    expect(through.calls()).toEqual(['GET User', expect.stringContaining('PATCH')])
    const after = await through.held(`/users/${id}`)
    expect(shown(after)).toBe(shown(applyPatch(before, request.operations, userDefinition)))
    await through.serve({ ...request, held: after })
    expect(through.calls()).toEqual([])
  })
})

describe('a PATCH of a user', () => {
  it('that gives an element another type reads first', async () => {
    const id = await through.user(nextName(), { phoneNumbers: [{ type: 'work', value: '1' }] })
    await through.serve(patch(id, [{ op: 'replace', path: 'phoneNumbers[type eq "work"].type', value: 'mobile' }]))
    expect(through.calls()).toEqual(['GET User', 'PATCH replace phoneNumbers'])
  })

  it('makes the element that it replaces, where the upstream refuses to', async () => {
    const id = await through.user(nextName())
    await through.serve(patch(id, [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'n@x.example' }]))
    expect(through.calls()).toEqual(['PATCH replace emails.value', 'GET User', 'PATCH replace emails'])
    expect((await through.held(`/users/${id}`))['emails']).toEqual([
      { type: 'work', value: 'n@x.example', primary: true },
    ])
  })

  it('of nothing asks whether there is such a user', async () => {
    const id = await through.user(nextName())
    expect(await through.serve(patch(id, []))).toEqual({ kind: 'empty', status: 204 })
    expect(through.calls()).toEqual(['GET User'])
    expect(await refused(through.serve(patch('00000000-0000-7000-8000-ffffffffffff', [])))).toMatchObject({
      status: 404,
    })
  })

  it('is answered by the resource where the client asks for attributes', async () => {
    const id = await through.user(nextName(), { title: 'Guide' })
    const asked = { attributes: ['title'] }
    const reply = await through.serve(patch(id, [{ op: 'replace', path: 'title', value: 'A' }], asked))
    expect(through.calls()).toEqual(['PATCH replace title', 'GET User'])
    expect(resourceOf(reply)).toMatchObject({ id, title: 'A' })
    expect(resourceOf(reply)).not.toHaveProperty('userName')
    const add = { op: 'add', path: 'emails', value: [work] }
    const known = await through.serve(patch(id, [add], { attributes: ['emails'] }))
    expect(through.calls()).toEqual(['GET User', 'PATCH replace emails'])
    expect(resourceOf(known)['emails']).toEqual([{ ...work, primary: true }])
  })

  it.each(['userName', 'displayName', 'active', 'name', 'name.familyName'])(
    'that removes %s is refused before any call',
    async (path) => {
      const id = await through.user(nextName())
      expect(await refused(through.serve(patch(id, [{ op: 'remove', path }])))).toMatchObject({
        status: 400,
        scimType: 'mutability',
      })
      expect(through.calls()).toEqual([])
    },
  )

  it('leaves out what the upstream cannot hold, or is refused', async () => {
    const id = await through.user(nextName())
    const operations = [
      { op: 'add', path: 'nickName', value: 'A' },
      { op: 'add', path: 'emails[type eq "home"].value', value: 'h@x.example' },
      { op: 'replace', path: 'title', value: 'A' },
      { op: 'remove', path: 'locale' },
    ]
    await through.serve(patch(id, operations))
    expect(through.calls()).toEqual(['PATCH replace title'])
    const error = await refused(through.serve(patch(id, operations), { choices: { unsupported: 'reject' } }))
    expect(error.message).toContain('cannot hold nickName, emails[type eq "home"].value')
  })

  it('refuses a version before a call, for there are none, but takes If-Match: *', async () => {
    const id = await through.user(nextName())
    const operations = [{ op: 'replace', path: 'title', value: 'A' }]
    expect(await refused(through.serve(patch(id, operations, { ifMatch: '"1"' })))).toMatchObject({ status: 412 })
    expect(through.calls()).toEqual([])
    await through.serve(patch(id, operations, { ifMatch: '*' }))
  })
})

describe('custom security attributes', () => {
  const own = throughEntra(entra, { customSecurityAttributes: { Project: { ProjectName: 'string' } } })
  const place = `${customSecurityUrn}:Project.ProjectName`
  const heldOf = async (id: string) =>
    (await own.held(`/users/${id}?attributes=${customSecurityUrn}:Project`))[customSecurityUrn]

  it('are written as they were asked, beside what is compared, for they are shown only when asked for', async () => {
    const id = await own.user('secure')
    await own.serve(patch(id, [{ op: 'add', path: place, value: 'Identity' }]))
    expect(own.calls()).toEqual(['PATCH add Project.ProjectName'])
    expect(await heldOf(id)).toEqual({ Project: { ProjectName: 'Identity' } })
    const emails = { op: 'add', path: 'emails', value: [work] }
    await own.serve(patch(id, [{ op: 'replace', path: place, value: 'Hub' }, emails]))
    expect(own.calls()).toEqual(['GET User', 'PATCH replace emails, replace Project.ProjectName'])
    expect(await heldOf(id)).toEqual({ Project: { ProjectName: 'Hub' } })
  })

  it('are left alone by a PUT that does not speak of them', async () => {
    const id = await own.user('secured')
    await own.serve(patch(id, [{ op: 'add', path: place, value: 'Identity' }]))
    await own.serve(put(id, entraUser('secured', { title: 'A' })))
    expect(await heldOf(id)).toEqual({ Project: { ProjectName: 'Identity' } })
    await own.serve(put(id, entraUser('secured', { [customSecurityUrn]: { Project: { ProjectName: 'Hub' } } })))
    expect(await heldOf(id)).toEqual({ Project: { ProjectName: 'Hub' } })
  })
})

const word = fc.constantFrom('a', 'B', 'Zoë')
const address = fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example')
const other = fc.record({ type: fc.constant('other'), value: address })
const operation: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(fc.constantFrom('add', 'replace'), fc.constantFrom('title', 'displayName', 'name.givenName'), word)
    .map(([op, path, value]) => ({ op, path, value })),
  fc.constantFrom('title', 'emails', 'phoneNumbers', enterpriseUserUrn).map((path) => ({ op: 'remove', path })),
  fc.record({
    op: fc.constant('replace'),
    value: fc.record({ title: word, active: fc.boolean() }, { requiredKeys: [] }),
  }),
  address.map((value) => ({ op: 'replace', path: 'emails[type eq "work"].value', value })),
  fc.array(other, { minLength: 1, maxLength: 2 }).map((value) => ({ op: 'add', path: 'emails', value })),
  address.map((value) => ({ op: 'remove', path: `emails[value eq "${value}"]` })),
  fc.constantFrom('work', 'mobile').map((type) => ({ op: 'remove', path: `phoneNumbers[type eq "${type}"]` })),
  fc.tuple(fc.constantFrom('work', 'mobile'), word).map(([type, value]) => ({
    op: 'add',
    path: `phoneNumbers[type eq "${type}"].value`,
    value,
  })),
  word.map((value) => ({ op: 'add', path: `${enterpriseUserUrn}:department`, value })),
)

/** What is told of a user, but what only Entra adds. */
function shown(resource: JsonObject): string {
  const { id: _, meta: __, schemas: ___, [entraUserExtensionUrn]: ____, ...rest } = resource
  return exactKey(JSON.parse(JSON.stringify(rest).replaceAll(',"primary":true', '')))
}

describe('any PATCH of a user over any state', () => {
  it('leaves what the standard says, in two billed calls at most', async () => {
    const id = await through.user(nextName())
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (operations, isHeld) => {
          const before = await through.held(`/users/${id}`)
          const request = patch(id, operations, isHeld ? { held: before } : {})
          const wanted = applyPatch(before, request.operations, userDefinition)
          await through.serve(request)
          const calls = through.calls().length
          expect(shown(await through.held(`/users/${id}`))).toBe(shown(wanted))
          const changes = shown(before) === shown(wanted) ? 0 : 1
          if (isHeld) expect(calls).toBe(changes)
          else expect(calls).toBeLessThanOrEqual(3)
        },
      ),
      { numRuns: 250 },
    )
  })
})
