import { printAttributePath } from './attribute-path.ts'
import { readFilter } from './filter-read.ts'
import type { AttributePath } from './path.ts'
import { scan } from './scan.ts'

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

/** RFC 7644 §3.4.2.2, as a tree. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | {
      readonly kind: 'compare'
      readonly operator: CompareOperator
      readonly path: AttributePath
      readonly value: string | number | boolean | null
    }
  /** `emails[type eq "work" and value co "@example.com"]`: one element satisfies all of `of`. */
  | { readonly kind: 'elements'; readonly path: AttributePath; readonly of: Filter }

/**
 * Reads a filter (RFC 7644 §3.4.2.2, figure 1): `not` before `and` before `or`, operators in any case, chains leaning to
 * the left. At most 8 KiB of text and 32 brackets in one another. A path inside a value filter is a plain sub-attribute.
 * @throws ScimError 400 `invalidFilter`, saying at which character what was expected.
 */
export function parseFilter(text: string): Filter {
  const scanner = scan(text, 'filter', 'invalidFilter')
  const filter = readFilter(scanner)
  if (!scanner.atEnd()) throw scanner.error('invalidFilter', '"and", "or" or the end')
  return filter
}

const strength = { or: 1, and: 2, term: 3 } as const

/** The filter in canonical spelling, with no bracket more than needed: reading it again gives the same tree. */
export const printFilter = (filter: Filter): string => print(filter, strength.or)

/** Prints a part that must bind at least as strongly as `least`, else in brackets. */
function print(filter: Filter, least: number): string {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const own = strength[filter.kind]
      const text = `${print(filter.left, own)} ${filter.kind} ${print(filter.right, own + 1)}`
      return own < least ? `(${text})` : text
    }
    case 'not':
      return `not (${printFilter(filter.of)})`
    case 'present':
      return `${printAttributePath(filter.path)} pr`
    case 'compare':
      return `${printAttributePath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'elements':
      return `${printAttributePath(filter.path)}[${printFilter(filter.of)}]`
  }
}

/**
 * Visits every node, parents first, from left to right. Inside a value filter `within` is the path of the attribute whose
 * elements are asked.
 */
export function walkFilter(
  filter: Filter,
  visit: (node: Filter, within?: AttributePath) => void,
  within?: AttributePath,
): void {
  visit(filter, within)
  switch (filter.kind) {
    case 'and':
    case 'or':
      walkFilter(filter.left, visit, within)
      walkFilter(filter.right, visit, within)
      return
    case 'not':
      walkFilter(filter.of, visit, within)
      return
    case 'elements':
      walkFilter(filter.of, visit, filter.path)
  }
}

/** The parts of `a and b and c` in order: the tree leans to the left, as deep as the chain is long. */
export function chain(filter: Filter, kind: 'and' | 'or'): readonly Filter[] {
  const parts: Filter[] = []
  let node = filter
  while (node.kind === kind) {
    parts.push(node.right)
    node = node.left
  }
  return [...parts, node].reverse()
}

/** The attributes that a filter reads, those of elements by their lists. */
export function pathsIn(filter: Filter): readonly AttributePath[] {
  const paths: AttributePath[] = []
  walkFilter(filter, (node, within) => {
    if ('path' in node && within === undefined) paths.push(node.path)
  })
  return paths
}
