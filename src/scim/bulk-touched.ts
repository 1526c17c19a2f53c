import { fold } from './fold.ts'
import { isObject, type Json } from './json.ts'
import type { BulkOperation } from './request.ts'

/** What an operation changes and what it only speaks of, as keys: two that share one, of which one changes it, keep their order. */
export interface Touched {
  readonly changes: ReadonlySet<string>
  readonly names: ReadonlySet<string>
}

/**
 * What each operation of a Bulk touches: the resource at its path; the others of the Bulk's resources that its data name
 * (a member that is deleted further on); and the values that must be one resource's alone, as far as the data show them.
 */
export function touchedBy(operations: readonly BulkOperation[]): readonly Touched[] {
  const targets = operations.map(({ path }) => targetOf(path))
  const ids = new Set(targets.flatMap((target) => target?.id ?? []))
  return operations.map(({ data }, index) => {
    const target = targets[index]
    const found: Found = { ids, values: new Set(), named: new Set() }
    if (data !== undefined) look(data, undefined, found)
    const type = target?.type ?? ''
    return {
      changes: new Set([
        ...(target?.id === undefined ? [] : [`id ${target.id}`]),
        ...[...found.values].map((value) => `${type} ${value}`),
      ]),
      names: new Set([...found.named].map((id) => `id ${id}`)),
    }
  })
}

/** `/Users/2819c223` as its type and id; a create's has no id. Ids are compared without case: too much order harms nobody. */
function targetOf(path: string): { readonly type: string; readonly id?: string } | undefined {
  const [route = ''] = path.split('?', 1)
  const [type = '', id] = route.replace(/^\//, '').split('/')
  return { type: fold(type), ...(id === undefined || id === '' ? {} : { id: fold(decoded(id)) }) }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

interface Found {
  readonly ids: ReadonlySet<string>
  readonly values: Set<string>
  readonly named: Set<string>
}

/** What servers hold to be one resource's alone (RFC 7643 §4.1, RFC 7644 §3.3). */
const unique: ReadonlySet<string> = new Set(['username', 'externalid'])

/** As deep as data go that a client may send: Bulk > PatchOp > value > element > sub-attribute. */
const maxDepth = 10

function look(value: Json, name: string | undefined, found: Found, depth = 0): void {
  if (typeof value === 'string') {
    if (name !== undefined && unique.has(name)) found.values.add(`${name} ${fold(value)}`)
    for (const id of idsIn(value)) if (found.ids.has(id)) found.named.add(id)
  } else if (Array.isArray(value)) {
    if (depth < maxDepth) for (const item of value) look(item, name, found, depth + 1)
  } else if (isObject(value) && depth < maxDepth) {
    const path = value['path']
    // A PATCH names the attribute in its path, and holds the value elsewhere.
    const patched = typeof path === 'string' ? fold(path.slice(path.lastIndexOf(':') + 1)) : undefined
    for (const [key, member] of Object.entries(value))
      look(member, fold(key) === 'value' && patched !== undefined ? patched : fold(key), found, depth + 1)
  }
}

/** The text itself, the end of a location, and words in quotes (`members[value eq "2819c223"]`). */
function idsIn(text: string): readonly string[] {
  const folded = fold(text)
  const parts = folded.includes('"') ? folded.split('"') : [folded]
  return folded.includes('/') ? [...parts, folded.slice(folded.lastIndexOf('/') + 1)] : parts
}
