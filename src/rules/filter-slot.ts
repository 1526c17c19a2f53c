import { fold } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { isPresent } from '../scim/target.ts'
import type { BoundLens, BoundPlace, BoundSlot } from './bound.ts'
import { allOf, anyOf, atMost, type Bounds, between, unknown } from './filter-bounds.ts'
import {
  type Comparing,
  comparesAlike,
  comparisonOf,
  differenceOf,
  isText,
  isWiderText,
  type Question,
} from './filter-compare.ts'
import { equalThroughSeveral, presentThroughSeveral } from './filter-joined.ts'
import { askUpstream } from './filter-upstream.ts'
import { equalThrough } from './filter-values.ts'
import { hasList, isBlindToCase } from './text-case.ts'

/** A rule with one slot a side. */
interface Single {
  readonly lens: BoundLens
  readonly client: BoundSlot
  readonly upstream: BoundSlot
}

/** What the upstream can say of a client's slot of a rule. `assigned`: it is there at all, though perhaps as empty text. */
export function askSlot(
  lens: BoundLens,
  slot: number,
  question: Question | { readonly kind: 'assigned' },
  definition: ResourceDefinition,
): Bounds {
  const [client, upstream] = [lens.client[slot], lens.upstream[0]]
  if (client === undefined || upstream === undefined) return unknown('no rule has it')
  if (lens.client.length > 1 || lens.upstream.length > 1) return askSeveral(lens, client, question, definition)
  const single = { lens, client, upstream }
  if (question.kind === 'present') return taken(single, present(single, definition))
  if (question.kind === 'assigned') return taken(single, assigned(single, definition))
  return taken(single, compared(single, question, definition))
}

function askSeveral(
  lens: BoundLens,
  client: BoundSlot,
  question: Question | { readonly kind: 'assigned' },
  definition: ResourceDefinition,
): Bounds {
  if (question.kind !== 'compare') return presentThroughSeveral(lens, definition)
  if (question.operator === 'eq') return equalThroughSeveral(lens, client, question, definition)
  return unknown(`${client.at.text} is joined with others upstream, so that only whole values can be looked for there`)
}

/** What the upstream says of a part of a client's whole place, which a rule renames. */
export function shownWhole(lens: BoundLens, bounds: Bounds): Bounds {
  const [client, upstream] = [lens.client[0], lens.upstream[0]]
  return client === undefined || upstream === undefined ? bounds : taken({ lens, client, upstream }, bounds)
}

/** A value that cannot stand in the client's place is not shown, so that nothing is sure of what the upstream finds. */
function taken({ client, upstream }: Single, bounds: Bounds): Bounds {
  const isList = upstream.at.kind === 'every' || (upstream.at.kind === 'whole' && upstream.at.attribute?.multiValued)
  const { kind, path, filter } = client.at
  const isElement = kind === 'element' && path.sub === undefined
  const settles = upstream.at.leaf?.subAttributes?.some(({ name }) => fold(name) === fold(filter?.sub ?? ''))
  const takesAll = (kind !== 'every' || isList === true) && (!isElement || settles === false)
  return takesAll ? bounds : atMost(bounds, `${client.at.text} cannot show every value of ${upstream.at.text}`)
}

const isSeveral = ({ kind, leaf }: BoundPlace): boolean => kind === 'every' || leaf?.multiValued === true

function present({ lens, client, upstream }: Single, definition: ResourceDefinition): Bounds {
  const answer = askUpstream(upstream.at, { kind: 'present' }, definition)
  if (lens.isRename) return answer
  const { text } = client.at
  if (lens.table !== undefined) {
    const shown = ([, value]: readonly [string, Json]) => lens.inward([value]).values[0]
    const isSame = lens.table.pairs.every((pair) => isPresent(pair[1]) === isPresent(shown(pair)))
    return isSame ? answer : unknown(`the rule's values for ${text} hold an empty one`)
  }
  if (!client.pattern.exact) return unknown(`${text} is not what the upstream holds: ${lens.lossyBecause ?? ''}`)
  // A list of empty texts counts as absent, but not the text that they are joined to.
  const empty = `a list of empty texts counts as absent, and ${text} may be one here or upstream`
  if (hasList(upstream.pattern) && !hasList(client.pattern)) return atMost(answer, empty)
  return hasList(client.pattern) && !hasList(upstream.pattern) ? between(true, answer.lower, empty) : answer
}

/** The empty text is a value, too, though `pr` does not count it. */
function assigned({ client, upstream }: Single, definition: ResourceDefinition): Bounds {
  const { leaf } = upstream.at
  const answer = askUpstream(upstream.at, { kind: 'present' }, definition)
  if (leaf?.type === 'complex')
    return between(true, answer.lower, `${upstream.at.text} may be empty upstream, and ${client.at.text} is shown`)
  const empty = { kind: 'compare', operator: 'eq', value: '' } as const
  return isText(comparisonOf(leaf, empty)) ? anyOf([answer, askUpstream(upstream.at, empty, definition)]) : answer
}

function compared(single: Single, comparing: Comparing, definition: ResourceDefinition): Bounds {
  const { lens, client, upstream } = single
  const isEqual = comparing.operator === 'eq'
  if (lens.isRename) {
    if (comparesAlike(client.at.leaf, upstream.at.leaf, comparing))
      return askUpstream(upstream.at, comparing, definition)
    if (isEqual) return equalThrough(lens, comparing, definition)
    const reason = differenceOf(client.at, upstream.at, comparing)
    const isWider = isWiderText(...comparisonsOf(single, comparing), comparing)
    return isWider ? atMost(askUpstream(upstream.at, comparing, definition), reason) : unknown(reason)
  }
  const { text } = client.at
  if (!isEqual)
    return unknown(`a rule changes the values of ${text}, so that \`${comparing.operator}\` is decided here`)
  if (!client.pattern.exact) return unknown(`${text} is not what the upstream holds: ${lens.lossyBecause ?? ''}`)
  if (hasList(upstream.pattern) && !hasList(client.pattern)) return inText(single, comparing, definition)
  if (hasList(client.pattern) && !hasList(upstream.pattern)) return inList(single, comparing, definition)
  if (isSeveral(client.at) || isSeveral(upstream.at) || upstream.at.leaf?.type === 'complex')
    return unknown(`a rule changes the values of ${text}, of which there may be several`)
  return equalThrough(lens, comparing, definition)
}

const comparisonsOf = ({ client, upstream }: Single, comparing: Comparing) =>
  [comparisonOf(client.at.leaf, comparing), comparisonOf(upstream.at.leaf, comparing)] as const

/** An entry of the client's list stands somewhere in the upstream's text, if anywhere. */
function inText({ client, upstream }: Single, comparing: Comparing, definition: ResourceDefinition): Bounds {
  const reason = `${client.at.text} is joined to one text upstream`
  const part = { ...comparing, operator: 'co' } as const
  const here = comparisonOf(client.at.leaf, comparing)
  if (!isWiderText(here, comparisonOf(upstream.at.leaf, part), part)) return unknown(reason)
  return atMost(askUpstream(upstream.at, part, definition), reason)
}

/** The entries of the client's text stand in the upstream's list, unless that shows an entry as it is. */
function inList(single: Single, comparing: Comparing, definition: ResourceDefinition): Bounds {
  const { client, upstream } = single
  const reason = `${client.at.text} is a list upstream, whose entries may stand in another order`
  const isWider = isWiderText(...comparisonsOf(single, comparing), comparing)
  if (!isWider || !isBlindToCase(client.pattern, String(comparing.value))) return unknown(reason)
  const [list] = [...(client.pattern.match(comparing.value)?.values() ?? [])]
  const ask = (value: Json): Bounds =>
    typeof value === 'string' ? askUpstream(upstream.at, { ...comparing, value }, definition) : unknown(reason)
  const entries = Array.isArray(list) && upstream.pattern.whole ? allOf(list.map(ask)) : unknown(reason)
  return atMost(anyOf([entries, ask(comparing.value)]), reason)
}
