import { readAttributePath } from '../scim/attribute-path.ts'
import { canonicalPath } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import { type AttributeClaims, attributeKey } from './attribute-claims.ts'
import type { BoundRules } from './bound.ts'

/** What a name at the top of a resource is, where it is more than a free one. */
export type Entry =
  | { readonly kind: 'attribute'; readonly index: number }
  | { readonly kind: 'container'; readonly number: number; readonly members: ReadonlyMap<string, number> }
  | { readonly kind: 'schemas' }
  /** Another name for something that rules claim: it is not there, lest the other side takes it for that. */
  | { readonly kind: 'alias' }
  | { readonly kind: 'urn'; readonly urn: string }

interface Names {
  /** What rules reach into; by their number, as the containers are. */
  readonly attributes: readonly AttributeClaims[]
  readonly containers: readonly string[]
  /** By attribute key. */
  readonly numbers: ReadonlyMap<string, number>
}

/** Finds what a name at the top of a resource is, in any case. */
export function finding(
  { client, upstream }: BoundRules,
  { attributes, containers, numbers }: Names,
): (name: string) => Entry | undefined {
  const entries = entriesOf(attributes, containers)
  /** `department`, `name.formatted`, `urn:...:User:department`: an upstream may read them as the attribute itself. */
  const isAlias = (name: string): boolean => {
    const path = readAttributePath(name)
    return (
      path !== undefined &&
      [upstream, client].some((definition) => {
        const { urn, name: attribute } = canonicalPath(definition, path)
        const index = attribute === undefined ? undefined : numbers.get(attributeKey(urn, attribute))
        return index !== undefined && (attributes[index]?.claims.length ?? 0) > 0
      })
    )
  }
  const spelt = new Map([...client.extensions, ...upstream.extensions].map(({ id }) => [fold(id), id]))
  return (name) => {
    const entry = entries.get(fold(name))
    if (entry !== undefined) return entry
    if (isAlias(name)) return { kind: 'alias' }
    return name.includes(':') ? { kind: 'urn', urn: spelt.get(fold(name)) ?? name } : undefined
  }
}

function entriesOf(attributes: readonly AttributeClaims[], containers: readonly string[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>([['schemas', { kind: 'schemas' }]])
  for (const [index, { path }] of attributes.entries())
    if (path.urn === undefined) entries.set(fold(path.name), { kind: 'attribute', index })
  for (const [number, urn] of containers.entries()) {
    const members = attributes.flatMap(({ path }, index): [string, number][] =>
      fold(path.urn ?? '') === fold(urn) ? [[fold(path.name), index]] : [],
    )
    entries.set(fold(urn), { kind: 'container', number, members: new Map(members) })
  }
  return entries
}
