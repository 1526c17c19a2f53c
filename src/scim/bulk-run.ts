import { type Postponed, postpone, referencesOf, resolved } from './bulk-refs.ts'
import { bulkFailure, notMade } from './bulk-result.ts'
import { ScimError, toScimError } from './error.ts'
import { messageUrn } from './message.ts'
import type { BulkOperation, BulkResult } from './request.ts'

export interface BulkRun {
  /** After this many errors the rest is left undone and has no result (RFC 7644 §3.7.3). */
  readonly failOnErrors?: number | undefined
  /** Does one operation, its references resolved. What it throws is that operation's result. */
  carry(operation: BulkOperation): Promise<BulkResult>
}

/** A create that is waiting for the ids of others to be complete. */
interface Incomplete {
  readonly index: number
  readonly additions: Postponed['additions']
  readonly waitingFor: Set<string>
}

interface State {
  readonly operations: readonly BulkOperation[]
  /** The bulkIds that each operation speaks of. */
  readonly references: readonly ReadonlySet<string>[]
  readonly results: Map<number, BulkResult>
  /** Which operation makes the resource of a bulkId. */
  readonly makers: ReadonlyMap<string, number>
  readonly ids: Map<string, string>
  readonly started: Set<number>
  readonly incomplete: Set<Incomplete>
  readonly run: BulkRun
}

/**
 * Does the operations of a Bulk one after the other, in the request's order but for one thing: what an operation refers
 * to by `bulkId:` is made before it. Where creates refer to one another in a circle, one is made without the reference and
 * patched when the other has its id (RFC 7644 §3.7.1).
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
    started: new Set(),
    incomplete: new Set(),
    run,
  }
  for (const index of operations.keys()) await perform(index, state)
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

/** Does one operation after those that it needs. Walks with a stack of its own: a chain may be as long as the Bulk. */
async function perform(first: number, state: State): Promise<void> {
  const stack = [first]
  for (let index = stack.at(-1); index !== undefined; index = stack.at(-1)) {
    if (isStopped(state)) return
    const needed = state.started.has(index) ? undefined : nextNeeded(index, state, stack)
    if (needed !== undefined) stack.push(needed)
    else {
      stack.pop()
      if (!state.started.has(index)) await performOne(index, state)
    }
  }
}

/** An operation that must come before this one: not yet done, and not itself on the way to it. */
function nextNeeded(index: number, state: State, stack: readonly number[]): number | undefined {
  for (const bulkId of state.references[index] ?? []) {
    const maker = state.makers.get(bulkId)
    if (maker !== undefined && !state.started.has(maker) && !stack.includes(maker)) return maker
  }
  return undefined
}

async function performOne(index: number, state: State): Promise<void> {
  const operation = state.operations[index]
  if (operation === undefined) return
  state.started.add(index)
  const references = [...(state.references[index] ?? [])]
  const unmade = new Set(references.filter((bulkId) => isUnmade(bulkId, state)))
  const missing = references.find((bulkId) => !state.ids.has(bulkId) && !unmade.has(bulkId))
  if (missing !== undefined) {
    state.results.set(index, bulkFailure(operation, unresolvable(missing, state)))
    return settle(operation, state)
  }
  const circular = unmade.size === 0 ? undefined : postpone(operation.data ?? {}, unmade)
  const asked = circular === undefined ? operation : { ...operation, data: circular.data }
  const result = await attempt(
    resolved(asked, (bulkId) => state.ids.get(bulkId)),
    state,
  )
  state.results.set(index, { ...result, ...bulkIdOf(operation) })
  if (result.status < 300 && operation.method === 'POST' && operation.bulkId !== undefined) {
    const id = idIn(result.location)
    if (id !== undefined) state.ids.set(operation.bulkId, id)
    if (circular !== undefined) state.incomplete.add({ index, additions: circular.additions, waitingFor: unmade })
  }
  return settle(operation, state)
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
    const { response } = patched
    state.results.set(waiting.index, {
      ...rest,
      status: patched.status,
      ...(response === undefined ? {} : { response }),
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
