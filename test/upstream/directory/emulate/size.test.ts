import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDirectoryDatabase } from '../../../support/directory-database.ts'
import { entraClient, entraGroup, entraUser, idsOf } from '../../../support/entra.ts'

const q = encodeURIComponent
const many = 10_000

describe('a group of ten thousand', () => {
  const database = openDirectoryDatabase()
  const entra = entraClient({}, database)
  let group = ''
  let last = ''

  beforeAll(async () => {
    group = await entra.create('/groups', entraGroup('Everybody'))
    const path = `/groups/${group}`
    let ids: string[] = []
    for (let n = 1; n <= many; n++) {
      last = await entra.create('/users', entraUser(`u${n}`))
      ids.push(last)
      if (ids.length < 20) continue
      await entra.patch(path, { op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
      ids = []
    }
  }, 120_000)
  afterAll(() => database.close())

  /** Every id along a walk, and how many pages it had. */
  const walk = async (path: string) => {
    const ids = new Set<unknown>()
    let cursor = ''
    let pages = 0
    do {
      const page = await entra.get(`${path}&cursor=${q(cursor)}`)
      for (const id of idsOf(page)) ids.add(id)
      cursor = String(page.body['nextCursor'] ?? '')
      pages++
    } while (cursor !== '')
    return { ids, pages }
  }

  it.each([
    ['everybody, by default', 'count=100', 100],
    ['everybody, in wide pages', 'count=999&attributes=userName', 11],
    ['its members', 'count=100&filter=group', 100],
    ['its members, in wide pages', 'count=999&attributes=userName&filter=group', 11],
    ['its members that are active', 'count=999&attributes=userName&filter=group%20and%20active%20eq%20true', 11],
  ])('is listed whole: %s', async (_, query, pages) => {
    database.statements.length = 0
    const found = await walk(`/users?${query.replace('group', q(`groups.value eq "${group}"`))}`)
    expect(found.ids.size).toBe(many)
    expect(found.pages).toBe(pages)
    // What a page costs does not grow with the group.
    expect(database.statements.length / pages).toBeLessThan(15)
  })

  it.each([
    ['a user, in it', () => `/users?filter=${q(`groups.value eq "${group}" and userName eq "u${many}@contoso.com"`)}`],
    ['a user, in it, by id', () => `/users?filter=${q(`groups.value eq "${group}" and id eq "${last}"`)}`],
    ['it, by its last member', () => `/groups?filter=${q(`members.value eq "${last}"`)}`],
    ['it, with its last member', () => `/groups?filter=${q(`id eq "${group}" and members.value eq "${last}"`)}`],
  ])('is not walked to find %s', async (_, path) => {
    database.statements.length = 0
    expect(idsOf(await entra.get(path()))).toHaveLength(1)
    expect(database.statements.length).toBeLessThan(15)
  })
})
