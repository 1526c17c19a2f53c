import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindRules } from '../../src/rules/bind.ts'
import { attributeAt, defineResource, resourceTypeBody, schemaBody } from '../../src/scim/definition.ts'
import { parsePatchPath } from '../../src/scim/path.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'
import { attribute } from '../../src/scim/schema-build.ts'
import {
  enterpriseUserUrn,
  groupDefinition,
  userDefinition,
  userSchema,
  userType,
  userUrn,
} from '../../src/scim/schemas.ts'
import { badgedDefinition, badgeUrn } from '../scim/fixture.ts'
import { type RuleClause, rulesOf, type TypeClause } from './clause.ts'
import { ruleSets } from './generate.ts'
import { oraclePlace, overlaps } from './oracle-places.ts'
import { clauseOf } from './rule-set.ts'

function shownBy(list: readonly RuleClause[], upstream = badgedDefinition, unmapped: TypeClause['unmapped'] = 'pass') {
  return bindRules(rulesOf({ unmapped, list }), upstream).client
}

function at(definition: ResourceDefinition, text: string): Attribute | undefined {
  const { filter: _, ...path } = parsePatchPath(text)
  const place = attributeAt(definition, path)
  return place?.sub ?? place?.attribute
}

const namesOf = (definition: ResourceDefinition): readonly string[] =>
  [definition.core, ...definition.extensions].flatMap(({ attributes }) => attributes.map(({ name }) => name))

describe('the client’s definition', () => {
  it('is the upstream’s where there are no rules', () => {
    expect(shownBy([])).toEqual(badgedDefinition)
  })

  it('shows the client’s name of a rename, and not the upstream’s', () => {
    const shown = shownBy([{ client: 'title', upstream: `${badgeUrn}:code` }])
    expect(at(shown, 'title')?.name).toBe('title')
    expect(at(shown, `${badgeUrn}:code`)).toBeUndefined()
  })

  it('keeps what the schemas say of a known name, but for what the upstream allows across', () => {
    const shown = shownBy([{ client: 'title', upstream: `${badgeUrn}:serial` }])
    expect(at(shown, 'title')).toMatchObject({ type: 'string', caseExact: false, returned: 'always' })
    expect(at(shown, 'title')?.description).toBe(at(badgedDefinition, 'title')?.description)
    const secret = shownBy([{ client: 'title', upstream: `${badgeUrn}:secret` }])
    expect(at(secret, 'title')).toMatchObject({ mutability: 'writeOnly', returned: 'never' })
  })

  it('derives an unknown name of a rename from what stands across', () => {
    const shown = shownBy([{ client: 'doorList', upstream: `${badgeUrn}:doors` }])
    expect(at(shown, 'doorList')).toMatchObject({ name: 'doorList', type: 'string', multiValued: true })
    const number = shownBy([{ client: 'badge', upstream: `${badgeUrn}:number` }])
    expect(at(number, 'badge')).toMatchObject({ type: 'integer', multiValued: false })
  })

  it.each<[string, RuleClause, Partial<Attribute>]>([
    ['of a pattern is text', { client: { x: 'a{h}' }, upstream: { title: '{h}' } }, { type: 'string' }],
    ['with keys of text is text', { client: 'x', upstream: 'title', values: { a: 'b' } }, { type: 'string' }],
    ['with keys of numbers is text', { client: 'x', upstream: 'title', values: { 1: 'b' } }, { type: 'string' }],
    ['with true and false is boolean', { client: 'x', upstream: 'title', values: { true: 'b' } }, { type: 'boolean' }],
  ])('an unknown name %s', (_, rule, expected) => {
    expect(at(shownBy([rule]), 'x')).toMatchObject(expected)
  })

  it('takes a name that only the standard knows from there', () => {
    const bare = defineResource({ ...userType, schemaExtensions: [] }, [
      { ...userSchema, attributes: [attribute('mail', 'string', 'Mail'), attribute('userName', 'string', 'Name')] },
    ])
    const shown = shownBy(
      [
        { client: 'emails[type eq "work"].value', upstream: 'mail' },
        { client: 'employeeNumber', upstream: 'staffId' },
        { client: 'name.givenName', upstream: 'first' },
      ],
      bare,
    )
    expect(at(shown, 'emails')).toMatchObject({ type: 'complex', multiValued: true })
    expect(at(shown, 'emails.primary')?.type).toBe('boolean')
    expect(at(shown, 'mail')).toBeUndefined()
    expect(at(shown, `${enterpriseUserUrn}:employeeNumber`)?.name).toBe('employeeNumber')
    expect(at(shown, `${enterpriseUserUrn}:department`)).toBeUndefined()
    expect(at(shown, 'name.givenName')?.name).toBe('givenName')
    expect(at(shown, 'name.familyName')).toBeUndefined()
    expect(resourceTypeBody(shown.type)).toMatchObject({
      schemaExtensions: [{ schema: enterpriseUserUrn, required: false }],
    })
  })

  it('shows a part in a parent that is only made of parts', () => {
    const shown = shownBy([{ client: 'desk.room', upstream: 'title' }])
    expect(at(shown, 'desk')).toMatchObject({ type: 'complex', multiValued: false })
    expect(at(shown, 'desk.room')?.type).toBe('string')
  })

  it('leaves out the parts that the upstream side claims', () => {
    const shown = shownBy([
      {
        client: { displayName: '{given} {family}' },
        upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
      },
    ])
    expect(at(shown, 'name')?.subAttributes?.map(({ name }) => name)).toEqual([
      'formatted',
      'middleName',
      'honorificPrefix',
      'honorificSuffix',
    ])
  })

  it('does not show what belongs to the rules, but shows what a default fills in', () => {
    const shown = shownBy([
      { upstream: 'preferredLanguage', constant: 'de' },
      { upstream: 'userType', default: 'Member' },
      { upstream: 'nickName', template: '{userName}' },
      { hide: 'password' },
      { upstream: 'userName', default: 'nobody' },
    ])
    for (const name of ['preferredLanguage', 'nickName', 'password']) expect(at(shown, name)).toBeUndefined()
    expect(at(shown, 'userType')?.name).toBe('userType')
    expect(at(shown, 'userName')?.required).toBe(false)
  })

  it('shows only what rules name where the rest is dropped', () => {
    const shown = shownBy(
      [
        { client: 'title', upstream: 'nickName' },
        { upstream: 'userType', default: 'Member' },
      ],
      badgedDefinition,
      'drop',
    )
    expect(namesOf(shown)).toEqual(['schemas', 'id', 'meta', 'title', 'userType'])
    expect(shown.type.schemaExtensions).toEqual([])
  })

  it('does not require an extension that rules write into', () => {
    const type = { ...userType, schemaExtensions: [{ schema: badgeUrn, required: true }] }
    const [badge] = badgedDefinition.extensions.filter(({ id }) => id === badgeUrn)
    const upstream = defineResource(type, badge === undefined ? [] : [userSchema, badge])
    expect(shownBy([], upstream).type.schemaExtensions).toEqual([{ schema: badgeUrn, required: true }])
    const rules: RuleClause[] = [{ upstream: `${badgeUrn}:code`, constant: 'x' }]
    expect(shownBy(rules, upstream).type.schemaExtensions).toEqual([{ schema: badgeUrn, required: false }])
  })

  it('shows a derived schema under the URN that the rule wrote', () => {
    const shown = shownBy([{ client: 'urn:Acme:hr:1.0:tag', upstream: 'title' }])
    const schema = shown.extensions.find(({ id }) => id === 'urn:Acme:hr:1.0')
    expect(schema && schemaBody(schema)).toMatchObject({ id: 'urn:Acme:hr:1.0', attributes: [{ name: 'tag' }] })
  })

  it('keeps the order and the spelling of the schemas', () => {
    const shown = shownBy([{ client: { USERNAME: 'a{h}' }, upstream: { userName: 'b{h}' } }], userDefinition)
    expect(namesOf(shown)).toEqual(namesOf(userDefinition))
  })

  it('maps members of groups whole', () => {
    const rules = rulesOf({ unmapped: 'pass', list: [{ client: 'members', upstream: 'people' }] }, 'Group')
    const shown = bindRules(rules, groupDefinition).client
    expect(at(shown, 'members.$ref')?.type).toBe('reference')
    expect(shown.core.id).not.toBe(userUrn)
  })

  it('knows every client’s place of every rule, and no place that is only the upstream’s', () => {
    fc.assert(
      fc.property(ruleSets, (set) => {
        const { world, rules } = set
        const shown = bindRules(rulesOf(clauseOf(set), world.definition.type.name), world.definition).client
        const place = (text: string) => oraclePlace(text, world.definition)
        const ofClient = rules.flatMap((rule) => (rule.kind === 'two-way' ? rule.client : []))
        for (const text of ofClient) expect(at(shown, text), text).toBeDefined()
        for (const rule of rules) {
          const texts = rule.kind === 'two-way' ? rule.upstream : rule.kind === 'default' ? [] : [rule.upstream]
          for (const text of texts) {
            const isShared = ofClient.some((one) => overlaps(place(one), place(text)))
            if (!isShared && place(text).filter === undefined) expect(at(shown, text), text).toBeUndefined()
          }
        }
      }),
      { numRuns: 1000 },
    )
  })
})
