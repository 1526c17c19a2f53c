import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Translator } from '../../src/rules/translator.ts'
import { diffResources } from '../../src/scim/diff.ts'
import { ScimError } from '../../src/scim/error.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import type { PatchOperation } from '../../src/scim/patch.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { attributeIn } from '../../src/scim/resource.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'
import { patchBody } from '../scim/patches.ts'
import { ruleSets } from './generate.ts'
import { oracleOf } from './oracle.ts'
import { canonical, isOfElements, lowered, oraclePlace, strip, take } from './oracle-places.ts'
import { patchesOf } from './patches.ts'
import { leak, resourcesOf } from './resources.ts'
import type { RuleSet } from './rule-set.ts'
import { translatorOf } from './support.ts'

/** Rules, what the upstream holds, and what the client asks for. */
interface Patched {
  readonly rules: RuleSet
  readonly before: JsonObject
  readonly body: readonly JsonObject[]
}

const patched: fc.Arbitrary<Patched> = ruleSets.chain((rules) =>
  fc.record({ rules: fc.constant(rules), before: resourcesOf(rules, 'upstream'), body: patchesOf(rules) }),
)

/** What came of it, or the status of the refusal. */
function outcome<T>(work: () => T): { readonly made: T } | { readonly status: number } {
  try {
    return { made: work() }
  } catch (error) {
    if (error instanceof ScimError) return { status: error.status }
    throw error
  }
}

interface Case extends Patched {
  readonly translator: Translator
  readonly operations: readonly PatchOperation[]
}

/** Runs the property on patches that the parser takes. */
function always(holds: (one: Case) => void, numRuns = 1500): void {
  fc.assert(
    fc.property(patched, ({ rules, before, body }) => {
      const translator = translatorOf(rules)
      const parsed = outcome(() => parsePatch(patchBody(body), translator.client, 'auto'))
      if ('made' in parsed) holds({ rules, before, body, translator, operations: parsed.made })
    }),
    { numRuns },
  )
}

/** Without what belongs to the protocol. Of a name that no schema knows, a lone value is a list of one. */
function ownOf(resource: JsonObject): string {
  const { id: _, meta: __, schemas: ___, ...data } = lowered(resource)
  return canonical(alone(data))
}

function alone(value: Json): Json {
  if (Array.isArray(value)) return value.length === 1 ? alone(value[0] ?? null) : value.map(alone)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, alone(one)]))
}

const isExact = ({ rules }: RuleSet): boolean =>
  rules.every((rule) => rule.kind !== 'two-way' || rule.meaning.otherwise === undefined)
const timesIn = (resource: JsonObject, text: string): number => JSON.stringify(resource).split(text).length - 1

/** By reading: apply to the client view, carry over. */
const byReading = ({ translator, before, operations }: Case) =>
  outcome(() => {
    const isIgnored = (operation: PatchOperation) => {
      const alone = outcome(() => translator.patch([operation]))
      return 'made' in alone && alone.made.operations.length === 0
    }
    const left = operations.filter((operation) => !isIgnored(operation))
    const translated = outcome(() => translator.patch(operations))
    const asked = 'made' in translated && translated.made.kind === 'read' ? translated.made.operations : left
    const client = applyPatch(translator.toClient(before), asked, translator.client)
    return { client, upstream: translator.carryOver(before, client, false) }
  })

/** And what the upstream holds when the difference is written. */
const written = (one: Case) =>
  outcome(() => {
    const done = byReading(one)
    if ('status' in done) throw new ScimError(done.status, 'refused')
    const { definition } = one.rules.world
    return applyPatch(one.before, diffResources(one.before, done.made.upstream, definition), definition)
  })

/** Whether lists hold lists, and objects objects: what no server would answer is not compared. */
function isShaped(resource: JsonObject, { core, extensions }: ResourceDefinition): boolean {
  const fits = (holder: JsonObject, attributes: readonly Attribute[]) =>
    attributes.every(({ name, type, multiValued }) => {
      const value = attributeIn(holder, name)
      if (value === undefined || value === null) return true
      const all = Array.isArray(value) ? value : [value]
      return Array.isArray(value) === multiValued && all.every((one) => isObject(one) === (type === 'complex'))
    })
  return (
    fits(resource, core.attributes) &&
    extensions.every(({ id, attributes }) => {
      const container = attributeIn(resource, id)
      return !isObject(container) || fits(container, attributes)
    })
  )
}

/**
 * What no two-way rule speaks of: there, a value that the client repeats may be printed anew. Nor what is hidden in
 * elements: after reading, an element of which the client changed all that tells it from others is another.
 */
function apartFromRules(upstream: JsonObject, { rules, world }: RuleSet): JsonObject {
  const at = (place: string) => oraclePlace(place, world.definition)
  const hides = rules.flatMap((rule) => (rule.kind === 'hide' ? [at(rule.upstream)] : [])).filter(isOfElements)
  return rules
    .flatMap((rule) => (rule.kind === 'two-way' ? rule.upstream.map(at) : []))
    .reduce(take, hides.reduce(strip, lowered(upstream)))
}

describe('law 2, translated directly', () => {
  it('does upstream what reading, applying and carrying over would do, whatever is there', () => {
    let directs = 0
    always((one) => {
      const { translator, before, operations, rules } = one
      const translated = outcome(() => translator.patch(operations))
      if ('made' in translated && translated.made.kind === 'read') return
      if (!isShaped(before, rules.world.definition)) return
      const wanted = written(one)
      const done = outcome(() => {
        if (!('made' in translated) || translated.made.kind === 'read') throw new ScimError(400, 'refused')
        return applyPatch(before, translated.made.operations, rules.world.definition)
      })
      if ('status' in wanted || 'status' in done) {
        expect(done).toEqual(wanted)
        return
      }
      expect(ownOf(translator.toClient(done.made))).toBe(ownOf(translator.toClient(wanted.made)))
      expect(ownOf(apartFromRules(done.made, rules))).toBe(ownOf(apartFromRules(wanted.made, rules)))
      directs += 1
    })
    expect(directs).toBeGreaterThan(300)
  }, 120_000)
})

describe('law 2, by reading', () => {
  it('has the client see what it asked for, wherever no rule is lossy, and keeps what it cannot see', () => {
    let reads = 0
    always((one) => {
      const { rules, translator, before } = one
      const done = byReading(one)
      if ('status' in done) return
      const { client, upstream } = done.made
      // An element that rules reach into goes whole with what they had on it.
      const isWhole = rules.rules.every((rule) =>
        rule.kind === 'hide'
          ? !isOfElements(oraclePlace(rule.upstream, rules.world.definition))
          : rule.kind !== 'two-way' || !rule.upstream.join().includes('['),
      )
      if (isWhole) expect(timesIn(upstream, leak.upstream)).toBe(timesIn(before, leak.upstream))
      if (!isExact(rules) || 'refused' in oracleOf(rules).outward(client)) return
      expect(ownOf(translator.toClient(upstream))).toBe(ownOf(oracleOf(rules).seen(client)))
      reads += 1
    })
    expect(reads).toBeGreaterThan(500)
  }, 120_000)

  it('is written by the difference', () => {
    always((one) => {
      const [done, after] = [byReading(one), written(one)]
      if ('status' in done || !isShaped(one.before, one.rules.world.definition)) return
      // What the upstream requires and the client took away.
      if ('status' in after) expect(after.status).toBe(400)
      else expect(ownOf(after.made)).toBe(ownOf(done.made.upstream))
    })
  }, 120_000)
})
