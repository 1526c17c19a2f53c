import { attributeAt, canonicalPath } from '../scim/definition.ts'
import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import type { AttributePath, PatchPath } from '../scim/path.ts'
import { attributeKey } from './attribute-claims.ts'
import type { BoundPlace, BoundRules, Claim, Reach } from './bound.ts'
import type { ElementFilter } from './place.ts'

type Reaching = Pick<BoundRules, 'reach' | 'claimsOn'>

const free: Reach = { kind: 'free' }
const absent: Reach = { kind: 'absent' }
const spared: ReadonlySet<string> = new Set(['id', 'schemas', 'meta'])

type Definitions = Pick<BoundRules, 'client' | 'upstream'>

/** What paths of the client view are to the rules. */
export function createReach(
  claims: readonly Claim[],
  { client, upstream }: Definitions,
  isDropping: boolean,
): Reaching {
  const byAttribute = Map.groupBy(claims, ({ at }) => attributeKey(at.path.urn, at.path.name))
  const byUrn = Map.groupBy(claims, ({ at }) => fold(at.path.urn ?? ''))

  function settle(path: AttributePath): AttributePath {
    const { urn, name, sub } = path
    const given = {
      ...(urn === undefined ? {} : { urn }),
      ...(name === undefined ? {} : { name }),
      ...(sub === undefined ? {} : { sub }),
    }
    // A bare name that only an extension of the upstream's knows belongs to the rules: no client is shown it.
    const isHidden = urn === undefined && name !== undefined && attributeAt(client, { name }) === undefined
    return canonicalPath(isHidden ? upstream : client, given)
  }

  const claimsAt = ({ urn, name }: AttributePath): readonly Claim[] =>
    name === undefined
      ? (byUrn.get(fold(urn === client.core.id ? '' : (urn ?? ''))) ?? [])
      : (byAttribute.get(attributeKey(urn, name)) ?? [])

  function reach(path: PatchPath): Reach {
    const settled = settle(path)
    const found = claimsAt(settled)
    if (settled.name === undefined) return found.length === 0 ? unclaimed(settled) : { kind: 'divided', claims: found }
    if (found.length === 0 || (isDropping && found.every(({ at }) => at.kind === 'each'))) return unclaimed(settled)
    const reached = reachInto(found, { sub: settled.sub, filter: path.filter })
    return reached.kind === 'free' ? unclaimed(settled) : reached
  }

  function unclaimed({ urn, name }: AttributePath): Reach {
    if (!isDropping) return free
    return urn === undefined && name !== undefined && spared.has(fold(name)) ? free : absent
  }

  return { reach, claimsOn: (path) => claimsAt(settle(path)) }
}

interface Asked {
  readonly sub: string | undefined
  readonly filter: Filter | undefined
}

/** What is asked of an attribute that has claims. */
function reachInto(claims: readonly Claim[], asked: Asked): Reach {
  const each = claims.flatMap(({ at }) => (at.kind === 'each' ? [at] : []))
  const others = claims.filter(({ at }) => at.kind !== 'each')
  const reached = others.length === 0 ? free : reachClaimed(others, asked)
  if (each.length === 0 || (reached.kind !== 'free' && reached.kind !== 'divided')) return reached
  if (each.some((at) => isHiddenIn(at, asked))) return absent
  const isSeen = asked.sub !== undefined && each.every(({ path }) => fold(path.sub ?? '') !== fold(asked.sub ?? ''))
  return reached.kind === 'free' && isSeen ? free : { kind: 'divided', claims }
}

/** Whether just what is taken out of elements is asked for. */
const isHiddenIn = ({ path, filter }: BoundPlace, asked: Asked): boolean =>
  fold(path.sub ?? '') === fold(asked.sub ?? '') && (filter === undefined || isOwnFilter(asked.filter, filter))

/** The client's own claims come first: they are what it sees there. */
function reachClaimed(claims: readonly Claim[], asked: Asked): Reach {
  const ofClient = claims.filter(({ side }) => side === 'client')
  const exactly = ofClient.find(({ at }) => isExactly(at, asked))
  if (exactly !== undefined) return slotOf(exactly, 'slot')
  const whole = claims.filter(({ at }) => at.kind === 'whole' || at.kind === 'every')
  const around = whole.find(({ side, at }) => side === 'client' && at.kind === 'whole')
  if (around !== undefined) return slotOf(around, 'inside')
  const holding = ofClient.find(({ at }) => isInside(at, asked))
  if (holding !== undefined) return slotOf(holding, 'inside')
  // With a whole claim by the upstream only, what the client has is its own claims, and nothing else.
  if (whole.some(({ side }) => side === 'upstream') && ofClient.length === 0) return absent
  // The client's own elements are seen where the upstream's are claimed, all of them.
  const isOwned = ({ at }: Claim) =>
    at.kind !== 'whole' && at.kind !== 'every' && (isExactly(at, asked) || isInside(at, asked))
  if (claims.some(isOwned)) return absent
  const apart = claims.every(({ at }) => at.kind === 'part' && isApart(at, asked))
  return apart ? free : { kind: 'divided', claims }
}

const slotOf = ({ lens, slot }: Claim, kind: 'slot' | 'inside'): Reach =>
  lens === undefined || slot === undefined ? absent : { kind, lens, slot }

/** Whether the place itself is asked for. */
function isExactly(at: BoundPlace, { sub, filter }: Asked): boolean {
  if (fold(sub ?? '') !== fold(at.path.sub ?? '')) return false
  return at.filter === undefined ? filter === undefined : isOwnFilter(filter, at.filter)
}

/** Whether a part of the place is asked for: a sub-attribute of a whole element. */
const isInside = (at: BoundPlace, { filter }: Asked): boolean =>
  at.filter !== undefined && at.path.sub === undefined && isOwnFilter(filter, at.filter)

/** Whether another sub-attribute of the same attribute is asked for. */
const isApart = (at: BoundPlace, { sub, filter }: Asked): boolean =>
  filter === undefined && sub !== undefined && fold(sub) !== fold(at.path.sub ?? '')

/** Whether a filter is the rule's own: one `eq` with its literal, text in any case. */
export function isOwnFilter(filter: Filter | undefined, own: ElementFilter): boolean {
  if (filter?.kind !== 'compare' || filter.operator !== 'eq' || filter.path.sub !== undefined) return false
  if (fold(filter.path.name ?? '') !== fold(own.sub)) return false
  const { value } = filter
  return typeof value === 'string' && typeof own.value === 'string'
    ? fold(value) === fold(own.value)
    : value === own.value
}
