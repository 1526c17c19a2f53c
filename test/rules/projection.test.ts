import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/scim/json.ts'
import { parseAttributePath, printAttributePath } from '../../src/scim/path.ts'
import { project } from '../../src/scim/project.ts'
import type { Projection } from '../../src/scim/request.ts'
import { enterpriseUserUrn as enterprise } from '../../src/scim/schemas.ts'
import { targetOf } from '../../src/scim/target.ts'
import { badgeUrn as badge } from '../scim/fixture.ts'
import { ruleTranslator } from './filter-truth.ts'
import { pathsOf, typed } from './filters.ts'
import { ruleSets } from './generate.ts'
import { resourcesOf } from './resources.ts'
import { dataOf, translatorOf } from './support.ts'

const cases = ruleSets.chain((rules) => {
  const paths = fc.shuffledSubarray([...pathsOf(rules)], { minLength: 1, maxLength: 4 })
  const kind = fc.constantFrom<keyof Projection>('attributes', 'excludedAttributes')
  const needed = fc.shuffledSubarray([...pathsOf(rules)], { maxLength: 2 })
  return fc.tuple(fc.constant(rules), resourcesOf(rules, 'upstream'), fc.record({ kind, paths, needed }))
})

describe('projections through rules', () => {
  it('ask for all that the client’s projection is made of, and for what is read besides', () => {
    let less = 0
    fc.assert(
      fc.property(cases, ([rules, resource, { kind, paths, needed }]) => {
        const { definition } = rules.world
        const { toClient, projection, client } = translatorOf(rules)
        const upstream = typed(resource, definition)
        const wanted: Projection = { [kind]: paths }
        const asked = projection(wanted, needed)
        const given = project(upstream, asked, definition)
        if (Object.keys(given).length < Object.keys(upstream).length) less += 1
        const told = JSON.stringify({ wanted, asked, upstream })
        const shown = (one: typeof upstream) => dataOf(project(toClient(one), wanted, client))
        expect(shown(given), told).toBe(shown(upstream))
        for (const path of needed) {
          const { read, sub } = targetOf(client, path)
          const whole: Projection = { attributes: [path] }
          if (sub === undefined && path.name !== undefined)
            expect(dataOf(project({ x: read(toClient(given)) ?? null }, {}, client)), told).toBe(
              dataOf(project({ x: read(toClient(upstream)) ?? null }, {}, client)),
            )
          expect(dataOf(project(toClient(given), whole, client)), told).toBe(
            dataOf(project(toClient(upstream), whole, client)),
          )
        }
      }),
      { numRuns: 2000 },
    )
    expect(less).toBeGreaterThan(1000)
  })

  const number = { client: 'externalId', upstream: `${enterprise}:employeeNumber` }
  const work = { client: 'emails[type eq "work"].value', upstream: 'mail' }
  const names = {
    client: { displayName: '{given} {family}' },
    upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
  }
  const serial = { client: { [`${badge}:serial`]: '{a}-{b}' }, upstream: { title: '{a}', nickName: '{b}' } }
  it.each<[rule: Json, asked: string, needed: string, there: string]>([
    [number, 'externalId', '', `${enterprise}:employeeNumber`],
    [number, 'userName', '', 'userName'],
    [number, 'employeeNumber', '', 'id'],
    [number, 'userName', 'externalId', `userName,${enterprise}:employeeNumber`],
    [number, '-externalId', '', `-${enterprise}:employeeNumber`],
    [number, '-externalId', 'externalId', ''],
    [number, '-members,title', 'externalId', '-members,title'],
    [number, enterprise, '', enterprise],
    [work, 'emails', '', 'emails,mail'],
    [work, 'emails.value', '', 'emails.value,emails.type,mail'],
    [work, '-emails', '', ''],
    [{ client: 'mail', upstream: 'emails[type eq "work"].value' }, 'mail', '', 'emails.value,emails.type'],
    [{ client: 'mail', upstream: 'emails[type eq "work"].value' }, '-mail', '', ''],
    [names, 'displayName', '', 'name.givenName,name.familyName'],
    [names, '-displayName', '', '-name.givenName,name.familyName'],
    [names, 'name', '', 'name'],
    [names, 'name.middleName', '', 'name.middleName'],
    [{ client: 'ims', upstream: 'photos' }, 'ims.value', '', 'photos.value'],
    [{ client: { 'name.givenName': '{a}', title: '{b}' }, upstream: { nickName: '{a}-{b}' } }, '-title', '', ''],
    [number, 'urn:ietf:params:scim:schemas:core:2.0:User', '', ''],
    // What a client is shown whatever it asks.
    [serial, 'userName', '', 'userName,title,nickName'],
    [serial, '-userName', '', '-userName'],
  ])('%j: %s, and %s besides, is asked for as %s', (rule, asked, needed, there) => {
    const paths = (text: string) => (text === '' ? [] : text.replace(/^-/, '').split(',').map(parseAttributePath))
    const wanted: Projection = asked.startsWith('-')
      ? { excludedAttributes: paths(asked) }
      : { attributes: paths(asked) }
    const { attributes, excludedAttributes } = ruleTranslator(rule).projection(wanted, paths(needed))
    const printed = (attributes ?? excludedAttributes ?? []).map(printAttributePath).join(',')
    expect(excludedAttributes === undefined ? printed : `-${printed}`).toBe(there)
  })
})
