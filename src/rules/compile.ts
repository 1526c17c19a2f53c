import { fold } from '../scim/fold.ts'
import { compileCel } from './cel.ts'
import { claimFaults } from './claims.ts'
import type { RuleClause, RulesClause, TypeRulesClause } from './clause.ts'
import { readComputed, readTwoWay, type Standing } from './compile-rule.ts'
import { faultsAt, RuleFault } from './fault.ts'
import { type Form, formOf } from './form.ts'
import { parsePlace } from './place-parse.ts'
import type { Rule, Rules, TypeRules } from './rule.ts'
import { parseTemplate } from './template.ts'

type Path = readonly (string | number)[]

/** A clause's rules, and all that is wrong with them; what is wrong is left out of the rules. Paths begin at the clause. */
export interface ReadRules {
  readonly rules: Rules
  readonly faults: readonly RuleFault[]
}

/**
 * Compiles the `rules` clause of a tenant. The first thing that is wrong is thrown, with its path from the document's root.
 * @throws RuleFault
 */
export function compileRules(clause: RulesClause): Rules {
  const { rules, faults } = readRules(clause)
  const [first] = faults
  if (first !== undefined) throw new RuleFault(['rules', ...first.path], first.message)
  return rules
}

/** Reads a clause, finding everything in it that is refused whatever the upstream's schemas are. */
export function readRules(clause: RulesClause): ReadRules {
  const rules = new Map<string, TypeRules>()
  const faults: RuleFault[] = []
  const seen = new Map<string, string>(['User', 'Group'].map((name) => [fold(name), name]))
  for (const [type, given] of Object.entries(clause)) {
    const known = seen.get(fold(type))
    seen.set(fold(type), type)
    if (known !== undefined && known !== type)
      faults.push(new RuleFault([type], `names of resource types have a case: did you mean \`${known}\`?`))
    rules.set(type, readType(type, given, faults))
  }
  return { rules, faults }
}

function readType(resourceType: string, given: TypeRulesClause, faults: RuleFault[]): TypeRules {
  const isList = Array.isArray(given)
  const { list, unmapped } = isList ? { list: given, unmapped: 'pass' as const } : given
  const base: Path = isList ? [resourceType] : [resourceType, 'list']
  const collect = <T>(path: Path, work: () => T): T | undefined => {
    try {
      return faultsAt(path, work)
    } catch (error) {
      if (!(error instanceof RuleFault)) throw error
      faults.push(error)
      return undefined
    }
  }
  const rules = list.flatMap((rule, index) => {
    const path = [...base, index]
    const read = collect(path, () => readRule(rule, { path: ['rules', ...path], resourceType }))
    return read === undefined ? [] : [{ rule: read, index, clause: rule }]
  })
  for (const { path, message } of claimFaults(rules)) faults.push(new RuleFault([...base, ...path], message))
  return { resourceType, unmapped, rules: rules.map(({ rule }) => rule) }
}

function readRule(clause: RuleClause, standing: Standing): Rule {
  const { path } = standing
  const form = formOf(clause)
  switch (form.kind) {
    case 'two-way':
      return readTwoWay(form, standing)
    case 'constant':
    case 'default':
      return { kind: form.kind, path, upstream: upstreamPlace(form.upstream), value: form.value }
    case 'hide':
      return { kind: 'hide', path, place: faultsAt(['hide'], () => parsePlace(form.place)) }
    default:
      return { kind: 'computed', path, upstream: upstreamPlace(form.upstream), ...readComputed(form, computing(form)) }
  }
}

const upstreamPlace = (text: string) => faultsAt(['upstream'], () => parsePlace(text))

/** What a template and an expression have in common. */
function computing({ kind, text }: Extract<Form, { text: string }>) {
  if (kind === 'cel') {
    const cel = faultsAt(['cel'], () => compileCel(text))
    return { compute: cel.evaluate, reads: cel.reads }
  }
  const template = faultsAt(['template'], () => parseTemplate(text))
  return { compute: template.print, reads: template.reads }
}
