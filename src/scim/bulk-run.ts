import { awaiting, type Linked, orderOf } from './bulk-order.ts'
import { type Postponed, postpone, referencesOf, resolved } from './bulk-refs.ts'
import { bulkFailure, notMade } from './bulk-result.ts'
import { sideBySide } from './bulk-schedule.ts'
import { ScimError, toScimError } from './error.ts'
import { messageUrn } from './message.ts'
import type { BulkOperation, BulkResult } from './request.ts'

export interface BulkRun {
  /** After this many errors the rest is left undone and has no result (RFC 7644 §3.7.3). */
  readonly failOnErrors?: number | undefined
  /**
   * How many operations may be under way at a time: one unless told. With `failOnErrors` always one, so that not an
   * operation too many is done.
   */
  readonly parallel?: number
  /** Does one operation, its references resolved. What it throws is that operation's result. */
  carry(operation: BulkOperation): Promise<BulkResult>
}

/** How many operations of a Bulk go side by side where somebody else does them: each may be several calls. */
export const bulkSideBySide = 4

/** A create that is waiting for the ids of others to be complete. */
interface Incomplete {
  readonly index: number
  readonly additions: Postponed['additions']
  readonly waitingFor: Set<string>
}

interface State extends Linked {
  readonly results: Map<number, BulkResult>
  readonly ids: Map<string, string>
  readonly incomplete: Set<Incomplete>
  readonly run: BulkRun
}

/**
 * Does the operations of a Bulk in the request's order but for one thing: what an operation refers to by `bulkId:` is made
 * before it. Where creates refer to one another in a circle, one is made without the reference and patched when the other
 * has its id (RFC 7644 §3.7.1). Side by side go only operations that touch nothing in common (§3.7: reordering must leave
 * the same state behind).
 * @returns the results in the request's order: all, or with `failOnErrors` those that were come to.
 */
export async function runBulk(operations: readonly BulkOperation[], run: BulkRun): Promise<BulkResult[]> {
  const makers = new Map<string, number>()
  for (const [index, { method, bulkId }] of operations.entries()) {
    if (method === 'POST' && bulkId !== undefined) makers.set(bulkId, index)
  }
  const state: State = {
    operations,
    references: operations.map(referencesOf),
    results: new Map(),
    makers,
    ids: new Map(),
    incomplete: new Set(),
    run,
  }
  const order = orderOf(state)
  if (run.failOnErrors !== undefined || (run.parallel ?? 1) <= 1) await oneByOne(order, state)
  else await sideBySide(awaiting(order, state), run.parallel ?? 1, (index, isLast) => performOne(index, state, isLast))
  // Whatever these waited for was never come to.
  for (const waiting of [...state.incomplete]) abandon(waiting, [...waiting.waitingFor][0] ?? '', state)
  return [...state.results].sort(([a], [b]) => a - b).map(([, result]) => result)
}

function isStopped({ results, run }: State): boolean {
  if (run.failOnErrors === undefined) return false
  let errors = 0
  for (const { status } of results.values()) if (status >= 400) errors += 1
  return errors >= run.failOnErrors
}

async function oneByOne(order: readonly number[], state: State): Promise<void> {
  for (const index of order) {
    if (isStopped(state)) return
    await performOne(index, state, true)
  }
}

/**
 * Does one operation.
 * @param isLast whether all that comes before it is done
 * @returns false, with nothing done, where something before it may still give a value free that it wants for its own
 */
async function performOne(index: number, state: State, isLast: boolean): Promise<boolean> {
  const operation = state.operations[index]
  if (operation === undefined) return true
  const references = [...(state.references[index] ?? [])]
  const unmade = new Set(references.filter((bulkId) => isUnmade(bulkId, state)))
  const missing = references.find((bulkId) => !state.ids.has(bulkId) && !unmade.has(bulkId))
  if (missing !== undefined) {
    state.results.set(index, bulkFailure(operation, unresolvable(missing, state)))
    await settle(operation, state)
    return true
  }
  const circular = unmade.size === 0 ? undefined : postpone(operation.data ?? {}, unmade)
  const asked = circular === undefined ? operation : { ...operation, data: circular.data }
  const result = await attempt(
    resolved(asked, (bulkId) => state.ids.get(bulkId)),
    state,
  )
  if (!isLast && result.status === 409 && result.response?.['scimType'] === 'uniqueness') return false
  state.results.set(index, { ...result, ...bulkIdOf(operation) })
  if (result.status < 300 && operation.method === 'POST' && operation.bulkId !== undefined) {
    const id = idIn(result.location)
    if (id !== undefined) state.ids.set(operation.bulkId, id)
    if (circular !== undefined) state.incomplete.add({ index, additions: circular.additions, waitingFor: unmade })
  }
  await settle(operation, state)
  return true
}

/** Whether a reference is to a create that is still on its way: that makes a circle. */
function isUnmade(bulkId: string, { makers, results }: State): boolean {
  const maker = makers.get(bulkId)
  return maker !== undefined && !results.has(maker)
}

/** Completes what waited for this create, now that it is made, or says that it never will be. */
async function settle({ method, bulkId }: BulkOperation, state: State): Promise<void> {
  if (method !== 'POST' || bulkId === undefined) return
  for (const waiting of [...state.incomplete]) {
    if (!waiting.waitingFor.has(bulkId)) continue
    if (!state.ids.has(bulkId)) abandon(waiting, bulkId, state)
    else if (waiting.waitingFor.delete(bulkId) && waiting.waitingFor.size === 0) await complete(waiting, state)
  }
}

async function complete(waiting: Incomplete, state: State): Promise<void> {
  state.incomplete.delete(waiting)
  const made = state.results.get(waiting.index)
  if (made?.location === undefined) return
  const data = { schemas: [messageUrn('PatchOp')], Operations: [...waiting.additions] }
  const patch: BulkOperation = { method: 'PATCH', path: made.location, data }
  const patched = await attempt(
    resolved(patch, (bulkId) => state.ids.get(bulkId)),
    state,
  )
  const { version: _, ...rest } = made
  const version = patched.version === undefined ? {} : { version: patched.version }
  if (patched.status < 300) state.results.set(waiting.index, { ...rest, ...version })
  else {
    const { status, response, inDoubt } = patched
    state.results.set(waiting.index, {
      ...rest,
      status,
      ...(response === undefined ? {} : { response }),
      ...(inDoubt === undefined ? {} : { inDoubt }),
    })
  }
}

/** A create that stays without what it referred to: made, and its client told so. */
function abandon(waiting: Incomplete, missing: string, state: State): void {
  state.incomplete.delete(waiting)
  const operation = state.operations[waiting.index]
  const made = state.results.get(waiting.index)
  if (operation === undefined || made === undefined) return
  const failed = bulkFailure(operation, unresolvable(missing, state))
  state.results.set(waiting.index, { ...failed, ...(made.location === undefined ? {} : { location: made.location }) })
}

async function attempt(operation: BulkOperation, { run }: State): Promise<BulkResult> {
  try {
    return await run.carry(operation)
  } catch (error) {
    // Whatever it was: what the other operations did must be told.
    return bulkFailure(operation, toScimError(error))
  }
}

function unresolvable(bulkId: string, { makers }: State): ScimError {
  if (makers.has(bulkId)) return notMade(bulkId)
  return new ScimError(400, `bulkId:${bulkId} names no POST of this Bulk`, { scimType: 'invalidValue' })
}

const bulkIdOf = ({ bulkId }: BulkOperation) => (bulkId === undefined ? {} : { bulkId })

function idIn(location: string | undefined): string | undefined {
  const segment = location?.slice(location.lastIndexOf('/') + 1)
  return segment === undefined || segment === '' ? undefined : decodeURIComponent(segment)
}
