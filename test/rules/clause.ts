import { parsePattern } from '../../src/rules/pattern-parse.ts'
import { parsePlace } from '../../src/rules/place-parse.ts'
import type { Rule, RulePath, Slot, TypeRules } from '../../src/rules/rule.ts'
import { parseTemplate } from '../../src/rules/template.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'

/** One rule as a tenant file has it (contract §5). */
export type RuleClause =
  | { client: string; upstream: string; values?: Record<string, Json>; else?: Json }
  | { client: Record<string, string>; upstream: Record<string, string> }
  | { upstream: string; constant: Json }
  | { upstream: string; default: Json }
  | { upstream: string; template: string; when?: string }
  | { hide: string }

export interface TypeClause {
  readonly unmapped: 'pass' | 'drop'
  readonly list: readonly RuleClause[]
}

/** A clause as compiled rules: what the compiler of tenant files makes of it, with nothing checked. */
export const rulesOf = ({ unmapped, list }: TypeClause, resourceType = 'User'): TypeRules => ({
  resourceType,
  unmapped,
  rules: list.map((rule, index) => ruleOf(rule, ['rules', resourceType, index])),
})

function ruleOf(clause: RuleClause, path: RulePath): Rule {
  if ('hide' in clause) return { kind: 'hide', path, place: parsePlace(clause.hide) }
  if ('client' in clause) return twoWay(clause, path)
  const upstream = parsePlace(clause.upstream)
  if ('constant' in clause) return { kind: 'constant', path, upstream, value: clause.constant }
  if ('default' in clause) return { kind: 'default', path, upstream, value: clause.default }
  const template = parseTemplate(clause.template)
  const when = clause.when === undefined ? {} : { when: parseFilter(clause.when) }
  return { kind: 'computed', path, upstream, compute: template.print, reads: template.reads, ...when }
}

function twoWay(clause: Extract<RuleClause, { client: unknown }>, path: RulePath): Rule {
  const rule = { kind: 'two-way' as const, path, client: slotsOf(clause.client), upstream: slotsOf(clause.upstream) }
  if (!('values' in clause) || clause.values === undefined) return rule
  const table = {
    pairs: Object.entries(clause.values),
    ...(clause.else === undefined ? {} : { otherwise: clause.else }),
  }
  return { ...rule, table }
}

const slotsOf = (side: string | Record<string, string>): readonly Slot[] =>
  typeof side === 'string'
    ? [{ place: parsePlace(side), pattern: parsePattern('{value}') }]
    : Object.entries(side).map(([place, pattern]) => ({ place: parsePlace(place), pattern: parsePattern(pattern) }))

/** For messages of tests. */
export const printed = (value: JsonObject): string => JSON.stringify(value, undefined, 1)
