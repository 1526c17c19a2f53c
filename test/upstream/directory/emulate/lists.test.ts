import { beforeAll, describe, expect, it } from 'vitest'
import { entraGroupExtensionUrn, entraUserExtensionUrn } from '../../../../src/scim/schemas-entra.ts'
import { openDirectoryDatabase } from '../../../support/directory-database.ts'
import {
  type EntraAnswer,
  type EntraClient,
  enterpriseUrn,
  entraClient,
  entraGroup,
  entraUser,
  idAt,
  idsOf,
  resourcesOf,
} from '../../../support/entra.ts'

const q = encodeURIComponent
const many = 250

/** 250 users and one group, made once: these tests only read. */
function populated(): { entra: EntraClient } {
  const database = openDirectoryDatabase()
  const held = { entra: entraClient({}, database) }
  beforeAll(async () => {
    for (let n = 0; n < many; n++) await held.entra.create('/users', entraUser(`u${n}`))
    await held.entra.create('/groups', entraGroup('Staff'))
    return () => database.close()
  })
  return held
}

async function walk(entra: EntraClient, path: string): Promise<EntraAnswer[]> {
  const pages = [await entra.get(path)]
  for (let cursor = pages[0]?.body['nextCursor']; typeof cursor === 'string'; cursor = pages.at(-1)?.body['nextCursor'])
    pages.push(await entra.get(`${path}${path.includes('?') ? '&' : '?'}cursor=${q(cursor)}`))
  return pages
}

describe('A2: pages', () => {
  const held = populated()

  it.each([
    ['/users', 100],
    ['/users?count=20', 20],
    ['/users?count=100', 100],
    ['/users?count=101', 100],
    ['/users?count=999', 100],
    ['/users?count=101&attributes=userName', 101],
    ['/users?count=240&attributes=id,userName', 240],
    ['/users?count=999&attributes=userName', 250],
    ['/users?count=1000&attributes=userName', 100],
    [`/users?count=200&attributes=userName,${enterpriseUrn}:manager`, 100],
    [`/users?count=200&attributes=userName,${enterpriseUrn}:manager.value`, 100],
    [`/users?count=200&attributes=${enterpriseUrn}`, 100],
    [`/users?count=200&attributes=${enterpriseUrn}:department`, 200],
    ['/users?count=200&excludedAttributes=emails', 100],
    ['/users?cursor=', 100],
  ])('of %s hold %i', async (path, length) => {
    const answer = await held.entra.get(path)
    expect(answer.status).toBe(200)
    expect(resourcesOf(answer)).toHaveLength(length)
    expect(answer.body['itemsPerPage']).toBe(length)
  })

  it.each([
    '/users?count=0',
    '/users?count=-1',
    '/users?count=ten',
    '/users?count=1.5',
    '/users?count=',
    '/users?startIndex=1',
    '/users?sortBy=userName',
    '/users?sortOrder=ascending',
    '/users?Count=10',
    '/users?count=10&count=10',
    '/users?filter',
    '/users?cursor=nonsense',
    '/users?attributes=',
    '/users?attributes=userName&excludedAttributes=emails',
  ])('are refused for %s', async (path) => {
    expect((await held.entra.get(path)).status).toBe(400)
  })

  it('name the list in lower case and have no totals and no index', async () => {
    const { body } = await held.entra.get('/users')
    expect(Object.keys(body).sort()).toEqual(['itemsPerPage', 'nextCursor', 'resources', 'schemas'])
    const last = (await walk(held.entra, '/users')).at(-1)
    expect(Object.keys(last?.body ?? {}).sort()).toEqual(['itemsPerPage', 'resources', 'schemas'])
  })

  it('lead through everything, once', async () => {
    const pages = await walk(held.entra, '/users?count=60')
    expect(pages.map((page) => resourcesOf(page).length)).toEqual([60, 60, 60, 60, 10])
    expect(new Set(pages.flatMap(idsOf)).size).toBe(many)
  })

  it('say how many there are of a filtered list that has one page, and only then', async () => {
    const one = await held.entra.get(`/users?filter=${q('userName ew "7@contoso.com"')}`)
    expect(one.body['totalResults']).toBe(25)
    const none = await held.entra.get(`/users?filter=${q('userName eq "nobody@contoso.com"')}`)
    expect(none.body).toMatchObject({ totalResults: 0, itemsPerPage: 0, resources: [] })
    const pages = await walk(held.entra, `/users?filter=${q('active eq true')}`)
    expect(pages).toHaveLength(3)
    expect(pages.map(({ body }) => body['totalResults'])).toEqual([undefined, undefined, undefined])
  })

  it.each([
    '/users?count=20',
    '/users?count=19',
    '/users?count=10&attributes=userName',
    '/users?count=10&excludedAttributes=emails',
    `/users?count=10&filter=${q('active eq true')}`,
    '/users',
    '/groups?count=10',
  ])('take no cursor of another query: %s', async (path) => {
    const { body } = await held.entra.get('/users?count=10')
    const cursor = `cursor=${q(String(body['nextCursor']))}`
    expect((await held.entra.get(`/users?count=10&${cursor}`)).status).toBe(200)
    const answer = await held.entra.get(`${path}${path.includes('?') ? '&' : '?'}${cursor}`)
    expect(answer.status).toBe(path === '/users?count=10' ? 200 : 400)
  })

  it('of groups hold up to 1000', async () => {
    for (const count of [101, 1000, 1001]) expect((await held.entra.get(`/groups?count=${count}`)).status).toBe(200)
  })
})

describe('A3: filters', () => {
  const held = populated()
  const group = idAt(many + 1)
  const ext = entraUserExtensionUrn
  const groupExt = entraGroupExtensionUrn

  it.each([
    ['users', 'userName eq "u5@contoso.com"', 1],
    ['users', 'username EQ "U5@CONTOSO.COM"', 1],
    ['users', 'userName ew "5@contoso.com"', 25],
    ['users', 'not (userName ew "5@contoso.com")', 100],
    ['users', 'active eq true', 100],
    ['users', 'active eq True', 100],
    ['users', 'active eq false', 0],
    ['users', `id eq "${idAt(3)}"`, 1],
    ['users', `externalId eq "nothing"`, 0],
    ['users', `groups.value eq "${group}"`, 0],
    ['users', `${ext}:mailNickname eq "u9"`, 1],
    ['users', `${ext}:mailNickname ew "9"`, 25],
    ['users', `not (${ext}:mailNickname ew "9") and userName eq "u8@contoso.com"`, 1],
    ['users', `${ext}:ownedGroups.value eq "${group}"`, 0],
    ['users', `active eq true and userName eq "u1@contoso.com" and ${ext}:mailNickname eq "u1"`, 1],
    ['groups', 'displayName eq "staff"', 1],
    ['groups', 'displayName ew "aff"', 1],
    ['groups', `id eq "${group}" and members.value eq "${idAt(1)}"`, 0],
    ['groups', `${groupExt}:securityEnabled eq true`, 1],
    ['groups', `${groupExt}:mailEnabled eq true`, 0],
    ['groups', `${groupExt}:owners.value eq "${idAt(1)}"`, 0],
  ])('serve %s by %s', async (place, filter, length) => {
    const answer = await held.entra.get(`/${place}?filter=${q(filter)}`)
    expect(answer.body['detail']).toBeUndefined()
    expect(resourcesOf(answer)).toHaveLength(length)
  })

  it.each([
    ['users', 'displayName eq "x"'],
    ['users', 'emails.value eq "x"'],
    ['users', 'emails eq "x"'],
    ['users', 'emails[type eq "work"]'],
    ['users', 'emails[type eq "work"].value eq "x"'],
    ['users', 'name.familyName eq "x"'],
    ['users', 'title eq "x"'],
    ['users', `${enterpriseUrn}:employeeNumber eq "x"`],
    ['users', `${enterpriseUrn}:manager.value eq "${idAt(1)}"`],
    ['users', 'meta.lastModified gt "2026-01-01T00:00:00Z"'],
    ['users', 'mailNickname eq "x"'],
    ['users', 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x"'],
    ['users', 'userName co "x"'],
    ['users', 'userName sw "x"'],
    ['users', 'userName ne "x"'],
    ['users', 'userName pr'],
    ['users', 'userName gt "x"'],
    ['users', 'externalId ew "x"'],
    ['users', `id ew "${idAt(1)}"`],
    ['users', 'active ew "x"'],
    ['users', 'active eq "true"'],
    ['users', 'userName eq true'],
    ['users', 'userName eq null'],
    ['users', 'userName eq ""'],
    ['users', 'id eq "1"'],
    ['users', 'groups.value eq "1"'],
    ['users', 'groups eq "1"'],
    ['users', `groups.value ew "${idAt(1)}"`],
    ['users', `members.value eq "${idAt(1)}"`],
    ['users', 'userName eq "x" or userName eq "y"'],
    ['users', 'externalId eq "x" and active eq true'],
    ['users', 'active eq true and externalId eq "x"'],
    ['users', 'externalId eq "x" and externalId eq "x"'],
    ['users', 'not (userName eq "x")'],
    ['users', 'not (active eq true)'],
    ['users', 'not (not (userName ew "x"))'],
    ['users', 'not (userName ew "x" and userName ew "y")'],
    ['users', 'userName'],
    ['users', ' '],
    ['groups', 'not (displayName ew "x")'],
    ['groups', 'displayName co "x"'],
    ['groups', 'displayName eq "x" or displayName eq "y"'],
    ['groups', 'externalId eq "x"'],
    ['groups', 'userName eq "x"'],
    ['groups', `members eq "${idAt(1)}"`],
    ['groups', `members[value eq "${idAt(1)}"]`],
    ['groups', 'members.value eq "x"'],
    ['groups', 'securityEnabled eq true'],
    ['groups', `${groupExt}:securityEnabled eq "true"`],
    ['groups', `${groupExt}:mailNickname eq "x"`],
    ['groups', `groups.value eq "${idAt(1)}"`],
  ])('refuse %s by %s', async (place, filter) => {
    expect((await held.entra.get(`/${place}?filter=${q(filter)}`)).status).toBe(400)
  })

  it.each([
    'filter= active%20eq%20true',
    'filter=%20active%20eq%20true',
    'filter%20=active%20eq%20true',
    'filter =active%20eq%20true',
    'filter=+active+eq+true',
    'filter+=active+eq+true',
    'filter=%09active%20eq%20true',
    'count=%205',
    'count =5',
    'attributes=%20userName',
    'excludedAttributes=%20emails',
    'cursor=%20',
  ])('refuse white space round the equals sign: %s', async (query) => {
    expect((await held.entra.get(`/users?${query}`)).status).toBe(400)
  })

  it('take plus for a space elsewhere', async () => {
    expect(resourcesOf(await held.entra.get('/users?filter=userName+eq+%22u5@contoso.com%22'))).toHaveLength(1)
  })
})

describe('A6: projections', () => {
  const held = populated()

  it.each([
    ['userName', ['id', 'schemas', 'userName']],
    ['userName,meta', ['id', 'meta', 'schemas', 'userName']],
    ['groups', ['id', 'schemas']],
    [`${entraUserExtensionUrn}:mailNickname`, ['id', 'schemas', entraUserExtensionUrn]],
    [entraUserExtensionUrn, ['id', 'schemas', entraUserExtensionUrn]],
    ['password', ['id', 'schemas']],
  ])('of %s show only that', async (attributes, names) => {
    const { status, body } = await held.entra.get(`/users/${idAt(1)}?attributes=${attributes}`)
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual([...names].sort())
  })

  it.each([
    'attributes=nickName',
    'attributes=userName,nonsense',
    'attributes=userName, id',
    'attributes=mailNickname',
    'attributes=urn:example:unknown:2.0:User:badge',
    'attributes=urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes',
    'excludedAttributes=nonsense',
    'filter=active%20eq%20true',
    'count=1',
  ])('are refused on one user for %s', async (query) => {
    expect((await held.entra.get(`/users/${idAt(1)}?${query}`)).status).toBe(400)
  })

  it('are not taken by a write', async () => {
    const entra = entraClient()
    expect((await entra.post('/users?attributes=userName', entraUser('anna'))).status).toBe(400)
  })
})
