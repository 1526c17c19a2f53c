import { describe, expect, it } from 'vitest'
import { createTranslator } from '../../src/rules/create-translator.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { printPatch } from '../../src/scim/patch-print.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import { enterpriseUserUrn as enterprise, userDefinition } from '../../src/scim/schemas.ts'
import { badgedDefinition, badgeUrn, scimErrorOf } from '../scim/fixture.ts'
import { patchBody } from '../scim/patches.ts'
import { rulesOf } from './clause.ts'

const translator = createTranslator(
  rulesOf({
    unmapped: 'pass',
    list: [
      { client: 'externalId', upstream: 'employeeNumber' },
      { client: 'active', upstream: 'userType', values: { true: 'ENABLED', false: 'DISABLED' } },
      { client: { userName: '{local}@contoso.example' }, upstream: { userName: '{local}@contoso.com' } },
      {
        client: { displayName: '{given} {family}' },
        upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
      },
      { client: 'emails[type eq "work"].value', upstream: 'mail' },
      { client: 'phoneNumbers', upstream: 'phones' },
      { client: 'ims', upstream: 'photos' },
      { client: 'costCenter', upstream: 'addresses[type eq "work"].locality' },
      { client: { nickName: '{n | lower}' }, upstream: { nickName: '{n}' } },
      { upstream: 'usageLocation', constant: 'DE' },
      { upstream: 'preferredLanguage', default: 'de' },
      { upstream: 'locale', template: '{title | first 2}', when: 'not (timezone pr)' },
      { hide: 'profileUrl' },
    ],
  }),
  userDefinition,
  () => {},
)

function translated(...operations: JsonObject[]) {
  const made = translator.patch(parsePatch(patchBody(operations), translator.client, 'auto'))
  return made.kind === 'read' ? made.reason : printPatch(made.operations)['Operations']
}

const number = `${enterprise}:employeeNumber`

describe('a patch of the client view goes directly', () => {
  it.each<[string, JsonObject, JsonObject[]]>([
    [
      'free attributes',
      { op: 'add', path: 'roles', value: [{ value: 'a' }] },
      [{ op: 'add', path: 'roles', value: [{ value: 'a' }] }],
    ],
    ['a part of one', { op: 'remove', path: 'roles[value eq "a"]' }, [{ op: 'remove', path: 'roles[value eq "a"]' }]],
    ['a default’s name', { op: 'remove', path: 'preferredLanguage' }, [{ op: 'remove', path: 'preferredLanguage' }]],
    ['a rename', { op: 'add', path: 'externalId', value: 'E1' }, [{ op: 'add', path: number, value: 'E1' }]],
    ['the end of one', { op: 'remove', path: 'externalId' }, [{ op: 'remove', path: number }]],
    [
      'a value of a table',
      { op: 'replace', path: 'active', value: 'False' },
      [{ op: 'replace', path: 'userType', value: 'DISABLED' }],
    ],
    [
      'affixes',
      { op: 'replace', path: 'userName', value: 'ann@contoso.example' },
      [{ op: 'replace', path: 'userName', value: 'ann@contoso.com' }],
    ],
    [
      'what fits neither side',
      { op: 'replace', path: 'userName', value: 'ann' },
      [{ op: 'replace', path: 'userName', value: 'ann' }],
    ],
    [
      'a claimed element',
      { op: 'add', path: 'emails[type eq "Work"].value', value: 'a@x' },
      [{ op: 'replace', path: 'mail', value: 'a@x' }],
    ],
    [
      'a whole one',
      { op: 'replace', path: 'emails[type eq "work"]', value: { type: 'work', value: 'a@x', primary: false } },
      [{ op: 'replace', path: 'mail', value: 'a@x' }],
    ],
    ['the end of one', { op: 'remove', path: 'emails[type eq "work"]' }, [{ op: 'remove', path: 'mail' }]],
    [
      'names in a value',
      { op: 'replace', value: { active: true, externalId: 'E2', usageLocation: 'FR', id: '9' } },
      [
        { op: 'replace', path: 'userType', value: 'ENABLED' },
        { op: 'replace', path: number, value: 'E2' },
      ],
    ],
    ['what belongs to the rules: nothing', { op: 'replace', path: 'usageLocation', value: 'FR' }, []],
    ['what is hidden: nothing', { op: 'add', path: 'profileUrl', value: 'https://x.example' }, []],
    ['a name that the upstream alone has: nothing', { op: 'add', path: 'userType', value: 'x' }, []],
    [
      'the rest of a divided attribute',
      { op: 'replace', path: 'name', value: { middleName: 'M', givenName: 'G' } },
      [{ op: 'replace', path: 'name.middleName', value: 'M' }],
    ],
  ])('%s', (_, operation, wanted) => {
    expect(translated(operation)).toEqual(wanted)
  })

  it('as many times as it likes, where values cross as they are', () => {
    expect(
      translated({ op: 'add', path: 'externalId', value: 'a' }, { op: 'remove', path: 'externalId' }),
    ).toHaveLength(2)
  })
})

describe('a patch of the client view reads first', () => {
  it.each<[string, JsonObject | JsonObject[], RegExp]>([
    ['a joined attribute', { op: 'replace', path: 'displayName', value: 'A B' }, /a rule joins displayName/],
    [
      'elements that rules divide',
      { op: 'add', path: 'emails', value: [{ type: 'home', value: 'h' }] },
      /rules divide emails/,
    ],
    ['another filter of theirs', { op: 'remove', path: 'emails[type eq "home"]' }, /rules divide emails\[/],
    [
      'a primary element',
      { op: 'replace', path: 'emails[type eq "work"].primary', value: true },
      /rules divide emails\[/,
    ],
    [
      'an element that becomes primary in place of another',
      { op: 'add', path: 'emails[type eq "work"]', value: { value: 'w', primary: true } },
      /rules divide emails\[/,
    ],
    ['what a template reads', { op: 'remove', path: 'title' }, /computed from title/],
    ['what its condition reads', { op: 'add', path: 'timezone', value: 'UTC' }, /computed from timezone/],
    ['a lossy rule', { op: 'add', path: 'nickName', value: 'N' }, /lower cannot be undone/],
    ['an element upstream', { op: 'add', path: 'costCenter', value: 'c' }, /depends on what there is/],
    [
      'a list whose other side nobody knows',
      { op: 'add', path: 'phoneNumbers', value: [{ value: '1' }] },
      /depends on what there is/,
    ],
    ['lists of other kinds', { op: 'add', path: 'ims', value: [{ value: '1' }] }, /depends on what there is/],
    ['a required name', { op: 'remove', path: 'userName' }, /userName is required/],
    ['a whole extension', { op: 'remove', path: enterprise }, /rules divide/],
    [
      'two values for one rule',
      [
        { op: 'replace', path: 'active', value: true },
        { op: 'replace', path: 'active', value: false },
      ],
      /several operations give a value to active/,
    ],
    [
      'a bad value that a better one follows',
      [
        { op: 'replace', path: 'userName', value: 'a@contoso.com' },
        { op: 'replace', path: 'userName', value: 'a@contoso.example' },
      ],
      /several operations/,
    ],
  ])('%s', (_, operations, reason) => {
    expect(translated(...[operations].flat())).toMatch(reason)
  })

  it('takes a list for nothing that an attribute with one value holds', () => {
    const rules = rulesOf({ unmapped: 'pass', list: [{ client: 'doors', upstream: 'title' }] })
    const { patch } = createTranslator(rules, badgedDefinition, () => {})
    const doors = { urn: badgeUrn, name: 'doors' }
    expect(patch([{ op: 'replace', path: doors, value: ['a'] }])).toMatchObject({ kind: 'read' })
  })

  it('does not take the last part that the client sees for the last one there is', () => {
    const size = attribute('size', 'complex', '', {
      required: true,
      subAttributes: [attribute('unit', 'string', ''), attribute('x', 'string', '')],
    })
    const core = { ...userDefinition.core, attributes: [...userDefinition.core.attributes, size] }
    const rules = rulesOf({ unmapped: 'pass', list: [{ hide: 'size.unit' }] })
    const { patch } = createTranslator(rules, { ...userDefinition, core }, () => {})
    expect(patch([{ op: 'remove', path: { name: 'size', sub: 'x' } }])).toMatchObject({ kind: 'read' })
    expect(patch([{ op: 'replace', path: { name: 'size', sub: 'x' }, value: '1' }])).toMatchObject({ kind: 'direct' })
  })

  it('takes a lone element of a divided list for no single value', () => {
    const operation = { op: 'add', path: { name: 'emails' }, value: { type: 'home', value: 'h' } } as const
    expect(translator.patch([operation])).toMatchObject({ kind: 'read' })
  })

  it('leaves out what belongs to the rules, and spells their filters as they do', () => {
    const body = patchBody([
      { op: 'replace', path: 'usageLocation', value: 'FR' },
      { op: 'add', path: 'emails[type eq "WORK"].display', value: 'd' },
    ])
    const made = translator.patch(parsePatch(body, translator.client, 'auto'))
    expect(printPatch(made.operations)['Operations']).toEqual([
      { op: 'add', path: 'emails[type eq "work"].display', value: 'd' },
    ])
  })
})

describe('a patch of the client view is refused', () => {
  it.each<[string, JsonObject, string]>([
    ['for a value of the upstream’s', { op: 'replace', path: 'userName', value: 'a@contoso.com' }, 'userName'],
    ['for another one of a table', { op: 'replace', path: 'emails[type eq "work"]', value: [] }, 'emails'],
  ])('%s', (_, operation, name) => {
    const error = scimErrorOf(() => translated(operation))
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
    expect(error?.detail).toContain(name)
  })
})
