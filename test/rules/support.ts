import { createTranslator } from '../../src/rules/create-translator.ts'
import type { Translator } from '../../src/rules/translator.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { rulesOf } from './clause.ts'
import { canonical, get, lowered, oraclePlace, set } from './oracle-places.ts'
import { clauseOf, type RuleSet } from './rule-set.ts'

/** The translator of generated rules; what does not fit is told to `unfit`. */
export function translatorOf(rules: RuleSet, unfit: string[] = []): Translator {
  const compiled = rulesOf(clauseOf(rules), rules.world.definition.type.name)
  return createTranslator(compiled, rules.world.definition, (_rule, place) => unfit.push(place))
}

/** The data of a resource, as a text that equal resources share (RFC 7643 §2). */
export function dataOf(resource: JsonObject): string {
  const { schemas: _, ...data } = lowered(resource)
  return canonical(data)
}

/** A create's answer: defaults show themselves. */
export function withDefaults(view: JsonObject, { rules, world }: RuleSet): JsonObject {
  return rules.reduce((seen, rule) => {
    if (rule.kind !== 'default') return seen
    const place = oraclePlace(rule.upstream, world.definition)
    return get(seen, place) === undefined ? set(seen, place, rule.value) : seen
  }, view)
}

/** Whether no rule is lossy. */
export const isExact = ({ rules }: RuleSet): boolean =>
  rules.every((rule) => rule.kind !== 'two-way' || rule.meaning.otherwise === undefined)
