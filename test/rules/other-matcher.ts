import { filter, parse } from 'scim2-parse-filter'
import { attributeAt, canonicalPath } from '../../src/scim/definition.ts'
import { type Filter, printFilter } from '../../src/scim/filter.ts'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { type AttributePath, printAttributePath } from '../../src/scim/path.ts'
import type { Attribute, ResourceDefinition } from '../../src/scim/schema.ts'
import { elements, lowered } from './oracle-places.ts'

/**
 * Decides a filter by the package `scim2-parse-filter`, an independent reading of RFC 7644 §3.4.2.2. Text is given to it
 * in lower case, since it knows no schema and minds the case (against RFC 7643 §2.2). Undefined where it is known to
 * deviate:
 *
 * - attributes of which case matters: theirs would be lost;
 * - `ne`: some value that differs is enough for it; contract §5 has it `not (... eq ...)`;
 * - `pr`: it finds the empty text and the empty object (RFC 7644 §3.4.2.2: "a non-empty value");
 * - a complex attribute itself: not compared by its `value` (RFC 7644 §3.4.2.2, `emails co`);
 * - a value filter of several parts: each may be true of another element (RFC 7644 §3.4.2.2, `valuePath`);
 * - a list of texts: not looked into (RFC 7644 §3.4.2.2: any value of a multi-valued attribute);
 * - control characters and lone surrogates: it does not read their escapes (RFC 7644 §3.4.2.2: a JSON string);
 * - a bare value that stands for its element's `value`, as contract §2 has it;
 * - a literal of another type than the attribute's, times (compared as text) and null.
 */
export function matchByOther(of: Filter, resource: JsonObject, definition: ResourceDefinition): boolean | undefined {
  const held = lowerText(lowered(resource))
  if (JSON.stringify(held).includes('""')) return undefined
  const asked = translated(of, held, (path) => {
    const { urn, name = '', sub } = canonicalPath(definition, path)
    const whole = attributeAt(definition, urn === undefined ? { name } : { urn, name })?.attribute
    const place = { ...(urn === undefined ? {} : { urn }), name, ...(sub === undefined ? {} : { sub }) }
    return { place, attribute: sub === undefined ? whole : whole && partOf(whole, sub), isKnown: whole !== undefined }
  })
  return asked && filter(parse(printFilter(asked)))(held)
}

interface Found {
  readonly place: AttributePath
  readonly attribute: Attribute | undefined
  readonly isKnown: boolean
}

type Find = (path: AttributePath) => Found

const partOf = ({ subAttributes = [] }: Attribute, name: string): Attribute | undefined =>
  subAttributes.find((one) => one.name.toLowerCase() === name.toLowerCase())

function lowerText(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value).toLowerCase())
}

/** The filter with texts and names in lower case; undefined where they do not agree. */
function translated(of: Filter, held: JsonObject, find: Find): Filter | undefined {
  switch (of.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [translated(of.left, held, find), translated(of.right, held, find)]
      return left && right && { kind: of.kind, left, right }
    }
    case 'not': {
      const inner = translated(of.of, held, find)
      return inner && { kind: 'not', of: inner }
    }
    case 'present':
      if (isBare(held, find(of.path).place)) return undefined
      return !pathOf(of.path, find) ? undefined : { kind: 'present', path: lowerPath(find(of.path).place) }
    case 'elements':
      return elementsOf(of, held, find)
    case 'compare': {
      const { path, operator, value } = of
      const { attribute, place } = find(path)
      const values = valuesAt(held, place)
      const isText = attribute === undefined || (attribute.type === 'string' && !attribute.caseExact)
      if (operator === 'ne' || value === null || !isText || typeof value !== 'string' || value === '') return undefined
      if (!values.every((one) => typeof one === 'string') || isEscaped(value) || isBare(held, place)) return undefined
      return !pathOf(path, find) ? undefined : { ...of, path: lowerPath(place), value: value.toLowerCase() }
    }
  }
}

const isBare = (held: JsonObject, { sub, ...whole }: AttributePath): boolean =>
  sub !== undefined && !valuesAt(held, whole).flatMap(elements).every(isObject)

const isEscaped = (text: string): boolean => /\p{Cc}/u.test(text) || !text.isWellFormed()

function elementsOf(
  { path, of }: Extract<Filter, { kind: 'elements' }>,
  held: JsonObject,
  find: Find,
): Filter | undefined {
  const { attribute, place } = find(path)
  const values = valuesAt(held, place).flatMap(elements)
  const isSingle = of.kind === 'compare' || of.kind === 'present' || values.length < 2
  if (!pathOf(path, find) || !values.every(isObject) || !isSingle) return undefined
  const within = values.map((element) =>
    translated(of, isObject(element) ? element : {}, ({ name = '' }) => ({
      place: { name },
      attribute: attribute && partOf(attribute, name),
      isKnown: true,
    })),
  )
  const [first] = within
  return within.includes(undefined) || first === undefined
    ? undefined
    : { kind: 'elements', path: lowerPath(place), of: first }
}

/** It cuts a URN at its last colon, and so do we where no schema says otherwise. */
const pathOf = (path: AttributePath, find: Find): boolean => find(path).place.name !== '' && path.name !== undefined

const lowerPath = ({ urn, name = '', sub }: AttributePath): AttributePath => ({
  ...(urn === undefined ? {} : { urn: urn.toLowerCase() }),
  name: name.toLowerCase(),
  ...(sub === undefined ? {} : { sub: sub.toLowerCase() }),
})

function valuesAt(held: JsonObject, path: AttributePath): readonly Json[] {
  return printAttributePath({ name: path.name ?? '', ...(path.sub === undefined ? {} : { sub: path.sub }) })
    .toLowerCase()
    .split('.')
    .reduce<readonly Json[]>(
      (values, name) =>
        values.flatMap(elements).flatMap((one) => (isObject(one) && one[name] !== undefined ? [one[name]] : [])),
      path.urn === undefined ? [held] : [held[path.urn.toLowerCase()] ?? {}],
    )
}
