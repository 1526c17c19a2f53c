import { rulesClause } from '../../src/rules/clause.ts'
import { compileRules } from '../../src/rules/compile.ts'
import { createTranslator } from '../../src/rules/create-translator.ts'
import type { Translator } from '../../src/rules/translator.ts'
import { type Filter, printFilter } from '../../src/scim/filter.ts'
import { fold } from '../../src/scim/fold.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { compileFilter } from '../../src/scim/match.ts'
import { type AttributePath, parsePatchPath } from '../../src/scim/path.ts'
import { badgedDefinition } from '../scim/fixture.ts'
import { dataOf } from './support.ts'

/** The translator of some rules of a tenant file, over users with a badge. */
export const ruleTranslator = (...rules: readonly Json[]): Translator => countingTranslator(rules).translator

/** The same, and how many values fitted no pattern so far. */
export function countingTranslator(rules: readonly Json[]): { readonly translator: Translator; unfit(): number } {
  const compiled = compileRules(rulesClause.parse({ User: rules })).get('User')
  if (compiled === undefined) throw new TypeError('no rules')
  let unfit = 0
  const translator = createTranslator(compiled, badgedDefinition, () => {
    unfit += 1
  })
  return { translator, unfit: () => unfit }
}

/** A question about the value at a place: in its element, where a filter chooses one. */
export function askedAt(place: string, test: (path: AttributePath) => Filter): Filter {
  const { filter: own, sub, ...path } = parsePatchPath(place)
  if (own === undefined) return test(sub === undefined ? path : { ...path, sub })
  return { kind: 'elements', path, of: { kind: 'and', left: own, right: test({ name: sub ?? 'value' }) } }
}

/**
 * Whether a value of the upstream's that fits no pattern looks like one that the client could have given: it is shown as it
 * is, and a filter does not find it by accident (contract §5).
 */
export function isAccident(upstream: JsonObject, client: JsonObject, translator: Translator): boolean {
  try {
    return fold(JSON.stringify(dataOf(translator.toUpstream(client)))) !== fold(JSON.stringify(dataOf(upstream)))
  } catch {
    return true
  }
}

type Held = readonly { readonly upstream: JsonObject; readonly client: JsonObject }[]

/** How a filter is translated wrongly, and the resource that tells; undefined when none does. */
export function wrongIn(filter: Filter, translator: Translator, held: Held): string | undefined {
  const translation = translator.filter(filter)
  const there = translation.kind === 'nothing' ? undefined : translation.filter
  const passes = there === undefined ? () => translation.kind !== 'nothing' : compileFilter(there, translator.upstream)
  const matches = compileFilter(filter, translator.client)
  const wrong = held.find(({ upstream, client }) => {
    const isMatch = matches(client)
    return (isMatch || translation.kind !== 'superset') && passes(upstream) !== isMatch
  })
  return (
    wrong && `${printFilter(filter)} -> ${translation.kind} ${there && printFilter(there)} ${JSON.stringify(wrong)}`
  )
}
