import { fold } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import { attributeIn, type Resource } from '../scim/resource.ts'
import { isBlank } from './blank.ts'
import type { BoundRules } from './bound.ts'
import { remembering } from './remember.ts'

/**
 * What a translated resource lists in `schemas`: the core schema, the extensions that it holds, and the URNs of the
 * original that nobody knows (a schema may have no attributes), unless rules reach into them.
 */
export function schemasLister({ client, upstream, claims }: BoundRules): (made: Resource, from: Resource) => Json[] {
  const known = new Map<string, string>()
  for (const { core, extensions } of [client, upstream])
    for (const { id } of [core, ...extensions]) known.set(fold(id), id)
  const isKnown = new Set([...known.keys(), ...claims.map(({ at }) => fold(at.path.urn ?? ''))])
  const isSettled = remembering((urn) => isKnown.has(fold(urn)))
  const urnOf = remembering((name) => (name.includes(':') ? (known.get(fold(name)) ?? name) : undefined))
  return (made, from) => {
    const urns: Json[] = [upstream.core.id]
    for (const name in made) {
      const urn = urnOf(name)
      if (urn !== undefined && !isBlank(made[name])) urns.push(urn)
    }
    const listed = attributeIn(from, 'schemas')
    if (!Array.isArray(listed)) return urns
    for (const urn of listed) if (typeof urn === 'string' && !isSettled(urn) && !urns.includes(urn)) urns.push(urn)
    return urns
  }
}
