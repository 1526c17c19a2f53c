import { ScimError } from '../scim/error.ts'
import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import type { ListResult, ScimRequest } from '../scim/request.ts'
import { stepOf } from './forecast-step.ts'
import type { Foreseen, ForeseenCall } from './foreseen.ts'
import { planList } from './list.ts'
import type { ListMemory } from './list-memory.ts'
import type { Listing } from './listing.ts'
import type { Planning } from './planning.ts'
import type { Outcome, Plan, Step } from './step.ts'

type ListAsked = Extract<ScimRequest, { operation: 'list' }>

const pages = 'as many pages as there are'

/**
 * The calls of a page of a list: those that it takes where nothing matches, and those that it takes where there is no end
 * of what does.
 * @throws ScimError 400 for what can be decided nowhere
 */
export function foreseenList(listing: Listing, planning: Planning, memory: ListMemory): Foreseen {
  const { pageBudget } = planning.choices
  const least = walked(planList(listing, planning, memory), () => none).steps
  const { steps: most, isTooMany } = walked(planList(listing, planning, memory), endless(planning))
  const calls = [...Map.groupBy([...least, ...most], keyOf)].flatMap(([key, steps]): readonly ForeseenCall[] => {
    const [first] = steps
    if (first === undefined) return []
    const count = (all: readonly Step[]) => all.filter((step) => keyOf(step) === key).length
    const [few, many] = [count(least), count(most)]
    const times = {
      least: few,
      most: many > few && isTooMany ? pageBudget - (least.length - few) : Math.max(few, many),
    }
    const why = times.least === times.most ? undefined : pages
    return [{ ...stepOf(first, times, why), request: first.request, afterRead: few === 0 }]
  })
  const all = isTooMany ? pageBudget : most.length
  return { calls, total: { least: least.length, most: Math.max(least.length, all) } }
}

/** What it asks, wherever its pages begin, and however large they are. */
function keyOf({ request }: Step): string {
  if (request.operation !== 'list') return request.operation
  const { startIndex: _, count: __, cursor: ___, ...question } = request.query
  return JSON.stringify([request.definition?.type.name, question])
}

interface Walked {
  readonly steps: readonly Step[]
  readonly isTooMany: boolean
}

function walked(plan: Plan<unknown>, answer: (request: ListAsked) => ListResult): Walked {
  const steps: Step[] = []
  const served = (step: Step): Outcome => {
    steps.push(step)
    const { request } = step
    if (request.operation === 'list') return { kind: 'done', reply: { kind: 'list', list: answer(request) } }
    if (request.operation !== 'read') throw new Error('a list is served by reading')
    return { kind: 'done', reply: { kind: 'resource', status: 200, resource: { id: request.id } } }
  }
  try {
    let turn = plan.next([])
    while (turn.done !== true) turn = plan.next(turn.value.map(served))
    return { steps, isTooMany: false }
  } catch (error) {
    // What is beyond the budget is refused, but perhaps there is not so much.
    if (error instanceof ScimError && error.scimType === 'tooMany') return { steps, isTooMany: true }
    throw error
  }
}

const none: ListResult = { resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 }

/** Full pages, as many as there may be, or the one resource that there can be. */
function endless({ capabilities: { paging }, choices }: Planning): (request: ListAsked) => ListResult {
  let made = 0
  return ({ query, definition }) => {
    const isAlone = query.filter !== undefined && isOfOne(query.filter)
    const size = isAlone ? 1 : (query.count ?? 100)
    const resources = Array.from({ length: size }, () => ({ id: `${definition?.type.name}-${++made}` }))
    const list = { resources, itemsPerPage: size }
    if (isAlone) return { ...list, totalResults: 1, startIndex: 1 }
    if (paging.cursor && !paging.index) return { ...list, nextCursor: `${made}` }
    return { ...list, totalResults: choices.pageBudget * size, startIndex: query.startIndex ?? 1 }
  }
}

/** What only one resource can have (RFC 7643 §3.1, §4.1.1); an `externalId` is meant to tell a client's own apart. */
const telling: ReadonlySet<string> = new Set(['id', 'username', 'externalid'])

function isOfOne(filter: Filter): boolean {
  if (filter.kind === 'and') return isOfOne(filter.left) || isOfOne(filter.right)
  return (
    filter.kind === 'compare' &&
    filter.operator === 'eq' &&
    filter.path.sub === undefined &&
    telling.has(fold(filter.path.name ?? ''))
  )
}
