import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResourceQueries } from '../../../src/store/resources.ts'
import { directoryClause } from '../../../src/upstream/directory/clause.ts'
import { keysOf } from '../../../src/upstream/directory/keys.ts'
import { compileDirectory, keysFingerprint, typeAt } from '../../../src/upstream/directory/model.ts'
import { column, type DirectoryClient, directoryClient } from '../../support/directory-client.ts'
import { type DirectoryDatabase, openDirectoryDatabase } from '../../support/directory-database.ts'

const total = 100_000
const groupSize = 60_000
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const userBody = (index: number) => ({
  userName: `user.${index}@contoso.example`,
  externalId: `E${index}`,
  displayName: `User ${index}`,
  name: { givenName: 'User', familyName: `Number ${index}` },
  title: index % 1000 === 0 ? 'Director' : 'Clerk',
  active: true,
  emails: [{ value: `user.${index}@contoso.example`, type: 'work', primary: true }],
  addresses: [
    { type: 'work', streetAddress: '1 Long Street', locality: 'Townsville', country: 'DE', postalCode: '12345' },
  ],
  [enterprise]: { employeeNumber: `N${index}`, department: `Department ${index % 50}`, organization: 'Contoso' },
})

let database: DirectoryDatabase
let client: DirectoryClient
let group: string

/** The rows that 100,000 creates would have written, in one transaction. */
function fill(queries: ResourceQueries): void {
  const model = compileDirectory(directoryClause.parse({ kind: 'directory' }))
  const type = typeAt(model, 'Users')
  if (type === undefined) throw new TypeError('no users')
  queries.transaction(() => {
    for (let index = 0; index < total; index++) {
      const body = userBody(index)
      const at = { createdAt: index, modifiedAt: index }
      const seq = queries.insert({
        id: `id-${index}`,
        type: 'User',
        version: 1,
        ...at,
        display: body.displayName,
        body: JSON.stringify(body),
      })
      queries.keys.add(seq, keysOf(body, type))
    }
    queries.writeNote('keyed attributes', keysFingerprint(model), true)
  })
}

beforeAll(async () => {
  database = openDirectoryDatabase(fill)
  client = directoryClient({ database })
  const members = Array.from({ length: groupSize }, (_, index) => ({ value: `id-${index}` }))
  group = await client.create('/Groups', { displayName: 'Everybody', members })
}, 120_000)

afterAll(() => database.close())

/** How SQLite would answer what the last request asked of the tables that grow. */
function plans(): string[] {
  return database.statements
    .filter((sql) => /^\s*(select|with|insert|update|delete)/i.test(sql))
    .flatMap((sql) => database.client.prepare(`explain query plan ${sql}`).all())
    .map((row) => (typeof row === 'object' && row !== null && 'detail' in row ? String(row.detail) : ''))
}

async function planOf(path: string): Promise<{ ids: unknown[]; plan: string[] }> {
  database.statements.length = 0
  const answer = await client.get(path)
  expect(answer.status).toBe(200)
  return { ids: column(answer, 'id'), plan: plans() }
}

describe('with 100,000 users', () => {
  test.each([
    ['userName eq "USER.77777@contoso.example"', ['id-77777']],
    ['externalId eq "E77777"', ['id-77777']],
    ['displayName eq "user 5"', ['id-5']],
    ['emails[type eq "work" and value eq "user.5@contoso.example"]', ['id-5']],
    [`${enterprise}:employeeNumber eq "n5"`, ['id-5']],
    ['id eq "id-9"', ['id-9']],
    ['active eq true and (userName eq "user.3@contoso.example" or externalId eq "E4")', ['id-3', 'id-4']],
    ['userName eq "nobody"', []],
  ])('%s is answered by an index', async (filter, expected) => {
    const { ids, plan } = await planOf(`/Users?attributes=id&${new URLSearchParams({ filter })}`)
    expect(ids).toEqual(expected)
    // Nothing is scanned but the parameter's own few values and the look-ups' results.
    const scans = plan.filter((step) => step.startsWith('SCAN'))
    expect(
      scans.filter((step) => !/^SCAN (j|json_each|below|above|\(subquery-?\d*\)|UNION|LEFT|CONSTANT)/.test(step)),
    ).toEqual([])
    expect(plan.join('\n')).toContain('USING')
  })

  test('an id, a page and the total are answered by an index', async () => {
    const one = await planOf('/Users/id-500')
    expect(one.plan.filter((step) => /SCAN resources(?! USING COVERING INDEX)/.test(step))).toEqual([])
    const page = await planOf('/Users?startIndex=90001&count=2&attributes=id')
    expect(page.ids).toEqual(['id-90000', 'id-90001'])
    expect(page.plan.filter((step) => /SCAN resources(?! USING COVERING INDEX)/.test(step))).toEqual([])
  })

  test('one more member, or one less, touches no other', async () => {
    for (const operation of [
      { op: 'add', path: 'members', value: [{ value: `id-${groupSize + 5}` }] },
      { op: 'remove', path: `members[value eq "id-7"]` },
    ]) {
      const before = count('memberships')
      database.statements.length = 0
      expect((await client.patch(`/Groups/${group}`, [operation])).status).toBe(204)
      expect(plans().filter((step) => /SCAN (memberships|resources)|resources_by_type/.test(step))).toEqual([])
      expect(database.statements.filter((sql) => sql.length > 1000)).toEqual([])
      expect(Math.abs(count('memberships') - before)).toBe(1)
    }
  })

  test('what no index answers is swept in bounded memory, while others are served', async () => {
    database.statements.length = 0
    const gc = collector()
    gc()
    const before = process.memoryUsage().heapUsed
    let peak = before
    let turns = 0
    let isOver = false
    const watch = () => {
      turns++
      if (turns % 40 === 0) {
        database.statements.length = 0
        gc()
        peak = Math.max(peak, process.memoryUsage().heapUsed)
      }
      if (!isOver) setImmediate(watch)
    }
    setImmediate(watch)
    const answer = await client.get(`/Users?${new URLSearchParams({ filter: 'title eq "Director"', count: '10' })}`)
    isOver = true
    expect(answer.body).toMatchObject({ totalResults: 100, itemsPerPage: 10 })
    expect(turns).toBeGreaterThan(100)
    // All users are more than 60 MB of JSON, and several times that as objects.
    expect((peak - before) / 2 ** 20).toBeLessThan(10)
  })

  test('a sorted page is right at both ends', async () => {
    const page = async (sortOrder: string) =>
      column(await client.get(`/Users?count=3&attributes=id&sortBy=meta.created&sortOrder=${sortOrder}`), 'id')
    expect(await page('ascending')).toEqual(['id-0', 'id-1', 'id-2'])
    expect(await page('descending')).toEqual(['id-99999', 'id-99998', 'id-99997'])
  })

  test('a group of 60,000 can be asked for by its members, and its members by it', async () => {
    const filter = (text: string) => `${new URLSearchParams({ filter: text })}&attributes=id`
    const members = await client.get(`/Users?${filter(`groups.value eq "${group}"`)}&count=5`)
    expect(members.body).toMatchObject({ totalResults: groupSize, itemsPerPage: 5 })
    const groups = await planOf(`/Groups?${filter('members.value eq "id-500"')}`)
    expect(groups.ids).toEqual([group])
  })
})

/** The collector of garbage, without a flag on the command line. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  return () => void (typeof gc === 'function' && gc())
}

function count(table: string): number {
  const row = database.client.prepare(`select count(*) as n from ${table}`).get()
  return typeof row === 'object' && row !== null && 'n' in row ? Number(row.n) : Number.NaN
}
