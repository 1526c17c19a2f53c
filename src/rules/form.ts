import type { RuleClause } from './clause.ts'
import { oneOf, RuleFault } from './fault.ts'

/** A rule in the form that its keys say. */
export type Form =
  | (Pick<RuleClause, 'values' | 'else'> & {
      readonly kind: 'two-way'
      readonly client: NonNullable<RuleClause['client']>
      readonly upstream: NonNullable<RuleClause['upstream']>
    })
  | {
      readonly kind: 'constant' | 'default'
      readonly upstream: string
      readonly value: NonNullable<RuleClause['constant']>
    }
  | { readonly kind: 'template' | 'cel'; readonly upstream: string; readonly text: string; readonly when?: string }
  | { readonly kind: 'hide'; readonly place: string }

/** Each of these says what a rule does, and a rule does one thing. */
const deeds = ['client', 'constant', 'default', 'template', 'cel', 'hide'] as const
const beside: Readonly<Record<(typeof deeds)[number], readonly string[]>> = {
  client: ['upstream', 'values', 'else'],
  constant: ['upstream'],
  default: ['upstream'],
  template: ['upstream', 'when'],
  cel: ['upstream', 'when'],
  hide: [],
}

const code = (words: readonly string[]): string => oneOf(words.map((word) => `\`${word}\``))

/** @throws RuleFault for a rule that is none of the forms, or mixes them */
export function formOf(rule: RuleClause): Form {
  const [deed, other] = deeds.filter((key) => rule[key] !== undefined)
  if (deed === undefined) throw new RuleFault([], `does nothing: it needs ${code(deeds)}`)
  if (other !== undefined)
    throw new RuleFault([other], `\`${other}\` cannot stand beside \`${deed}\`: a rule does one thing, write two rules`)
  for (const [key, given] of Object.entries(rule))
    if (given !== undefined && key !== deed && !beside[deed].includes(key)) throw misplaced(key, deed)
  const { client, upstream, values, template, cel, when, hide } = rule
  if (hide !== undefined) return { kind: 'hide', place: hide }
  if (upstream === undefined)
    throw new RuleFault([], `lacks \`upstream\`: say which attribute of the upstream \`${deed}\` belongs to`)
  if (client !== undefined) {
    const table = {
      ...(values === undefined ? {} : { values }),
      ...(rule.else === undefined ? {} : { else: rule.else }),
    }
    return { kind: 'two-way', client, upstream, ...table }
  }
  if (typeof upstream !== 'string')
    throw new RuleFault(
      ['upstream'],
      `must be one attribute's path: \`${deed}\` goes one way and has no holes to share`,
    )
  const value = rule.constant ?? rule.default
  if (value !== undefined) return { kind: rule.constant === undefined ? 'default' : 'constant', upstream, value }
  const text = template ?? cel ?? ''
  return { kind: template === undefined ? 'cel' : 'template', upstream, text, ...(when === undefined ? {} : { when }) }
}

function misplaced(key: string, deed: (typeof deeds)[number]): RuleFault {
  const why: Readonly<Record<string, string>> = {
    when: 'a condition cannot hold in both directions: it belongs to `template` or `cel`',
    values: 'a table maps between two sides: it belongs to `client` and `upstream`',
    else: 'it belongs to `values`',
    upstream: 'a hidden name crosses in neither direction: leave it out',
  }
  return new RuleFault([key], `\`${key}\` cannot stand beside \`${deed}\`: ${why[key] ?? 'leave one of them out'}`)
}
