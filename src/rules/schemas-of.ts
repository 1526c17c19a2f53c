import { fold } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import { attributeIn, type Resource } from '../scim/resource.ts'
import { isBlank } from './blank.ts'
import type { BoundRules } from './bound.ts'

/**
 * What a translated resource lists in `schemas`: the core schema, the extensions that it holds, and the URNs of the
 * original that nobody knows (a schema may have no attributes), unless rules reach into them.
 */
export function schemasLister({ client, upstream, claims }: BoundRules): (made: Resource, from: Resource) => Json[] {
  const known = new Map<string, string>()
  for (const { core, extensions } of [client, upstream])
    for (const { id } of [core, ...extensions]) known.set(fold(id), id)
  const settled = new Set([...known.keys(), ...claims.map(({ at }) => fold(at.path.urn ?? ''))])
  return (made, from) => {
    const urns: Json[] = [upstream.core.id]
    for (const name in made) if (name.includes(':') && !isBlank(made[name])) urns.push(known.get(fold(name)) ?? name)
    const listed = attributeIn(from, 'schemas')
    for (const urn of Array.isArray(listed) ? listed : [])
      if (typeof urn === 'string' && !settled.has(fold(urn)) && !urns.includes(urn)) urns.push(urn)
    return urns
  }
}
