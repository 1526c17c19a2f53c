import type { Json } from '../scim/json.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { BoundLens, BoundSlot } from './bound.ts'
import { allOf, atMost, type Bounds, nothing, unknown } from './filter-bounds.ts'
import { type Comparing, clientTest, comparisonOf, isText, isWiderText, type Question } from './filter-compare.ts'
import { askUpstream } from './filter-upstream.ts'
import type { Bindings } from './pattern.ts'
import { printInward } from './print-inward.ts'
import { isBlindToCase, isCaseless } from './text-case.ts'

/** What a text is asked for upstream: whole, or as a piece of what stands there. */
interface Piece {
  readonly operator: 'eq' | 'co' | 'sw' | 'ew'
  readonly text: string
}

/** A slot of a rule that has several on a side. It has a value only where the whole pattern fits. */
export function presentThroughSeveral(lens: BoundLens, definition: ResourceDefinition): Bounds {
  const reason = `${lens.client.map(({ at }) => at.text).join(' and ')} has a value only where the rule's patterns fit`
  // Between texts a hole has at least one character; a lone one may be the empty text.
  const asked = lens.upstream.filter(({ pattern }) => isJoined(lens.client, pattern.holes) || pattern.parts.length > 1)
  return atMost(allOf(asked.map(({ at }) => askUpstream(at, { kind: 'present' }, definition))), reason)
}

const isJoined = (slots: readonly BoundSlot[], holes: readonly string[]): boolean =>
  slots.some(({ pattern }) => pattern.parts.length > 1 && pattern.holes.some((hole) => holes.includes(hole)))

/**
 * `eq` of a slot of a rule that has several on a side. A client's attribute that holds all holes tells all upstream parts;
 * one that holds some tells what stands in the joined text.
 */
export function equalThroughSeveral(
  lens: BoundLens,
  slot: BoundSlot,
  comparing: Comparing,
  definition: ResourceDefinition,
): Bounds {
  const reason = `${slot.at.text} stands for a part of what the upstream has, or is not compared as that is`
  const comparison = comparisonOf(slot.at.leaf, comparing)
  const { value } = comparing
  if (!isText(comparison) || typeof value !== 'string' || !slot.pattern.exact) return unknown(reason)
  if (comparison === 'folded' && !isBlindToCase(slot.pattern, value)) return unknown(reason)
  const bindings = slot.pattern.match(value)
  if (bindings === undefined) return nothing
  const answers = lens.upstream.map((one) => askPart(one, { bindings, slot, definition }))
  const all = allOf(answers)
  // Where another attribute of the client's has a hole, some part is not known.
  if (all.reason !== undefined) return atMost(all, reason)
  const shown = lens.inward(lens.upstream.map(({ pattern }) => printInward(pattern, bindings)))
  return clientTest(slot.at.leaf, comparing)(shown.values[0]) ? all : nothing
}

interface Given {
  readonly bindings: Bindings
  /** The client's slot, and how it compares. */
  readonly slot: BoundSlot
  readonly definition: ResourceDefinition
}

/** What is known of an upstream slot when these holes are. */
function askPart(upstream: BoundSlot, { bindings, slot, definition }: Given): Bounds {
  const reason = `${slot.at.text} is only a part of ${upstream.at.text}, or not compared as that is upstream`
  const piece = pieceOf(upstream, bindings)
  if (piece === undefined) return unknown(reason)
  const { operator, text } = piece
  const question: Question & Comparing = { kind: 'compare', operator, value: text }
  const here = comparisonOf(slot.at.leaf, { operator: 'eq', value: text })
  const there = comparisonOf(upstream.at.leaf, question)
  if (!isWiderText(here, there, question)) return unknown(reason)
  const answer = askUpstream(upstream.at, question, definition)
  const isAlike = operator === 'eq' && (here === there || isCaseless(text)) && upstream.at.leaf?.multiValued !== true
  return isAlike && isBlindToCase(upstream.pattern, text) ? answer : atMost(answer, reason)
}

/** The text that stands upstream for sure, and where. */
function pieceOf({ pattern }: BoundSlot, bindings: Bindings): Piece | undefined {
  const { parts, holes } = pattern
  if (holes.every((hole) => bindings.has(hole))) {
    const text = printInward(pattern, bindings)
    return typeof text === 'string' ? { operator: 'eq', text } : undefined
  }
  const at = parts.findIndex((part) => 'hole' in part && part.pipes.length === 0 && bindings.has(part.hole))
  if (at < 0) return undefined
  const around = [parts[at - 1], parts[at], parts[at + 1]]
  const texts = around.map((part): Json | undefined =>
    part === undefined ? '' : 'text' in part ? part.text : bindings.get(part.hole),
  )
  if (!texts.every((text) => typeof text === 'string')) return undefined
  return { operator: at <= 1 ? 'sw' : at >= parts.length - 2 ? 'ew' : 'co', text: texts.join('') }
}
