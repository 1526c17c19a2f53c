import type { Json } from '../scim/json.ts'
import type { Resource } from '../scim/resource.ts'
import type { ListCall, ListQuestion } from './list-calls.ts'
import type { Source } from './listing.ts'
import { type Asked, largestPage, type Page, type Place, type Reading, walkPages } from './page.ts'
import type { Plan } from './step.ts'

/** A place in lists that stand one after the other: in which one, on which page, behind how many resources of it. */
export interface Position {
  readonly call: number
  readonly place: Place
  readonly skip: number
  /** Resources that a page is asked to hold: an upstream's cursor goes with it (RFC 9865 §2.1). */
  readonly size: number
}

export const startOf = (size: number): Position => ({ call: 0, place: {}, skip: 0, size })

export interface Found {
  readonly source: Source
  readonly resource: Resource
}

export interface Sequence {
  readonly calls: readonly ListCall[]
  /** Whether only what decides is asked for. */
  readonly isNarrow?: boolean
  /** Pages after which it stops, wherever it is. */
  readonly maxPages?: number
  /** Told how many resources each page held, counting or not. */
  onPage?(resources: number): void
}

/** Told of a resource that counts, and where the next one that does stands; answers whether it wants more. */
export type Visit = (found: Found, behind: () => Position | undefined) => boolean

/** What a call is asked, in pages as large as they may be. */
export function askedOf(
  call: ListCall,
  reading: Reading,
  { size, isNarrow }: { size?: number; isNarrow?: boolean },
): Asked {
  const { definition } = call.source
  const query: ListQuestion = (isNarrow ? call.narrow : undefined) ?? call.query
  const largest = largestPage(reading.capabilities, definition, query)
  return { definition, query, size: Math.min(size ?? largest, largest), reason: call.reason }
}

/**
 * Reads lists one after the other from a position on, and tells of each resource that counts, until `visit` has enough.
 * @returns the position behind the last one that was told of; undefined where there is nothing behind it
 */
export function* readSequence(
  { calls, isNarrow = false, maxPages = Number.POSITIVE_INFINITY, onPage }: Sequence,
  from: Position,
  reading: Reading,
  visit: Visit,
): Plan<Position | undefined> {
  let pages = 0
  let position: Position | undefined = from
  while (position !== undefined) {
    const { call: number, size }: Position = position
    const call = calls[number]
    if (call === undefined) return undefined
    const following: Position | undefined =
      number + 1 < calls.length ? { ...startOf(size), call: number + 1 } : undefined
    let { skip } = position
    let stop: { readonly at: Position | undefined } | undefined
    const asked = askedOf(call, reading, { size, isNarrow })
    yield* walkPages(asked, position.place, reading, ({ page, place }) => {
      pages += 1
      onPage?.(page.resources.length)
      const behind = (index: number) =>
        behindOf({ call: number, place, skip: nextMatch(call, page, index), size }, page, following)
      for (let index = nextMatch(call, page, skip); index < page.resources.length; ) {
        const resource = page.resources[index]
        const next = index + 1
        if (resource !== undefined && !visit({ source: call.source, resource }, () => behind(next)))
          stop = { at: behind(next) }
        if (stop !== undefined) return false
        index = nextMatch(call, page, next)
      }
      skip = 0
      if (pages >= maxPages) stop = { at: behind(page.resources.length) }
      return stop === undefined
    })
    if (stop !== undefined) return stop.at
    position = following
  }
  return undefined
}

function nextMatch({ judge }: ListCall, { resources }: Page, from: number): number {
  for (let index = from; index < resources.length; index++) {
    const resource = resources[index]
    if (resource !== undefined && judge?.(resource) !== false) return index
  }
  return resources.length
}

const behindOf = (at: Position, page: Page, following: Position | undefined): Position | undefined =>
  at.skip < page.resources.length ? at : page.next === undefined ? following : { ...at, place: page.next, skip: 0 }

/** A position in a cursor. */
export const positionJson = ({ call, place, skip, size }: Position): Json[] => [
  call,
  place.cursor ?? place.startIndex ?? null,
  skip,
  size,
]

/** @returns undefined where it is none */
export function positionIn([call, place, skip, size]: readonly Json[]): Position | undefined {
  if (typeof call !== 'number' || typeof skip !== 'number' || typeof size !== 'number') return undefined
  return {
    call,
    place: typeof place === 'string' ? { cursor: place } : typeof place === 'number' ? { startIndex: place } : {},
    skip,
    size,
  }
}
