import { schemaNamed, subAttributeNamed } from './definition.ts'
import { isSame } from './equality.ts'
import { fold } from './fold.ts'
import { isObject, type Json, type JsonObject, put } from './json.ts'
import type { PatchOperation } from './patch.ts'
import { isReference, targetOf } from './patch-target.ts'
import type { AttributePath } from './path.ts'
import { attributeIn, isAssigned, type Resource } from './resource.ts'
import type { Attribute, ResourceDefinition } from './schema.ts'

/** The names that are never a client's to change, whatever a definition says. */
const serverNames: ReadonlySet<string> = new Set(['schemas', 'id', 'meta'])

interface Change {
  readonly path: AttributePath
  readonly before: Json | undefined
  readonly after: Json | undefined
  readonly attribute: Attribute | undefined
}

/**
 * The operations that turn `before` into `after`, each with a path, and none for what is equal (RFC 7643 §2.5: null, the
 * empty list and absence are one; lists have no order; names no case). Members are added and removed one by one, other
 * lists replaced whole. What is readOnly, or never returned and so cannot be compared (a password), is left out.
 */
export function diffResources(before: Resource, after: Resource, definition: ResourceDefinition): PatchOperation[] {
  return changesIn(before, after, definition).flatMap((change) =>
    isSame(change.before, change.after) ? [] : operationsOf(change),
  )
}

function changesIn(before: Resource, after: Resource, definition: ResourceDefinition): Change[] {
  const changes: Change[] = []
  for (const name of namesIn(before, after)) {
    if (serverNames.has(fold(name))) continue
    const [from, to] = [attributeIn(before, name), attributeIn(after, name)]
    const urn = name.includes(':') ? (schemaNamed(definition, name)?.id ?? name) : undefined
    if (urn === undefined) changes.push(changeOf({ name }, from, to, definition))
    else changes.push(...changesInSchema(urn, from, to, definition))
  }
  return changes.filter(({ attribute }) => attribute?.mutability !== 'readOnly' && attribute?.returned !== 'never')
}

function changesInSchema(
  urn: string,
  before: Json | undefined,
  after: Json | undefined,
  definition: ResourceDefinition,
): Change[] {
  const from = isObject(before) ? before : {}
  const to = isObject(after) ? after : {}
  return namesIn(from, to).map((name) =>
    changeOf({ urn, name }, attributeIn(from, name), attributeIn(to, name), definition),
  )
}

function changeOf(
  path: AttributePath & { readonly name: string },
  before: Json | undefined,
  after: Json | undefined,
  definition: ResourceDefinition,
): Change {
  const { attribute } = targetOf(path, definition)
  return { path: { ...path, name: attribute?.name ?? path.name }, before, after, attribute }
}

/** The names of two objects, each once, those of the second first. */
function namesIn(before: JsonObject, after: JsonObject): string[] {
  const names = new Map<string, string>()
  for (const name of [...Object.keys(after), ...Object.keys(before)])
    if (!names.has(fold(name))) names.set(fold(name), name)
  return [...names.values()]
}

function operationsOf(change: Change): PatchOperation[] {
  const { path, before, after, attribute } = change
  if (!isAssigned(after)) return isAssigned(before) ? [{ op: 'remove', path }] : []
  if (isReference(attribute) && attribute?.multiValued === true) return referenceOperations(change)
  if (isObject(before) && isObject(after)) return memberOperations(change, before, after)
  return [{ op: 'replace', path, value: after }]
}

/**
 * A complex value: what changed of it in one replace, which leaves the rest as it is (RFC 7644 §3.5.2.3). What a server
 * tells beside a reference (`$ref`, `displayName`) is not removed by a client that does not repeat it.
 */
function memberOperations({ path, attribute }: Change, before: JsonObject, after: JsonObject): PatchOperation[] {
  const changed: JsonObject = {}
  const removed: PatchOperation[] = []
  for (const name of namesIn(before, after)) {
    const sub = attribute && subAttributeNamed(attribute, name)
    const value = attributeIn(after, name)
    if (sub?.mutability === 'readOnly' || isSame(attributeIn(before, name), value)) continue
    if (value !== undefined && isAssigned(value)) put(changed, sub?.name ?? name, value)
    else if (!isReference(attribute) || sub?.name === 'value')
      removed.push({ op: 'remove', path: { ...path, sub: sub?.name ?? name } })
  }
  if (Object.keys(changed).length === 0) return removed
  return [{ op: 'replace', path, value: changed }, ...removed]
}

/** Members and the like: those that went, one by one, and those that came, at once. */
function referenceOperations({ path, before, after, attribute }: Change): PatchOperation[] {
  const from = byValue(before)
  const to = byValue(after)
  if (from === undefined || to === undefined || after === undefined)
    return [{ op: 'replace', path, value: after ?? [] }]
  const gone = [...from].filter(([value, element]) => !stays(element, to.get(value), attribute)).map(([value]) => value)
  const come = [...to].filter(([value, element]) => !stays(from.get(value), element, attribute)).map(([, one]) => one)
  if (gone.length > 0 && gone.length === from.size) return [{ op: 'replace', path, value: after }]
  const removals = gone.map(
    (value): PatchOperation => ({
      op: 'remove',
      path: { ...path, filter: { kind: 'compare', operator: 'eq', path: { name: 'value' }, value } },
    }),
  )
  return come.length === 0 ? removals : [...removals, { op: 'add', path, value: come }]
}

/** The elements by their `value`; undefined where one has none, or two have the same. */
function byValue(list: Json | undefined): ReadonlyMap<string, JsonObject> | undefined {
  const elements = new Map<string, JsonObject>()
  const folded = new Set<string>()
  for (const element of Array.isArray(list) ? list : []) {
    const value = isObject(element) ? attributeIn(element, 'value') : undefined
    if (!isObject(element) || typeof value !== 'string' || folded.has(fold(value))) return undefined
    // A filter may not tell ids apart that differ by case only, so that these cannot be removed one by one.
    folded.add(fold(value))
    elements.set(value, element)
  }
  return elements
}

/** Whether an element is there already as the client has it: what it does not repeat (`display`, `$ref`) may stay. */
function stays(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  attribute: Attribute | undefined,
): boolean {
  if (before === undefined || after === undefined) return false
  return Object.keys(after).every((name) => {
    const sub = attribute && subAttributeNamed(attribute, name)
    return sub?.mutability === 'readOnly' || isSame(attributeIn(before, name), attributeIn(after, name))
  })
}
