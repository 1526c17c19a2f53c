import { describe, expect, test } from 'vitest'
import { parseFilter } from '../../../src/scim/filter.ts'
import { directoryClause } from '../../../src/upstream/directory/clause.ts'
import { compileDirectory, typeAt } from '../../../src/upstream/directory/model.ts'
import { narrow, narrowAll } from '../../../src/upstream/directory/narrow.ts'

const hr = 'urn:example:hr:2.0:User'
const model = compileDirectory(
  directoryClause.parse({
    kind: 'directory',
    schemas: [
      {
        id: hr,
        name: 'HR',
        extends: 'User',
        attributes: [
          { name: 'badge', uniqueness: 'server', caseExact: true },
          { name: 'number', type: 'integer', uniqueness: 'server' },
        ],
      },
    ],
  }),
)
const typeOf = (segment: string) => {
  const type = typeAt(model, segment)
  if (type === undefined) throw new TypeError(segment)
  return type
}
const users = typeOf('Users')
const groups = typeOf('Groups')
const key = (attribute: string, value: string) => ({ keys: [{ attribute, value }] })

describe('an index answers', () => {
  test.each([
    ['id eq "A"', { ids: ['A'] }],
    ['userName eq "Ann"', key('User:userName', 'ann')],
    ['USERNAME eq "Ann"', key('User:userName', 'ann')],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "Ann"', key('User:userName', 'ann')],
    ['externalId eq "Ann"', key('User:externalId', 'Ann')],
    ['displayName eq "Ann"', key('User:displayName', 'ann')],
    ['emails.value eq "A@b"', key('User:emails.value', 'a@b')],
    ['emails eq "A@b"', key('User:emails.value', 'a@b')],
    ['emails[type eq "work" and value eq "a@b"]', key('User:emails.value', 'a@b')],
    [`${hr}:badge eq "B1"`, key(`User:${hr}:badge`, 'B1')],
    [`${hr}:number eq 7`, key(`User:${hr}:number`, '7')],
    ['groups.value eq "G"', { groups: ['G', 'g'] }],
    ['groups[value eq "g"]', { groups: ['g'] }],
    ['active eq true and userName eq "a"', key('User:userName', 'a')],
    ['displayName eq "d" and userName eq "a"', key('User:userName', 'a')],
    ['groups.value eq "g" and displayName eq "d"', key('User:displayName', 'd')],
    ['id eq "a" or userName eq "b"', { ids: ['a'], ...key('User:userName', 'b') }],
    ['(id eq "a" or id eq "b") and active eq true', { ids: ['a', 'b'] }],
  ])('%s', (text, expected) => {
    expect(narrow(parseFilter(text), users)).toEqual({ ids: [], keys: [], members: [], groups: [], ...expected })
  })

  test('of groups by a member', () => {
    const lookups = narrow(parseFilter('members.value eq "u" and displayName sw "a"'), groups)
    expect(lookups).toEqual({ ids: [], keys: [], members: ['u'], groups: [] })
  })

  test('over all types', () => {
    const lookups = narrowAll(parseFilter('displayName eq "a"'), [users, groups])
    expect(lookups?.keys.map(({ attribute }) => attribute)).toEqual(['User:displayName', 'Group:displayName'])
    expect(narrowAll(parseFilter('userName eq "a"'), [users, groups])).toBeUndefined()
  })
})

describe('only a scan answers', () => {
  test.each([
    'userName sw "a"',
    'userName ne "a"',
    'userName pr',
    'not (userName eq "a")',
    'title eq "a"',
    'userName eq "a" or title eq "b"',
    'emails[not (value eq "a")]',
    'emails.type eq "work"',
    'externalId eq null',
    'members.value eq "u"',
    `${hr}:number eq "7"`,
  ])('%s', (text) => {
    expect(narrow(parseFilter(text), users)).toBeUndefined()
  })
})

test('a long value is looked up by its hash', () => {
  const [long] = narrow(parseFilter(`userName eq "${'A'.repeat(1000)}"`), users)?.keys ?? []
  const [same] = narrow(parseFilter(`userName eq "${'a'.repeat(1000)}"`), users)?.keys ?? []
  expect(long?.value).toHaveLength(65)
  expect(long).toEqual(same)
})
