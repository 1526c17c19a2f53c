import { chain, type Filter } from '../scim/filter.ts'
import type { AttributePath } from '../scim/path.ts'
import { allOf, anyOf, type Bounds, complement, type Limit, not, nothing } from './filter-bounds.ts'
import type { Question } from './filter-compare.ts'

/** What answers the questions of a filter. */
export interface Answers {
  /** Of the values at a path. */
  ask(path: AttributePath, question: Question): Bounds
  /** Whether some element of the attribute passes. */
  elements(path: AttributePath, of: Filter): Bounds
}

/** Puts a filter's questions, and joins the answers as the filter joins them. `ne` is `not (… eq …)`, null is absence. */
export function answer(filter: Filter, answers: Answers): Bounds {
  switch (filter.kind) {
    case 'and':
      return allOf(chain(filter, 'and').map((part) => answer(part, answers)))
    case 'or':
      return anyOf(chain(filter, 'or').map((part) => answer(part, answers)))
    case 'not':
      return not(answer(filter.of, answers))
    case 'present':
      return answers.ask(filter.path, { kind: 'present' })
    case 'elements':
      return answers.elements(filter.path, filter.of)
    case 'compare':
      return compare(filter, answers)
  }
}

function compare({ path, operator, value }: Extract<Filter, { kind: 'compare' }>, answers: Answers): Bounds {
  if (value === null) {
    const present = answers.ask(path, { kind: 'present' })
    return operator === 'eq' ? not(present) : operator === 'ne' ? present : nothing
  }
  if (operator !== 'ne') return answers.ask(path, { kind: 'compare', operator, value })
  const { upper, lower, ...unsure } = not(answers.ask(path, { kind: 'compare', operator: 'eq', value }))
  return { upper: unequal(upper), lower: unequal(lower), ...unsure }
}

/** As the client wrote it, where one comparison is left. */
function unequal(limit: Limit): Limit {
  const of = complement(limit)
  return typeof of !== 'boolean' && of.kind === 'compare' && of.operator === 'eq' ? { ...of, operator: 'ne' } : limit
}
