import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { type AttributePath, parseAttributePath, printAttributePath } from '../../src/scim/path.ts'
import { enterpriseUserUrn as enterprise } from '../../src/scim/schemas.ts'
import { sortKeyOf } from '../../src/scim/sort.ts'
import { badgeUrn as badge, scimErrorOf } from '../scim/fixture.ts'
import { ruleTranslator } from './filter-truth.ts'
import { pathsOf, typed } from './filters.ts'
import { ruleSets } from './generate.ts'
import { resourcesOf } from './resources.ts'
import { translatorOf } from './support.ts'

describe('sortBy through rules', () => {
  it('orders upstream as the client’s values are ordered, or not at all', () => {
    let sorted = 0
    const cases = ruleSets.chain((rules) =>
      fc.tuple(
        fc.constant(rules),
        resourcesOf(rules, 'upstream'),
        fc.shuffledSubarray([...pathsOf(rules)], { maxLength: 8 }),
      ),
    )
    fc.assert(
      fc.property(cases, ([rules, resource, paths]) => {
        const { definition } = rules.world
        const translator = translatorOf(rules)
        const upstream: JsonObject = typed(resource, definition)
        const client = translator.toClient(upstream)
        for (const path of paths) {
          const there = translator.sortBy(path)
          if (there === undefined || scimErrorOf(() => sortKeyOf(path, translator.client)) !== undefined) continue
          sorted += 1
          const keys = [sortKeyOf(path, translator.client)(client), sortKeyOf(there, definition)(upstream)]
          expect(keys[1], `${printAttributePath(path)} by ${printAttributePath(there)}`).toBe(keys[0])
        }
      }),
      { numRuns: 2000 },
    )
    expect(sorted).toBeGreaterThan(2000)
  })

  it.each<[rule: Json, sortBy: string, there: string | undefined]>([
    [{ client: 'nickName', upstream: 'title' }, 'nickName', 'title'],
    [{ client: 'nickName', upstream: 'title' }, 'title', undefined],
    [{ client: 'nickName', upstream: 'title' }, 'userName', 'userName'],
    [{ client: 'nickName', upstream: 'name.familyName' }, 'NICKNAME', 'name.familyName'],
    [{ client: 'externalId', upstream: `${enterprise}:employeeNumber` }, 'externalId', undefined],
    [{ client: 'externalId', upstream: `${badge}:code` }, 'externalId', `${badge}:code`],
    [{ client: 'ims', upstream: 'phoneNumbers' }, 'ims.value', 'phoneNumbers.value'],
    [{ client: 'ims', upstream: 'photos' }, 'ims.value', undefined],
    [{ client: 'emails[type eq "work"].value', upstream: 'mail' }, 'emails', undefined],
    [{ client: 'mail', upstream: 'emails[type eq "work"].value' }, 'mail', undefined],
    [{ client: 'roles.value', upstream: 'entitlements.value' }, 'roles', undefined],
    [{ client: { userName: '{a}@x' }, upstream: { userName: '{a}@y' } }, 'userName', undefined],
    [{ client: 'active', upstream: 'status', values: { true: 'A', false: 'B' } }, 'active', undefined],
    [{ client: 'seen', upstream: `${badge}:issuedAt` }, 'seen', `${badge}:issuedAt`],
    [{ hide: 'locale' }, 'locale', undefined],
    [{ hide: 'locale' }, 'schemas', undefined],
    [{ hide: 'locale' }, 'meta.created', 'meta.created'],
  ])('%j sorts by %s as %s', (rule, sortBy, there) => {
    const path: AttributePath | undefined = ruleTranslator(rule).sortBy(parseAttributePath(sortBy))
    expect(path && printAttributePath(path)).toBe(there)
  })
})
