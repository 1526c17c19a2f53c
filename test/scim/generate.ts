import fc from 'fast-check'
import type { CompareOperator, Filter } from '../../src/scim/filter.ts'
import type { AttributePath } from '../../src/scim/path.ts'

/** Names that a reader could take for something else, and names that mean something in JavaScript. */
const name = fc.constantFrom(
  'userName',
  'name',
  'emails',
  'not',
  'and',
  'or',
  'pr',
  'eq',
  'null',
  'true',
  '$ref',
  'a-b_c',
  'constructor',
)
const urn = fc.constantFrom(
  'urn:ietf:params:scim:schemas:core:2.0:User',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'urn:acme:hr.ext:1.0',
)
const operator = fc.constantFrom<CompareOperator>('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le')
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"', '\\', ']', ')', ' and ', '\u0000', '\u2028', '😀'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const plainPath = name.map((one): AttributePath => ({ name: one }))
const path: fc.Arbitrary<AttributePath> = fc.oneof(
  plainPath,
  fc.record({ name, sub: name }),
  fc.record({ urn, name }),
  fc.record({ urn, name, sub: name }),
)

const leaf = (paths: fc.Arbitrary<AttributePath>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.record({ kind: fc.constant('present' as const), path: paths }),
    fc.record({ kind: fc.constant('compare' as const), operator, path: paths, value }),
  )

/** Trees over `leaves`: and, or, not. */
export function filterOf(leaves: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthIdentifier: 'filter' },
      leaves,
      fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
      fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
    ),
  })).tree
}

const elements: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('elements' as const),
  path,
  of: filterOf(leaf(plainPath)),
})

/** Every tree that the grammar can write. */
export const anyFilter: fc.Arbitrary<Filter> = filterOf(
  fc.oneof({ weight: 4, arbitrary: leaf(path) }, { weight: 1, arbitrary: elements }),
)
