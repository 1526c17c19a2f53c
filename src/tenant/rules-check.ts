import { compileRules } from '../rules/compile.ts'
import { judgeRules, type RuleVerdict, type UnfitCount } from '../rules/verdict.ts'
import { definitionsOf } from './definitions.ts'
import type { TenantDocument } from './schema.ts'

/** What follows from a tenant's rules, by resource type. */
export type RuleVerdicts = Readonly<Record<string, readonly RuleVerdict[]>>

/**
 * Judges a document's rules; undefined when it has none. Types that only the upstream itself could describe are left out.
 * @param unfit how often values at the upstream did not fit, where a running gateway counted them
 */
export function judgeDocument(document: TenantDocument, unfit?: UnfitCount): RuleVerdicts | undefined {
  if (document.rules === undefined) return undefined
  const definitions = definitionsOf(document)
  const verdicts = [...compileRules(document.rules).values()].flatMap((rules) => {
    const definition = definitions.find(({ type }) => type.name === rules.resourceType)
    return definition === undefined ? [] : [[rules.resourceType, judgeRules(rules, definition, unfit)] as const]
  })
  return Object.fromEntries(verdicts)
}
