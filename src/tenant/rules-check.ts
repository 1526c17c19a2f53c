import { compileRules } from '../rules/compile.ts'
import { judgeRules, type RuleVerdict, type UnfitCount } from '../rules/verdict.ts'
import { definitionsOf, type SchemaSource, schemasOf } from './definitions.ts'
import type { TenantDocument } from './schema.ts'
import { planningOf } from './upstream-bare.ts'
import { decidedBy } from './upstream-check.ts'

/** What follows from a tenant's rules, by resource type, and by whose schemas it was found. */
export interface JudgedRules {
  readonly schemas: SchemaSource
  readonly types: Readonly<Record<string, readonly RuleVerdict[]>>
  /** Types that those schemas do not know: what their rules do, only the upstream could tell. */
  readonly unknown: readonly string[]
}

/**
 * Judges a document's rules; undefined when it has none.
 * @param unfit how often values at the upstream did not fit, where a running gateway counted them
 */
export function judgeDocument(document: TenantDocument, unfit?: UnfitCount): JudgedRules | undefined {
  if (document.rules === undefined) return undefined
  const definitions = definitionsOf(document)
  const planning = planningOf(document)
  const types = new Map<string, readonly RuleVerdict[]>()
  const unknown: string[] = []
  for (const [name, rules] of compileRules(document.rules)) {
    const definition = definitions.find(({ type }) => type.name === name)
    if (definition === undefined) unknown.push(name)
    else types.set(name, judgeRules(rules, definition, unfit, decidedBy(planning, definition)))
  }
  return { schemas: schemasOf(document), types: Object.fromEntries(types), unknown }
}
