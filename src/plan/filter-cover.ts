import type { Comparison, FilterForms } from '../capabilities.ts'
import { badRequest, type ScimError } from '../scim/error.ts'
import { type Filter, walkFilter } from '../scim/filter.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { formsOf } from './filter-native.ts'
import { filterOf, termOf } from './filter-terms.ts'
import { bestWay, type CoverCall } from './filter-ways.ts'
import { meets } from './meets.ts'

export type { CoverCall } from './filter-ways.ts'

/**
 * How a filter is served. `native`: the upstream decides it all in one call. `narrowed`: it decides a part, and the residual
 * is decided here. `union`: calls whose answers are joined, without duplicates. `all`: everything is read and decided here.
 */
export type Cover =
  | { readonly kind: 'native'; readonly filter: Filter }
  | { readonly kind: 'narrowed'; readonly filter: Filter; readonly residual: Filter }
  | { readonly kind: 'union'; readonly calls: readonly CoverCall[] }
  | { readonly kind: 'all'; readonly residual: Filter }

export interface CoverQuestion {
  readonly definition: ResourceDefinition
  readonly forms: FilterForms
  /** What filters may name and no answer shows: it cannot be decided here. */
  readonly unseen: readonly AttributePath[]
  /** Calls that a union may have. */
  readonly maxCalls: number
}

/**
 * The way to serve a filter that reads the fewest resources, as far as can be guessed without asking: one native call where
 * one will do; of an `and` what lets the fewest resources through; an `or` as a union where each side narrows. The upstream
 * is taken to compare as the standard does what its capabilities list.
 * @throws ScimError 400 `invalidFilter` where every way needs something decided here that no answer shows
 */
export function coverOf(filter: Filter, question: CoverQuestion): Cover {
  const { definition, maxCalls } = question
  if (question.forms === 'any') return { kind: 'native', filter }
  const forms = formsOf(question.forms, definition)
  const way = bestWay(termOf(filter, definition), {
    forms,
    maxCalls,
    isDecidable: (part) => unseenIn(filterOf(part), question) === undefined,
    work: { left: 100 },
  })
  if (way === undefined) throw undecidable(filter, question)
  const [only, ...others] = way.calls
  if (only === undefined || others.length > 0) return { kind: 'union', calls: way.calls }
  if (only.filter !== undefined)
    return only.residual === undefined
      ? { kind: 'native', filter: only.filter }
      : { kind: 'narrowed', filter: only.filter, residual: only.residual }
  return { kind: 'all', residual: only.residual ?? filter }
}

/** The first path of a filter that no answer shows. */
export function unseenIn(
  filter: Filter,
  { definition, unseen }: Pick<CoverQuestion, 'definition' | 'unseen'>,
): AttributePath | undefined {
  let found: AttributePath | undefined
  walkFilter(filter, (node, within) => {
    if (!('path' in node) || within !== undefined || found !== undefined) return
    if (unseen.some((path) => meets(definition, path, node.path))) found = node.path
  })
  return found
}

function undecidable(filter: Filter, question: CoverQuestion): ScimError {
  const path = unseenIn(filter, question)
  const name = path === undefined ? 'this filter' : printAttributePath(path)
  const { forms, definition } = question
  const listed =
    forms === 'any' || path === undefined
      ? []
      : forms.comparisons.filter((one) => meets(definition, one.path, path)).map(advised)
  const mend =
    listed.length === 0 ? 'leave it out' : `ask by ${listed.join(' or ')}, alone or with "and", at each side of an "or"`
  return badRequest(
    'invalidFilter',
    `the upstream directory never shows ${name}, and cannot compare it as this filter does: ${mend}`,
  )
}

const advised = ({ path, operators: [operator = 'eq'] }: Comparison): string =>
  `${printAttributePath(path)} ${operator} "..."`
