import { printAttributePath } from './attribute-path.ts'
import { compileComparison } from './compare.ts'
import { badRequest, type ScimError } from './error.ts'
import { chain, type Filter } from './filter.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import type { AttributePath } from './path.ts'
import type { Resource } from './resource.ts'
import type { Attribute, ResourceDefinition } from './schema.ts'
import {
  anyOf,
  comparedAttribute,
  elementTarget,
  isPresent,
  subTest,
  type Target,
  type Test,
  targetOf,
} from './target.ts'

type Predicate = (holder: JsonObject) => boolean
/** Finds the values that a path names: in a resource, or in an element of a value filter. */
type Scope = (path: AttributePath) => Target
type Compare = Extract<Filter, { kind: 'compare' }>
type Elements = Extract<Filter, { kind: 'elements' }>

/**
 * Compiles a filter to a predicate over resources of a type (RFC 7644 §3.4.2.2). Values compare by the schema's type and
 * `caseExact`; a complex attribute by its `value`; of several values one is enough; `ne` means `not (… eq …)`, `eq null`
 * means absent. What the schema does not know is read as it stands in the resource, text without case.
 * @throws ScimError 400 `invalidFilter` for comparisons that the attribute's type does not have.
 */
export const compileFilter = (filter: Filter, definition: ResourceDefinition): ((resource: Resource) => boolean) =>
  compile(filter, (path) => targetOf(definition, path))

/**
 * Compiles the filter of a value path (`emails[type eq "work"]`) to a predicate over the elements of its attribute, which
 * is undefined when the schema does not know it.
 * @throws ScimError 400 `invalidFilter`
 */
export function compileElementFilter(filter: Filter, attribute: Attribute | undefined): (element: Json) => boolean {
  const matches = compile(filter, (path) => elementTarget(attribute, path))
  return (element) => matches(isObject(element) ? element : { value: element })
}

function compile(filter: Filter, scope: Scope): Predicate {
  switch (filter.kind) {
    case 'and': {
      const all = chain(filter, 'and').map((part) => compile(part, scope))
      return (holder) => all.every((one) => one(holder))
    }
    case 'or': {
      const any = chain(filter, 'or').map((part) => compile(part, scope))
      return (holder) => any.some((one) => one(holder))
    }
    case 'not': {
      const of = compile(filter.of, scope)
      return (holder) => !of(holder)
    }
    case 'present':
      return compilePresent(scope(filter.path))
    case 'compare':
      return compileCompare(filter, scope(filter.path))
    case 'elements':
      return compileElements(filter, scope(filter.path))
  }
}

function holdsAny(target: Target, test: Test): Predicate {
  const whole = target.sub === undefined ? test : subTest(target.sub, test)
  return (holder) => anyOf(target.read(holder), whole)
}

const compilePresent = (target: Target): Predicate => holdsAny(target, isPresent)

function compileCompare({ path, operator, value }: Compare, target: Target): Predicate {
  const name = printAttributePath(path)
  if (value === null) {
    const isAssigned = compilePresent(target)
    if (operator === 'ne') return isAssigned
    if (operator === 'eq') return (holder) => !isAssigned(holder)
    throw badRequest('invalidFilter', `the operator ${operator} cannot compare ${name} with null`)
  }
  const attribute = target.attribute && comparedAttribute(target.attribute)
  if (target.isHidden || attribute?.returned === 'never') throw hidden(path)
  if (attribute === undefined && target.attribute !== undefined) {
    throw badRequest('invalidFilter', `${name} is complex and has no value: name one of its sub-attributes`)
  }
  const test = compileComparison({ operator: operator === 'ne' ? 'eq' : operator, value, attribute, name })
  const matches = holdsAny(target, valueTest(test))
  return operator === 'ne' ? (holder) => !matches(holder) : matches
}

/** A complex value is compared by its `value`. */
function valueTest(test: Test): Test {
  const ofValue = subTest('value', test)
  return (value) => (isObject(value) ? ofValue(value) : test(value))
}

function compileElements({ path, of }: Elements, target: Target): Predicate {
  if (target.isHidden) throw hidden(path)
  return holdsAny(target, compileElementFilter(of, target.attribute))
}

/** RFC 7643 §7, `returned`: what is never returned must not be found out by asking, either. */
const hidden = (path: AttributePath): ScimError =>
  badRequest('invalidFilter', `${printAttributePath(path)} is never returned, so no filter may compare it`)
