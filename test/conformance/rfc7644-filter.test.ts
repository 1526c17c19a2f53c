import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exchange, startSaved, type Target } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { enterpriseUrn, search, user, userUrn } from './words.ts'

let targets: Targets
let target: Target

const people = [
  user('bjensen', {
    name: { familyName: "O'Malley", givenName: 'Barbara' },
    title: 'Tour Guide',
    userType: 'Employee',
    emails: [
      { value: 'bjensen@example.com', type: 'work' },
      { value: 'babs@jensen.org', type: 'home' },
    ],
    [enterpriseUrn]: { employeeNumber: '701984' },
  }),
  user('Jsmith', {
    name: { familyName: 'Smith' },
    userType: 'Intern',
    emails: [{ value: 'jsmith@example.org', type: 'work' }],
  }),
  user('mandy', {
    title: 'CEO',
    userType: 'Owner',
    emails: [{ value: 'mandy@example.net', type: 'home' }],
    ims: [{ value: 'mandy@foo.com', type: 'xmpp' }],
  }),
  user('plain'),
]

beforeAll(async () => {
  targets = await startTargets()
  target = targets.directory
  for (const body of people) await exchange(target, { ask: 'POST /Users', body }, startSaved(target))
})
afterAll(() => targets.stop())

const everybody = ['Jsmith', 'bjensen', 'mandy', 'plain']

/** RFC 7644 Figure 2, every line of it, and whom it finds. The times are after all that the figure names. */
const figure2: readonly [filter: string, found: readonly string[]][] = [
  ['userName eq "bjensen"', ['bjensen']],
  [`name.familyName co "O'Malley"`, ['bjensen']],
  ['userName sw "J"', ['Jsmith']],
  [`${userUrn}:userName sw "J"`, ['Jsmith']],
  ['title pr', ['bjensen', 'mandy']],
  ['meta.lastModified gt "2011-05-13T04:42:34Z"', everybody],
  ['meta.lastModified ge "2011-05-13T04:42:34Z"', everybody],
  ['meta.lastModified lt "2011-05-13T04:42:34Z"', []],
  ['meta.lastModified le "2011-05-13T04:42:34Z"', []],
  ['title pr and userType eq "Employee"', ['bjensen']],
  ['title pr or userType eq "Intern"', ['Jsmith', 'bjensen', 'mandy']],
  [`schemas eq "${enterpriseUrn}"`, ['bjensen']],
  ['userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', ['bjensen']],
  // `ne` of an absent attribute holds, for it is `not (... eq ...)` (contract §5, law 3).
  ['userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', ['mandy', 'plain']],
  ['userType eq "Employee" and (emails.type eq "work")', ['bjensen']],
  ['userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', ['bjensen']],
  [
    'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
    ['bjensen', 'mandy'],
  ],
]

/** Further rules of §3.4.2.2 and §3.10, each in its words. */
const rules: readonly [rule: string, filter: string, found: readonly string[]][] = [
  ['names and operators in any case', 'USERNAME EQ "BJENSEN"', ['bjensen']],
  ['and before or', 'userName eq "plain" or title pr and userType eq "Owner"', ['mandy', 'plain']],
  ['grouping before all', '(userName eq "plain" or title pr) and userType eq "Owner"', ['mandy']],
  ['not before and', 'not (title pr) and userName sw "p"', ['plain']],
  ['one value of many is enough', 'emails.type eq "home"', ['bjensen', 'mandy']],
  ['a value path is about one value', 'emails[type eq "home" and value co "@example.com"]', []],
  ['ends with', 'userName ew "N"', ['bjensen', 'plain']],
  ['greater and less than', 'userName gt "c" and userName lt "n"', ['Jsmith', 'mandy']],
  ['not equal', 'userName ne "plain"', ['Jsmith', 'bjensen', 'mandy']],
  ['an extension by its URN', `${enterpriseUrn}:employeeNumber eq "701984"`, ['bjensen']],
  ['presence of a complex attribute', 'name pr', ['Jsmith', 'bjensen']],
  ['presence of a list', 'ims pr', ['mandy']],
  ['equal to null is absent', 'title eq null', ['Jsmith', 'plain']],
  ['an escaped quotation mark', 'userName eq "\\"quoted\\""', []],
]

const names = z.object({ totalResults: z.number(), Resources: z.array(z.object({ userName: z.string() })).optional() })

async function found(ask: string, body?: ReturnType<typeof search>): Promise<string[]> {
  const answer = await exchange(target, { ask, ...(body === undefined ? {} : { body }) }, startSaved(target))
  expect(answer.status, answer.text).toBe(200)
  const { totalResults, Resources = [] } = names.parse(answer.body)
  expect(totalResults).toBe(Resources.length)
  return Resources.map(({ userName }) => userName).sort()
}

describe('RFC 7644 Figure 2', () => {
  it.each(figure2)('%s', async (filter, expected) => {
    expect(await found(`GET /Users?filter=${filter.replaceAll('+', '%2B')}`)).toEqual(expected)
    expect(await found('POST /Users/.search', search({ filter }))).toEqual(expected)
  })
})

describe('RFC 7644 §3.4.2.2', () => {
  it.each(rules)('%s: %s', async (_rule, filter, expected) => {
    expect(await found(`GET /Users?filter=${filter}`)).toEqual(expected)
  })

  it.each([
    'userName',
    'userName eq',
    'userName eq bjensen',
    'userName eq "a" and',
    '(userName eq "a"',
    'userName eq "a")',
    'not userName eq "a"',
    'emails[type eq "work"',
    'userName eq "a" xor title pr',
    'userName == "a"',
    'userName regex "a"',
    'active gt true',
  ])('400 invalidFilter: %s', async (filter) => {
    const answer = await exchange(target, { ask: `GET /Users?filter=${filter}` }, startSaved(target))
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidFilter'])
  })
})
