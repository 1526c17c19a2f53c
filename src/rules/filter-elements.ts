import { subAttributeNamed } from '../scim/definition.ts'
import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import type { JsonObject } from '../scim/json.ts'
import { compileElementFilter } from '../scim/match.ts'
import type { BoundLens, Claim } from './bound.ts'
import { allOf, anyOf, atMost, type Bounds, exactly, nothing, unknown } from './filter-bounds.ts'
import { type AskedElements, askFreeElements, ofElements } from './filter-free-elements.ts'
import { askInside, elementAnswers, renamedWhole } from './filter-inside.ts'
import { askSlot } from './filter-slot.ts'
import { type Answers, answer } from './filter-tree.ts'
import { filterOf, upstreamPath } from './filter-upstream.ts'

type ClientClaim = Claim & { readonly lens: BoundLens; readonly slot: number }

const isOfClient = (claim: Claim): claim is ClientClaim =>
  claim.side === 'client' && claim.lens !== undefined && claim.slot !== undefined

/**
 * Whether some element of an attribute passes that rules reach into. The client's elements are those that rules make, each
 * by itself, and those of the upstream's that no rule claims.
 * @param askPart asks a sub-attribute of a single complex attribute
 */
export function askElements(asked: AskedElements, askPart: Answers['ask']): Bounds {
  const { claims, path } = asked
  const ofClient = claims.filter(isOfClient)
  const [first] = ofClient
  const kinds = new Set(claims.flatMap(({ at }) => (at.kind === 'each' ? [] : [at.kind])))
  const unclear = unknown(`rules divide ${path.name ?? ''}, so that its elements are asked here`)
  if (first?.at.kind === 'whole') return askRenamed(asked, first)
  if (kinds.has('part')) return kinds.size === 1 ? askParts(asked, askPart) : unclear
  if (first?.at.kind === 'every') return ofClient.length === 1 ? askEvery(asked, first) : unclear
  const made = [...Map.groupBy(ofClient, filterKey).values()].map((group) => askMade(asked, group))
  // What the upstream has under a name that a rule claims wholly is not shown.
  const isAllClaimed = kinds.has('whole') || kinds.has('every')
  return anyOf(isAllClaimed ? made : [...made, askFreeElements(asked)])
}

const filterKey = ({ at: { filter } }: ClientClaim): string =>
  `${fold(filter?.sub ?? '')} ${fold(JSON.stringify(filter?.value))}`

/** A whole attribute that is called otherwise upstream has the same elements there. */
function askRenamed({ bound, of, attribute }: AskedElements, { lens, at }: ClientClaim): Bounds {
  const reason = `the elements of ${at.text} are not those of one attribute upstream`
  const whole = renamedWhole(lens)
  if (whole === undefined) return unknown(reason)
  const inner = answer(of, elementAnswers(attribute, lens.upstream[0]?.at.attribute, reason))
  return ofElements(upstreamPath(whole, bound.upstream), inner, reason)
}

/** The one value of a complex attribute, of which rules claim parts: each is asked where it is. */
function askParts({ of, attribute, path }: AskedElements, askPart: Answers['ask']): Bounds {
  const reason = `rules divide ${path.name ?? ''}, so that it is seen here whether it is there at all`
  const ask: Answers['ask'] = ({ name = '' }, question) => askPart({ ...path, sub: name }, question)
  const parts = answer(of, { ask, elements: () => unknown(reason) })
  return compileElementFilter(of, attribute)({}) ? atMost(parts, reason) : parts
}

/** Elements that a rule makes of a list of values, each with one thing in it. */
function askEvery({ bound, of }: AskedElements, { at, lens, slot }: ClientClaim): Bounds {
  const unclear = unknown(`${at.text} is a list of values upstream, of which only one thing can be asked at a time`)
  const isSingle = of.kind === 'present' || (of.kind === 'compare' && of.operator !== 'ne' && of.value !== null)
  if (!isSingle) return unclear
  const isOwn = fold(of.path.name ?? '') === fold(at.path.sub ?? '')
  const ask: Answers['ask'] = (_path, question) => askSlot(lens, slot, question, bound.upstream)
  return isOwn ? answer(of, { ask, elements: () => unclear }) : nothing
}

/** The one element that rules make of their values, under one filter. */
function askMade({ bound, of, attribute }: AskedElements, group: readonly ClientClaim[]): Bounds {
  const filter = group[0]?.at.filter
  if (filter === undefined) return nothing
  const literal: JsonObject = { [filter.sub]: filter.value }
  const onLiteral = (one: Filter): boolean => compileElementFilter(one, attribute)(literal)
  const whole = group.find(({ at }) => at.path.sub === undefined)
  const ask: Answers['ask'] = (path, question) => {
    const name = path.name ?? ''
    const own = group.find(({ at }) => fold(at.path.sub ?? '') === fold(name))
    if (own !== undefined) return askSlot(own.lens, own.slot, question, bound.upstream)
    if (whole === undefined || fold(name) === fold(filter.sub)) return exactly(onLiteral(filterOf(path, question)))
    return askInside(
      whole.lens,
      { attribute: attribute && subAttributeNamed(attribute, name), sub: name },
      question,
      bound,
    )
  }
  const asked = answer(of, { ask, elements: () => nothing })
  // Without a value of its rules the element is not there, whatever is asked of it.
  if (!onLiteral(of)) return asked
  return allOf([asked, anyOf(group.map(({ lens, slot }) => askSlot(lens, slot, { kind: 'assigned' }, bound.upstream)))])
}
