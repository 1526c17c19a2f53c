import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScimError } from '../../src/scim/error.ts'
import { printFilter } from '../../src/scim/filter.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import type { PatchOperation } from '../../src/scim/patch.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { expand } from '../../src/scim/patch-expand.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { userDefinition } from '../../src/scim/schemas.ts'
import { patchBody, randomOperations, user } from '../scim/patches.ts'
import { filtersOf } from './filters.ts'
import { ruleSets } from './generate.ts'
import { naiveMatch } from './naive-match.ts'
import { oracleOf } from './oracle.ts'
import { canonical, get, lowered, oraclePlace } from './oracle-places.ts'
import { applyByOther } from './other-applier.ts'
import { matchByOther } from './other-matcher.ts'
import { patchesOf } from './patches.ts'
import { resourcesOf } from './resources.ts'
import type { RuleSet } from './rule-set.ts'
import { isExact, translatorOf } from './support.ts'

/** Other people's implementations as judges of ours, wherever they read the RFC as it stands. */

function ownOf(resource: JsonObject): string {
  const { id: _, meta: __, schemas: ___, ...data } = lowered(resource)
  return canonical(data)
}

/** Undefined for what is refused. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof ScimError) return undefined
    throw error
  }
}

interface Change {
  readonly view: JsonObject
  readonly client: JsonObject
  readonly upstream: JsonObject
}

/** What the upstream holds for rules of which the client changed a value: what it left alone may be spelt otherwise. */
function changedOf({ rules, world }: RuleSet, { view, client, upstream }: Change): readonly (readonly string[])[] {
  const at = (resource: JsonObject, places: readonly string[]): readonly string[] =>
    places.map((place) => canonical(get(lowered(resource), oraclePlace(place, world.definition))))
  return rules.flatMap((rule) => {
    if (rule.kind !== 'two-way' || at(view, rule.client).join() === at(client, rule.client).join()) return []
    return [at(upstream, rule.upstream)]
  })
}

describe('scim-patch', () => {
  it('does to a user what applying does', () => {
    let compared = 0
    fc.assert(
      fc.property(randomOperations, (body) => {
        const operations = parsePatch(patchBody(body), userDefinition, 'strict')
        const theirs = applyByOther(user, operations, userDefinition)
        if (theirs === undefined) return
        expect(ownOf(applyPatch(user, operations, userDefinition))).toBe(ownOf(theirs))
        compared += 1
      }),
      { numRuns: 1500 },
    )
    expect(compared).toBeGreaterThan(300)
  })

  it('does in the client’s view what a translated PATCH does upstream (law 2)', () => {
    const compared = { direct: 0, read: 0 }
    const cases = ruleSets.chain((rules) =>
      fc.record({ rules: fc.constant(rules), before: resourcesOf(rules, 'upstream'), body: patchesOf(rules) }),
    )
    fc.assert(
      fc.property(cases, ({ rules, before, body }) => {
        const { definition } = rules.world
        const translator = translatorOf(rules)
        const single = unlessRefused(() =>
          parsePatch(patchBody(body), translator.client, 'auto').flatMap((one): readonly PatchOperation[] =>
            expand(one, translator.client, () => []),
          ),
        )
        const translated = single && unlessRefused(() => translator.patch(single))
        if (single === undefined || translated === undefined) return
        const isSeen = (one: PatchOperation) => unlessRefused(() => translator.patch([one]))?.operations.length !== 0
        const view = translator.toClient(before)
        const theirs = applyByOther(view, single.filter(isSeen), translator.client)
        if (theirs === undefined || !isExact(rules)) return
        const expected = oracleOf(rules).outward(theirs)
        if ('refused' in expected) return
        const after =
          translated.kind === 'direct'
            ? applyByOther(before, translated.operations, definition)
            : unlessRefused(() => translator.carryOver(before, theirs, false))
        if (after === undefined) return
        expect(ownOf(translator.toClient(after))).toBe(ownOf(oracleOf(rules).seen(theirs)))
        expect(changedOf(rules, { view, client: theirs, upstream: after })).toEqual(
          changedOf(rules, { view, client: theirs, upstream: expected.upstream }),
        )
        compared[translated.kind] += 1
      }),
      { numRuns: 2000 },
    )
    expect(compared.direct).toBeGreaterThan(100)
    expect(compared.read).toBeGreaterThan(80)
  }, 60_000)
})

describe('scim2-parse-filter', () => {
  it('decides as our judge of filters does, and as what serves', () => {
    const decided = { true: 0, false: 0 }
    const cases = ruleSets.chain((rules) =>
      resourcesOf(rules, 'client').chain((resource) =>
        fc.record({
          resource: fc.constant(resource),
          filters: fc.array(filtersOf(rules, [resource]), { minLength: 4, maxLength: 4 }),
          definition: fc.constant(translatorOf(rules).client),
        }),
      ),
    )
    fc.assert(
      fc.property(cases, ({ resource, filters, definition }) => {
        for (const filter of filters) {
          const ours = unlessRefused(() => compileFilter(filter, definition))
          const theirs = ours && matchByOther(filter, resource, definition)
          if (ours === undefined || theirs === undefined) continue
          const told = `${printFilter(filter)} ${JSON.stringify(resource)}`
          expect(naiveMatch(filter, resource, definition), told).toBe(theirs)
          expect(ours(resource), told).toBe(theirs)
          decided[theirs ? 'true' : 'false'] += 1
        }
      }),
      { numRuns: 1000 },
    )
    expect(decided.true).toBeGreaterThan(100)
    expect(decided.false).toBeGreaterThan(100)
  })
})
