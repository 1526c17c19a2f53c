import { type RuleClause, rulesClause } from '../../src/rules/clause.ts'
import { compileRules } from '../../src/rules/compile.ts'
import type { TypeRules } from '../../src/rules/rule.ts'

export type { RuleClause }

/** The rules of one resource type as a tenant file has them (contract §5, §12). */
export interface TypeClause {
  readonly unmapped: 'pass' | 'drop'
  readonly list: readonly RuleClause[]
}

/** A clause as compiled rules, checked as a tenant file's is. */
export function rulesOf({ unmapped, list }: TypeClause, resourceType = 'User'): TypeRules {
  const clause = rulesClause.parse({ [resourceType]: { unmapped, list } })
  const rules = compileRules(clause).get(resourceType)
  if (rules === undefined) throw new TypeError(`there are no rules for ${resourceType}`)
  return rules
}
