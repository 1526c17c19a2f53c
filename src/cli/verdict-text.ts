import type { Counterexample } from '../rules/counterexample.ts'
import type { FilterVerdict } from '../rules/verdict-ask.ts'
import { table } from './table.ts'
import type { ShownVerdict } from './tenant-files.ts'

/** What follows from the rules of one resource type, for people: a table, and below it what needs more room. */
export function verdictText(heading: string, verdicts: readonly ShownVerdict[]): string {
  const lines = [
    heading,
    table<ShownVerdict>(
      [
        { heading: 'RULE', show: ({ rule }) => shortened(rule) },
        { heading: 'EXACT', show: exactText },
        { heading: 'WHAT FOLLOWS', show: followingText },
      ],
      verdicts,
    ),
  ]
  return [...lines, ...verdicts.flatMap(notesOf)].join('\n')
}

const exactText = ({ kind, exact }: ShownVerdict): string =>
  kind === 'two-way' ? (exact ? 'exact' : 'lossy') : 'one way'

/** What costs more than one call, or is refused. The JSON says it by operator and attribute. */
function followingText({ filters, patch, sort, put }: ShownVerdict): string {
  const operators = new Map<FilterVerdict, Set<string>>()
  for (const [operator, verdict] of Object.values(filters).flatMap((byOperator) => Object.entries(byOperator)))
    operators.set(verdict, new Set([...(operators.get(verdict) ?? []), operator]))
  const of = (verdict: FilterVerdict) => [...(operators.get(verdict) ?? [])].join(' ')
  const read = Object.entries(patch).flatMap(([name, verdicts]) => {
    const reading = Object.entries(verdicts).flatMap(([op, verdict]) => (verdict === 'read' ? [op] : []))
    return reading.length === 0 ? [] : [reading.length === 3 ? name : `${name} (${reading.join(', ')})`]
  })
  const parts = [
    operators.has('pages') ? `filters ${of('pages')} read pages` : '',
    operators.has('refused') ? `filters ${of('refused')} get 400` : '',
    Object.values(sort).includes(false) ? 'no upstream sortBy' : '',
    read.length === 0
      ? ''
      : `PATCH of ${read.map((name) => (name === '*' ? 'anything' : name)).join(', ')} reads first`,
    put === 'read' ? 'PUT reads first' : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'straight through' : parts.join('; ')
}

function notesOf({ kind, rule, exact, because, counterexample, unfit }: ShownVerdict): string[] {
  const notes: string[] = []
  if (kind === 'two-way' && !exact) {
    const example = counterexample === undefined ? '' : `: ${exampleText(counterexample)}`
    notes.push(`  ${shortened(rule)} is lossy: ${because ?? 'it cannot be undone'}${example}`)
  }
  if (unfit !== null && unfit > 0) notes.push(`  ${shortened(rule)}: ${unfit} upstream values do not fit it`)
  return notes
}

const exampleText = ({ client, upstream, back }: Counterexample): string =>
  `${valuesText(client)} goes upstream as ${valuesText(upstream)}, and comes back as ${valuesText(back)}`

const valuesText = (values: Counterexample['client']): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${shortened(JSON.stringify(value), 40)}`)
    .join(', ')

const shortened = (text: string, most = 100): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
