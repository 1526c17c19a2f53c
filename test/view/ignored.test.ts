import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'
import { ignoredIn } from '../../src/view/ignored.ts'
import { createTypeView } from '../../src/view/type-view.ts'
import { countUnfit } from '../../src/view/unfit.ts'
import { rulesOf, type TypeClause } from '../rules/clause.ts'
import { badgedDefinition } from '../scim/fixture.ts'
import { keptLog } from '../support/log.ts'

const type = (list: TypeClause['list'], unmapped: TypeClause['unmapped'] = 'pass') =>
  createTypeView(
    badgedDefinition,
    { rules: new Map([['User', rulesOf({ unmapped, list })]]), rulesVersion: 'x', onDelete: 'delete' },
    () => {},
  )

const ruled = type([
  { client: 'externalId', upstream: 'employeeNumber' },
  { client: { displayName: '{a} {b}' }, upstream: { 'name.givenName': '{a}', 'name.familyName': '{b}' } },
  { client: 'active', upstream: 'userType', values: { true: 'A', false: 'B' } },
  { upstream: 'timezone', constant: 'UTC' },
  { upstream: 'preferredLanguage', default: 'de' },
  { upstream: 'locale', template: '{userName}' },
  { hide: 'password' },
])

const body: JsonObject = {
  schemas: [],
  id: '7',
  userName: 'a secret',
  timezone: 'a secret',
  LOCALE: 'a secret',
  userType: null,
  preferredLanguage: 'en',
  active: true,
  name: { givenName: 'a secret', formatted: 'x' },
  [enterpriseUserUrn]: { employeeNumber: 'a secret', department: 'x' },
}

describe('names that belong to the rules', () => {
  it('are named, whatever they hold', () => {
    const request = {
      operation: 'create',
      definition: ruled.translator.client,
      resource: body,
      projection: {},
    } as const
    expect(ignoredIn(ruled, request)).toEqual([
      'timezone',
      'LOCALE',
      'userType',
      'name.givenName',
      `${enterpriseUserUrn}:employeeNumber`,
    ])
  })

  it('are named of a PATCH, with and without paths', () => {
    const definition = ruled.translator.client
    const named = (...Operations: JsonObject[]) => {
      const operations = parsePatch({ Operations }, definition, 'auto')
      return ignoredIn(ruled, { operation: 'patch', definition, id: '7', operations, projection: {} })
    }
    expect(named({ op: 'replace', path: 'timezone', value: 'a secret' })).toEqual(['timezone'])
    expect(named({ op: 'remove', path: 'Password' })).toHaveLength(1)
    expect(named({ op: 'add', value: { userName: 'x', 'name.familyName': 'a secret' } })).toEqual(['name.familyName'])
    expect(named({ op: 'replace', path: 'name', value: { givenName: 'x', formatted: 'y' } })).toEqual([
      'name.givenName',
    ])
    expect(named({ op: 'replace', path: 'active', value: false })).toEqual([])
  })

  it('are all that no rule names where nothing else crosses', () => {
    const dropping = type([{ client: 'userName', upstream: 'userName' }], 'drop')
    const resource = { userName: 'x', title: 'a secret' }
    const request = { operation: 'create', definition: dropping.translator.client, resource, projection: {} } as const
    expect(ignoredIn(dropping, request)).toEqual(['title'])
  })
})

describe('values that fit no pattern', () => {
  it('are counted by their rules, and told at every tenth power', () => {
    const log = keptLog()
    const { unfit, list } = countUnfit('contoso', log)
    expect(list()).toEqual([])
    unfit(['rules', 'User', 0], 'mail')
    for (let count = 1; count <= 100; count++) unfit(['rules', 'User', 'list', 3], 'name.givenName and name.familyName')
    expect(list()).toEqual([
      { rule: 'rules.User.list[3]', place: 'name.givenName and name.familyName', count: 100 },
      { rule: 'rules.User[0]', place: 'mail', count: 1 },
    ])
    expect(log.lines.map(({ fields }) => fields.count)).toEqual([1, 1, 10, 100])
  })
})
