import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/scim/json.ts'
import { entraGroupExtensionUrn } from '../../../../src/scim/schemas-entra.ts'
import { type EntraClient, entraClient, entraGroup, entraUser, groupUrn, idAt, idsOf } from '../../../support/entra.ts'

const ext = entraGroupExtensionUrn
const q = encodeURIComponent
const adding = (...ids: string[]) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
const removing = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` })
const membersOf = async (entra: EntraClient, id: string) =>
  idsOf(await entra.get(`/users?filter=${q(`groups.value eq "${id}"`)}`))

describe('A5: groups are made', () => {
  it('from a displayName alone, twice if asked twice', async () => {
    const entra = entraClient()
    const first = await entra.post('/groups', entraGroup('Staff'))
    expect(first.status).toBe(201)
    expect(first.body).toEqual({
      schemas: [groupUrn, ext],
      id: idAt(1),
      displayName: 'Staff',
      [ext]: { mailEnabled: false, securityEnabled: true },
      meta: { created: '2026-01-01T00:00:00.000Z', location: `/groups/${idAt(1)}`, resourceType: 'group' },
    })
    expect((await entra.post('/groups', entraGroup('Staff'))).status).toBe(201)
    expect(idsOf(await entra.get(`/groups?filter=${q('displayName eq "staff"')}`))).toEqual([idAt(1), idAt(2)])
  })

  it.each([
    { mailEnabled: false, mailNickname: 'test', securityEnabled: true, description: 'x' },
    { mailEnabled: true, groupTypes: ['Unified'], mailNickname: 'test', securityEnabled: false },
  ])('with the extension %o', async (extension) => {
    const { status, body } = await entraClient().post('/groups', entraGroup('Staff', { [ext]: extension }))
    expect(status).toBe(201)
    expect(body[ext]).toEqual(extension)
  })

  const wrong: readonly (readonly [what: string, body: JsonObject])[] = [
    ['no displayName', { schemas: [groupUrn] }],
    ['an empty one', entraGroup('')],
    ['members', entraGroup('Staff', { members: [{ value: idAt(1) }] })],
    ['no schemas', { displayName: 'Staff' }],
    ['an unknown attribute', entraGroup('Staff', { description: 'x' })],
    ['a securityIdentifier', entraGroup('Staff', { [ext]: { securityIdentifier: 'S-1' } })],
    ['owners', entraGroup('Staff', { [ext]: { owners: [{ value: idAt(1) }] } })],
    ['mail and security at once', entraGroup('Staff', { [ext]: { mailEnabled: true, securityEnabled: true } })],
    ['Unified without mail', entraGroup('Staff', { [ext]: { groupTypes: ['Unified'] } })],
    ['another group type', entraGroup('Staff', { [ext]: { groupTypes: ['DynamicMembership'] } })],
  ]
  it.each(wrong)('never with %s', async (_, body) => {
    const entra = entraClient()
    await entra.create('/users', entraUser('anna'))
    expect((await entra.post('/groups', body)).status).toBe(400)
  })
})

describe('A5: groups are changed', () => {
  it('by path, with 204', async () => {
    const entra = entraClient()
    const path = `/groups/${await entra.create('/groups', entraGroup('Staff'))}`
    const answer = await entra.patch(path, { op: 'replace', path: `${ext}:description`, value: 'Finance group' })
    expect(answer.status).toBe(204)
    expect((await entra.get(path)).body[ext]).toMatchObject({ description: 'Finance group' })
    expect((await entra.patch(path, { op: 'remove', path: 'displayName' })).status).toBe(400)
    expect((await entra.patch(path, { op: 'replace', path: `${ext}:mailEnabled`, value: true })).status).toBe(400)
    expect((await entra.remove(path)).status).toBe(204)
    expect((await entra.get(path)).status).toBe(404)
  })
})

describe('A5: members', () => {
  /** Users 1 to 25, then the group. */
  const made = async (): Promise<{ entra: EntraClient; group: string; path: string; ids: string[] }> => {
    const entra = entraClient()
    const ids: string[] = []
    for (let n = 0; n < 25; n++) ids.push(await entra.create('/users', entraUser(`u${n}`)))
    const group = await entra.create('/groups', entraGroup('Staff'))
    return { entra, group, path: `/groups/${group}`, ids }
  }

  it('are added, twenty a request, and again without a word', async () => {
    const { entra, group, path, ids } = await made()
    expect((await entra.patch(path, adding(...ids.slice(0, 20)))).status).toBe(204)
    expect((await entra.patch(path, adding(...ids.slice(15)))).status).toBe(204)
    expect((await entra.patch(path, adding(ids[0] ?? ''))).status).toBe(204)
    expect(await membersOf(entra, group)).toEqual(ids)
  })

  it('are never shown', async () => {
    const { entra, path, ids } = await made()
    await entra.patch(path, adding(...ids.slice(0, 3)))
    for (const place of [path, `${path}?attributes=members`, '/groups', '/groups?attributes=members,displayName']) {
      const { status, body } = await entra.get(place)
      expect(status).toBe(200)
      expect(JSON.stringify(body)).not.toContain('members')
    }
    expect(JSON.stringify((await entra.get(`/users/${ids[0]}?attributes=groups`)).body)).not.toContain('groups')
  })

  it('are removed one a request', async () => {
    const { entra, group, path, ids } = await made()
    const [first = '', second = '', third = ''] = ids
    await entra.patch(path, adding(first, second, third))
    expect((await entra.patch(path, removing(first.toUpperCase()))).status).toBe(204)
    expect(await membersOf(entra, group)).toEqual([second, third])
  })

  it('that are none are 404, of the group', async () => {
    const { entra, group, path, ids } = await made()
    const { status, body } = await entra.patch(path, removing(ids[0] ?? ''))
    expect(status).toBe(404)
    expect(body['detail']).toBe(
      `Resource '${group}' does not exist or one of its queried reference-property objects are not present.`,
    )
  })

  it('are all added or none: one who is nobody spoils it', async () => {
    const { entra, group, path, ids } = await made()
    const nobody = idAt(99)
    const { status, body } = await entra.patch(path, adding(ids[0] ?? '', nobody))
    expect(status).toBe(400)
    expect(body['detail']).toBe(
      `Resource '${nobody}' does not exist or one of its queried reference-property objects are not present.`,
    )
    expect(await membersOf(entra, group)).toEqual([])
  })

  it('go with their users', async () => {
    const { entra, group, path, ids } = await made()
    const [first = '', second = ''] = ids
    await entra.patch(path, adding(first, second))
    await entra.remove(`/users/${first}`)
    expect(await membersOf(entra, group)).toEqual([second])
    expect((await entra.patch(path, removing(first))).status).toBe(404)
  })

  const one = idAt(1)
  const wrong: readonly (readonly [what: string, ...operations: JsonObject[]])[] = [
    ['more than twenty', adding(...Array.from({ length: 21 }, (_, index) => idAt(index + 1)))],
    ['two additions', adding(idAt(2)), adding(idAt(3))],
    ['two removals', removing(one), removing(idAt(2))],
    ['an addition beside a removal', adding(idAt(2)), removing(one)],
    ['an addition beside another change', adding(idAt(2)), { op: 'replace', path: 'displayName', value: 'x' }],
    ['another change beside a removal', { op: 'replace', path: 'displayName', value: 'x' }, removing(one)],
    ['a replacement', { op: 'replace', path: 'members', value: [{ value: idAt(2) }] }],
    ['a removal of all', { op: 'remove', path: 'members' }],
    ['a removal by a list', { op: 'remove', path: 'members', value: [{ value: one }] }],
    ['a removal by or', { op: 'remove', path: `members[value eq "${one}" or value eq "${idAt(2)}"]` }],
    ['a removal by another word', { op: 'remove', path: `members[type eq "User"]` }],
    ['a removal of a part', { op: 'remove', path: `members[value eq "${one}"].value` }],
    ['a removal of no id', removing('1')],
    ['an addition at a filter', { op: 'add', path: `members[value eq "${one}"]`, value: [{ value: idAt(2) }] }],
    ['an addition of a path-less value', { op: 'add', value: { members: [{ value: idAt(2) }] } }],
    ['an addition of one that is no list', { op: 'add', path: 'members', value: { value: idAt(2) } }],
    ['an addition of none', { op: 'add', path: 'members', value: [] }],
    ['an addition of bare ids', { op: 'add', path: 'members', value: [idAt(2)] }],
    ['an addition with more than the id', { op: 'add', path: 'members', value: [{ value: idAt(2), type: 'User' }] }],
    ['an addition of one twice', adding(idAt(2), idAt(2))],
    ['an addition of no id', adding('2')],
    ['an addition of a group', adding(idAt(26))],
    ['an owner', { op: 'add', path: `${ext}:owners`, value: [{ value: idAt(2) }] }],
  ]
  it.each(wrong)('are not changed by %s', async (_, ...operations) => {
    const { entra, group, path } = await made()
    await entra.patch(path, adding(one))
    expect((await entra.patch(path, ...operations)).status).toBe(400)
    expect(await membersOf(entra, group)).toEqual([one])
    expect((await entra.get(path)).body['displayName']).toBe('Staff')
  })

  it('are found from either side, together with other clauses', async () => {
    const { entra, group, path, ids } = await made()
    const [first = '', second = ''] = ids
    const other = await entra.create('/groups', entraGroup('Other'))
    await entra.patch(path, adding(first, second))
    await entra.patch(`/groups/${other}`, adding(second))
    const find = async (place: string, filter: string) => idsOf(await entra.get(`/${place}?filter=${q(filter)}`))
    expect(await find('groups', `members.value eq "${second}"`)).toEqual([group, other])
    expect(await find('groups', `members.value eq "${second}" and displayName eq "other"`)).toEqual([other])
    expect(await find('groups', `id eq "${other}" and members.value eq "${first}"`)).toEqual([])
    expect(await find('users', `groups.value eq "${group}" and groups.value eq "${other}"`)).toEqual([second])
    expect(await find('users', `groups.value eq "${group}" and userName eq "u0@contoso.com"`)).toEqual([first])
    expect(await find('users', `groups.value eq "${group}" and active eq false`)).toEqual([])
    expect(await find('users', `groups.value eq "${group}" and active eq true`)).toEqual([first, second])
    expect(await find('users', `groups.value eq "${first}"`)).toEqual([])
    expect(await find('groups', `members.value eq "${group}"`)).toEqual([])
  })
})
