import { isAttributeName, readAttributePath } from './attribute-path.ts'
import type { ScimError } from './error.ts'
import type { CompareOperator, Filter } from './filter.ts'
import type { AttributePath } from './path.ts'
import type { Scanner } from './scan.ts'

/** How deep brackets may stand in one another. */
const maxDepth = 32

const operators: ReadonlyMap<string, CompareOperator> = new Map(
  (['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const).map((operator) => [operator, operator]),
)
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const literals: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

type Value = string | number | boolean | null

/** Where the reader stands: inside a value filter only plain sub-attributes may be named. */
interface Place {
  readonly scanner: Scanner
  readonly inElements: boolean
  readonly depth: number
}

/** Reads an expression up to whatever cannot belong to it. @throws ScimError 400 `invalidFilter` */
export const readFilter = (scanner: Scanner): Filter => readOr({ scanner, inElements: false, depth: 0 })

/** Reads what stands between `[` and `]`, the closing bracket included. @throws ScimError 400 `invalidFilter` */
export const readValueFilter = (scanner: Scanner): Filter => readBracketed({ scanner, inElements: true, depth: 0 }, ']')

const failure = (place: Place, expected: string): ScimError => place.scanner.error('invalidFilter', expected)

function readOr(place: Place): Filter {
  let left = readAnd(place)
  while (place.scanner.takeKeyword('or')) left = { kind: 'or', left, right: readAnd(place) }
  return left
}

function readAnd(place: Place): Filter {
  let left = readTerm(place)
  while (place.scanner.takeKeyword('and')) left = { kind: 'and', left, right: readTerm(place) }
  return left
}

function readTerm(place: Place): Filter {
  const { scanner } = place
  if (scanner.takeNot()) {
    scanner.takeSymbol('(')
    return { kind: 'not', of: readBracketed(place, ')') }
  }
  if (scanner.takeSymbol('(')) return readBracketed(place, ')')
  const path = readPath(place)
  if (!scanner.takeSymbol('[')) return readTest(place, path)
  if (place.inElements) throw failure(place, 'an operator: value filters cannot stand in one another')
  return readAfterElements(place, path, readBracketed({ ...place, inElements: true }, ']'))
}

function readBracketed(place: Place, close: ')' | ']'): Filter {
  if (place.depth >= maxDepth) throw failure(place, `no more than ${maxDepth} brackets in one another`)
  const filter = readOr({ ...place, depth: place.depth + 1 })
  if (!place.scanner.takeSymbol(close)) throw failure(place, `"and", "or" or "${close}"`)
  return filter
}

function readPath(place: Place): AttributePath {
  const text = place.scanner.peekWord()
  const path = readAttributePath(text)
  const plain = path !== undefined && path.urn === undefined && path.sub === undefined
  if (path === undefined || (place.inElements && !plain)) {
    throw failure(place, place.inElements ? "a sub-attribute's name" : "an attribute's name")
  }
  place.scanner.takeWord()
  return path
}

/** `pr`, or an operator and its value. */
function readTest(place: Place, path: AttributePath): Filter {
  const { scanner } = place
  if (scanner.takeKeyword('pr')) return { kind: 'present', path }
  const operator = operators.get(scanner.peekWord().toLowerCase())
  if (operator === undefined) throw failure(place, `an operator (${[...operators.keys()].join(', ')}, pr)`)
  scanner.takeWord()
  return { kind: 'compare', operator, path, value: readValue(place, path) }
}

/**
 * Real clients go on after a value filter, though RFC 7644's grammar ends there: `emails[type eq "work"].value eq "x"`,
 * and Entra without the `.value` (facts, C). Both ask one element for both things.
 */
function readAfterElements(place: Place, path: AttributePath, of: Filter): Filter {
  const { scanner } = place
  const named = scanner.touches('.')
  const following = scanner.peekWord()
  if (!named && following.toLowerCase() !== 'pr' && !operators.has(following.toLowerCase())) {
    return { kind: 'elements', path, of }
  }
  if (named && !isAttributeName(following.slice(1))) throw failure(place, "a sub-attribute's name after the dot")
  const sub = named ? scanner.takeWord().slice(1) : 'value'
  const test = readTest(place, { name: sub })
  if (test.kind !== 'compare' || test.operator !== 'ne') {
    return { kind: 'elements', path, of: { kind: 'and', left: of, right: test } }
  }
  // `ne` is `not (… eq …)` of the whole expression, not of one element: contract §5.
  const equal: Filter = { ...test, operator: 'eq' }
  return { kind: 'not', of: { kind: 'elements', path, of: { kind: 'and', left: of, right: equal } } }
}

function readValue(place: Place, path: AttributePath): Value {
  const { scanner } = place
  const text = scanner.takeString()
  if (text !== undefined) return text
  const word = scanner.peekWord()
  const value = literals.get(word.toLowerCase()) ?? readNumber(word) ?? readResourceType(word, path)
  if (value === undefined && word.toLowerCase() !== 'null') {
    throw failure(place, 'a value: a string in double quotes, a number, true, false or null')
  }
  scanner.takeWord()
  return value ?? null
}

function readNumber(word: string): number | undefined {
  if (!numberPattern.test(word)) return undefined
  const value = Number(word)
  // Minus zero would print as 0 and so read back as something else.
  return Number.isFinite(value) ? value + 0 : undefined
}

/** RFC 7644 §3.4.2.1 itself writes `meta.resourceType eq User`, without the quotes that its grammar demands. */
function readResourceType(word: string, path: AttributePath): string | undefined {
  const isResourceType = path.name?.toLowerCase() === 'meta' && path.sub?.toLowerCase() === 'resourcetype'
  return isResourceType && isAttributeName(word) ? word : undefined
}
