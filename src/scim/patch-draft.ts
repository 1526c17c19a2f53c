import { schemaNamed } from './definition.ts'
import { createElements, type Elements } from './elements.ts'
import { isSame } from './equality.ts'
import { ScimError } from './error.ts'
import { fold } from './fold.ts'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import { isAssigned, type Resource, spellingOf } from './resource.ts'
import type { Attribute, ResourceDefinition } from './schema.ts'

/** An attribute's place in a resource: at its top, or in the extension of this URN. */
export interface At {
  readonly urn?: string
  readonly name: string
}

/** A resource while a PATCH is applied to it: what changes is copied, the rest shared with the original. */
export interface Draft {
  read(at: At): Json | undefined
  write(at: At, value: Json | undefined): void
  /** The attribute as elements that stay indexed over many operations. A single value counts as a list of one. */
  elements(at: At, attribute: Attribute | undefined): Elements
  /** The names under an extension that have a value. */
  namesIn(urn: string): readonly string[]
  /** The resource as it is now: the original itself when nothing changed. */
  finish(): Resource
}

/**
 * Elements that one PATCH may look at one by one. A group of 100,000 members may be filtered twenty times; a PATCH
 * that asks more is made to keep the gateway busy.
 */
const maxVisits = 2_000_000

export function createDraft(resource: Resource, definition: ResourceDefinition): Draft {
  let root = resource
  const extensions = new Map<string, JsonObject>()
  const lists = new Map<string, { at: At; elements: Elements; original: Json | undefined }>()
  const touched = new Set<string>()
  let isRootCopied = false
  let stores = 0
  let visits = 0

  function spend(count: number): void {
    visits += count
    if (visits > maxVisits)
      throw new ScimError(400, 'this PATCH compares too many values: send it in parts', { scimType: 'tooMany' })
  }

  function holderOf(urn: string | undefined): JsonObject | undefined {
    if (urn === undefined) return root
    const copied = extensions.get(fold(urn))
    if (copied !== undefined) return copied
    const spelling = spellingOf(root, urn)
    const held = spelling === undefined ? undefined : root[spelling]
    return isObject(held) ? held : undefined
  }

  function store({ urn, name }: At, value: Json | undefined): void {
    const holder = writableHolder(urn)
    // Names are looked for without case, one by one, so that thousands of unknown ones in one PATCH would cost squares.
    stores += 1
    spend(5 * stores)
    const spelling = spellingOf(holder, name) ?? name
    if (isAssigned(value)) put(holder, spelling, value)
    else delete holder[spelling]
  }

  /** The object that holds the attribute, copied when it is first written to. */
  function writableHolder(urn: string | undefined): JsonObject {
    if (urn === undefined) {
      if (!isRootCopied) root = { ...root }
      isRootCopied = true
      return root
    }
    const copied = extensions.get(fold(urn))
    if (copied !== undefined) return copied
    const copy = { ...holderOf(urn) }
    extensions.set(fold(urn), copy)
    touched.add(urn)
    return copy
  }

  function stored({ urn, name }: At): Json | undefined {
    const holder = holderOf(urn)
    const spelling = holder && spellingOf(holder, name)
    return holder === undefined || spelling === undefined ? undefined : holder[spelling]
  }

  function settle(key: string): void {
    const open = lists.get(key)
    if (open === undefined) return
    lists.delete(key)
    const list = open.elements.list()
    if (list !== open.original) store(open.at, [...list])
  }

  function settleAll(): void {
    for (const key of [...lists.keys()]) settle(key)
  }

  return {
    read(at) {
      settle(keyOf(at))
      return stored(at)
    },
    write(at, value) {
      settle(keyOf(at))
      if (!isSame(stored(at), value)) store(at, value)
    },
    elements(at, attribute) {
      const key = keyOf(at)
      const open = lists.get(key)
      if (open !== undefined) return open.elements
      const value = stored(at)
      const original = Array.isArray(value) ? value : isAssigned(value) ? [value] : []
      spend(original.length)
      const elements = createElements(original, attribute, spend)
      lists.set(key, { at, elements, original })
      return elements
    },
    namesIn(urn) {
      settleAll()
      return Object.keys(holderOf(urn) ?? {})
    },
    finish() {
      settleAll()
      const next = withExtensions(root, extensions, touched, definition)
      // Operations may undo one another: a client that empties a group and fills it again has changed nothing.
      return isSame(resource, next) ? resource : next
    },
  }
}

const keyOf = ({ urn = '', name }: At): string => fold(`${urn}|${name}`)

/** Puts the changed extensions back, and keeps `schemas` true of them (RFC 7644 §3.5.2). */
function withExtensions(
  root: Resource,
  extensions: ReadonlyMap<string, JsonObject>,
  touched: ReadonlySet<string>,
  definition: ResourceDefinition,
): Resource {
  if (touched.size === 0) return root
  const next = { ...root }
  const schemas = Array.isArray(root['schemas']) ? [...root['schemas']] : undefined
  for (const urn of touched) {
    const spelling = spellingOf(next, urn) ?? schemaNamed(definition, urn)?.id ?? urn
    const extension = extensions.get(fold(urn)) ?? {}
    const listedAt = schemas?.findIndex((one) => typeof one === 'string' && fold(one) === fold(urn)) ?? -1
    if (Object.values(extension).some(isAssigned)) {
      put(next, spelling, extension)
      if (listedAt < 0) schemas?.push(spelling)
    } else {
      delete next[spelling]
      if (listedAt >= 0) schemas?.splice(listedAt, 1)
    }
  }
  return schemas === undefined ? next : { ...next, schemas }
}
