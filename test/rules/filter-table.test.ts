import { describe, expect, it } from 'vitest'
import { parseFilter, printFilter } from '../../src/scim/filter.ts'
import type { Json } from '../../src/scim/json.ts'
import { enterpriseUserUrn as enterprise } from '../../src/scim/schemas.ts'
import { badgeUrn as badge, scimErrorOf } from '../scim/fixture.ts'
import { ruleTranslator } from './filter-truth.ts'

/** `= filter` exactly, `> filter` a superset; `everything` and `nothing` for what they are. */
function translated(rules: readonly Json[], filter: string): string {
  const translation = ruleTranslator(...rules).filter(parseFilter(filter))
  if (translation.kind === 'nothing') return 'nothing'
  const text = translation.filter === undefined ? 'everything' : printFilter(translation.filter)
  return `${translation.kind === 'exact' ? '=' : '>'} ${text}`
}

const number = { client: 'externalId', upstream: `${enterprise}:employeeNumber` }
const status = { client: 'active', upstream: 'userType', values: { true: 'ENABLED', false: 'DISABLED' } }
const domain = { client: { userName: '{local}@1.2' }, upstream: { userName: '{local}@3.4' } }
const letters = { client: { userName: '{local}@contoso.example' }, upstream: { userName: '{local}@contoso.com' } }
const names = {
  client: { displayName: '{given} {family}' },
  upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
}
const joined = { client: { 'name.givenName': '{a}', 'name.familyName': '{b}' }, upstream: { title: '{a}, {b}' } }
const work = { client: 'emails[type eq "work"].value', upstream: 'mail' }
const mail = { client: 'mail', upstream: 'emails[type eq "work"].value' }
const day = { client: { hired: '{d | date "dd.MM.yyyy"}' }, upstream: { start: '{d | date "yyyy-MM-dd"}' } }
const nick = { client: 'nickName', upstream: 'title' }
const tags = { client: { tags: '{t}' }, upstream: { joined: '{t | list ";"}' } }
const free = 'emails[type eq "work"].value of which others are free'

describe('filters through rules', () => {
  it.each<[what: string, rules: readonly Json[], filter: string, expected: string]>([
    ['a rename', [nick], 'nickName eq "Bob"', '= title eq "Bob"'],
    ['in any spelling', [nick], 'NICKNAME Eq "Bob"', '= title eq "Bob"'],
    ['with its URN', [nick], 'urn:ietf:params:scim:schemas:core:2.0:User:nickName eq "B"', '= title eq "B"'],
    ['by other operators', [nick], 'nickName co "o" and nickName gt "a"', '= title co "o" and title gt "a"'],
    ['ne stays ne', [nick], 'nickName ne "Bob"', '= title ne "Bob"'],
    ['null is absence', [nick], 'nickName eq null', '= not (title pr)'],
    ['not not', [nick], 'not (not (nickName pr))', '= title pr'],
    ['what is renamed is gone', [nick], 'title eq "x" or title pr', 'nothing'],
    ['and so is never equal', [nick], 'title ne "x" and not (title pr)', '= everything'],
    ['what is gone settles an and', [number, nick], 'externalId eq "A" and title pr', 'nothing'],
    [
      'case differs, but digits have none',
      [number],
      'externalId eq "701984"',
      `= ${enterprise}:employeeNumber eq "701984"`,
    ],
    ['case differs', [number], 'externalId eq "A1"', `> ${enterprise}:employeeNumber eq "A1"`],
    ['case differs, so that none is excluded', [number], 'externalId ne "A1"', '> everything'],
    ['a part of a text', [number], 'externalId sw "A1"', `> ${enterprise}:employeeNumber sw "A1"`],
    ['an order with case', [number], 'externalId gt "1"', '> everything'],
    ['presence has no case', [number], 'externalId pr', `= ${enterprise}:employeeNumber pr`],
    [
      'a superset with more',
      [number],
      'externalId eq "A" and id pr',
      `> ${enterprise}:employeeNumber eq "A" and id pr`,
    ],
    ['no complement of a superset', [number], 'not (externalId eq "A") and id pr', '> id pr'],
    ['case matters upstream alone', [{ client: 'title', upstream: 'externalId' }], 'title eq "A"', '> everything'],
    ['and digits do not', [{ client: 'title', upstream: 'externalId' }], 'title eq "1"', '= externalId eq "1"'],
    ['a table', [status], 'active eq true', '= userType eq "ENABLED" or userType eq "true"'],
    ['a table, as text', [status], 'active eq "False"', '= userType eq "DISABLED" or userType eq "false"'],
    ['a table, negated', [status], 'active ne true', '= not (userType eq "ENABLED" or userType eq "true")'],
    ['a table, present', [status], 'active pr', '= userType pr'],
    ['affixes', [domain], 'userName eq "jim@1.2"', '= userName eq "jim@3.4"'],
    ['what fits the other side only', [domain], 'userName eq "jim@3.4"', 'nothing'],
    ['what fits neither side', [domain], 'userName eq "jim"', '= userName eq "jim"'],
    ['affixes, present', [domain], 'userName pr', '= userName pr'],
    ['order through affixes', [domain], 'userName gt "a"', '> everything'],
    ['ends that meet an affix', [domain], 'userName ew "@1.2"', '> everything'],
    ['letters in an affix', [letters], 'userName eq "a@contoso.com"', 'nothing'],
    ['a split', [names], 'displayName eq "Ann Lee"', '= name.givenName eq "Ann" and name.familyName eq "Lee"'],
    ['a split that cannot be', [names], 'displayName eq "Ann"', 'nothing'],
    ['a split, present', [names], 'displayName pr', '> name.givenName pr and name.familyName pr'],
    ['the first part of a joined text', [joined], 'name.givenName eq "Ann"', '> title sw "Ann, "'],
    ['the last part', [joined], 'name.familyName eq "Lee"', '> title ew ", Lee"'],
    ['a part, present', [joined], 'name.familyName pr', '> title pr'],
    ['a date', [day], 'hired eq "01.02.2020"', '= start eq "2020-02-01" or start eq "01.02.2020"'],
    ['a date of the other format', [day], 'hired eq "2020-02-01"', 'nothing'],
    ['an order of dates as text', [day], 'hired gt "01.02.2020"', '> everything'],
    ['an entry of a joined list', [tags], 'tags eq "a"', '> joined co "a"'],
    ['an element', [work], 'emails[type eq "work" and value eq "a@b"]', '= mail eq "a@b"'],
    ['an element in another case', [work], 'emails[type eq "WORK" and value co "a"]', '= mail co "a"'],
    ['another element', [work], 'emails[type eq "home" and value co "a"]', '= emails[type eq "home" and value co "a"]'],
    ['any element', [work], 'emails.value eq "a"', '= mail eq "a" or emails[value eq "a" and not (type eq "work")]'],
    ['any element, barely', [work], 'emails co "a"', '= mail co "a" or emails[value co "a" and not (type eq "work")]'],
    ['what a rule does not make', [work], 'emails[type eq "work" and display pr]', 'nothing'],
    [
      'no element',
      [work],
      'not (emails.value eq "a")',
      '= not (mail eq "a" or emails[value eq "a" and not (type eq "work")])',
    ],
    ['the element at all', [work], 'emails.type eq "work"', '= mail pr or mail eq ""'],
    [free, [mail], 'emails.value eq "a"', '= emails[value eq "a" and not (type eq "work")]'],
    [free, [mail], 'emails[type eq "work"]', 'nothing'],
    ['an element upstream may be there twice', [mail], 'mail eq "a"', '> emails[type eq "work" and value eq "a"]'],
    [
      'a list of values',
      [{ client: 'roles.value', upstream: `${badge}:doors` }],
      'roles eq "a"',
      `= ${badge}:doors eq "a"`,
    ],
    ['a whole complex attribute', [{ client: 'ims', upstream: 'photos' }], 'ims[type eq "x"]', '= photos[type eq "x"]'],
    ['a part of it', [{ client: 'ims', upstream: 'photos' }], 'ims.type eq "x"', '= photos.type eq "x"'],
    ['a part that is compared otherwise', [{ client: 'ims', upstream: 'photos' }], 'ims.value eq "a"', '> everything'],
    ['a part that is free', [names], 'name.middleName eq "x"', '= name.middleName eq "x"'],
    ['parts of one attribute', [names], 'name[middleName eq "x" and givenName pr]', 'nothing'],
    ['a constant', [{ upstream: 'locale', constant: 'de' }], 'locale eq "de"', 'nothing'],
    ['a template', [{ upstream: 'locale', template: '{title}' }], 'locale pr', 'nothing'],
    ['a hidden name', [{ hide: 'locale' }], 'locale ne "de"', '= everything'],
    ['what is hidden in elements', [{ hide: 'emails.value' }], 'emails.value eq "a"', 'nothing'],
    // An element may have parts that no schema knows.
    [
      'elements with something hidden',
      [{ hide: 'roles.value' }],
      'not (roles pr)',
      '> not (roles[display pr or type pr or primary pr])',
    ],
    ['a default', [{ upstream: 'locale', default: 'de' }], 'locale eq "de"', '= locale eq "de"'],
    ['the core schema', [nick], 'schemas eq "urn:ietf:params:scim:schemas:core:2.0:USER"', '= everything'],
    ['another schema', [nick], `schemas eq "${enterprise}"`, '> everything'],
    ['an extension, where nothing is claimed', [nick], `${badge} pr`, `= ${badge} pr`],
    ['an extension, divided', [number], `${enterprise} pr`, '> everything'],
    [
      'a name of the core that an extension has, too',
      [{ client: 'badge', upstream: 'urn:ietf:params:scim:schemas:core:2.0:User:employeeNumber' }],
      'badge eq "1"',
      '= urn:ietf:params:scim:schemas:core:2.0:User:employeeNumber eq "1"',
    ],
    [
      'an element of what is something else upstream',
      [work, { client: `${badge}:doors`, upstream: 'emails.value' }],
      'emails.value eq "a"',
      '= mail eq "a"',
    ],
    ['a name that an extension upstream has', [number], 'employeeNumber pr', 'nothing'],
    [
      'lossy outward only',
      [{ client: { nickName: '{x}' }, upstream: { title: '{x | lower}' } }],
      'nickName eq "A"',
      '= title eq "A"',
    ],
    [
      'lossy inward',
      [{ client: { nickName: '{x | lower}' }, upstream: { title: '{x}' } }],
      'nickName eq "a"',
      '> everything',
    ],
    [
      'times',
      [{ client: 'seen', upstream: `${badge}:issuedAt` }],
      'seen gt "2020-01-01T00:00:00Z"',
      `= ${badge}:issuedAt gt "2020-01-01T00:00:00Z"`,
    ],
    [
      'truth, turned round',
      [{ client: { [`${badge}:lost`]: '{x | not}' }, upstream: { active: '{x}' } }],
      'lost eq true',
      '= active eq false',
    ],
  ])('%s', (_, rules, filter, expected) => {
    expect(translated(rules, filter)).toBe(expected)
  })

  it('says in an operator’s words why a filter is decided here', () => {
    const reasonOf = (rule: Json, filter: string) => ruleTranslator(rule).filter(parseFilter(filter))
    expect(reasonOf(number, 'externalId eq "A"')).toMatchObject({
      reason: `externalId is compared with its case, and ${enterprise}:employeeNumber is not upstream`,
    })
    expect(reasonOf(mail, 'mail eq "A"')).toMatchObject({
      reason: 'the upstream may hold several values at emails[type eq "work"].value, of which the client sees none',
    })
  })

  it('refuses in the client’s names what its attributes cannot be asked', () => {
    const refused = scimErrorOf(() => translated([status], 'active gt true'))
    expect(refused).toMatchObject({ status: 400, scimType: 'invalidFilter' })
    expect(refused?.detail).toContain('active')
  })

  it('asks for everything rather than send a filter that is too long', () => {
    const many = Array.from({ length: 120 }, (_, at) => `nickName eq "a${at}"`)
    const long = { client: 'nickName', upstream: `urn:example:params:${'long:'.repeat(40)}1.0:name` }
    expect(translated([long], many.join(' or '))).toBe('> everything')
    expect(translated([nick], many.join(' or '))).toMatch(/^= title eq/)
  })
})
