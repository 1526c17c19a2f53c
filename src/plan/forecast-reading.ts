import type { Purpose } from '../call.ts'
import { spellingOf } from '../scim/resource.ts'
import { namesVersion } from './conditions.ts'
import { exactly, type ForecastStep, stepOf, type Times } from './forecast-step.ts'
import { membersIn } from './members.ts'
import { looksUpMembers } from './members-read.ts'
import { mayLackTarget } from './patch.ts'
import { isShown, sortedOut } from './patch-sorted.ts'
import { type Asked, memberFormsOf, type Planning, type SingleRequest } from './planning.ts'
import { wantsMembers } from './shown.ts'
import type { Step } from './step.ts'

type Update = Asked<'replace'> | Asked<'patch'>

/** As often as `again` tries. */
const tries = 3
const meanwhile = 'again where others change it meanwhile'
const differs = 'only where something differs'
const pages = 'as many pages as there are members for'

const isUpdate = (request: SingleRequest): request is Update =>
  request.operation === 'replace' || request.operation === 'patch'

/** What a stage that reads costs, and whatever may come of it. @param isLast everything is written already */
export function afterReading(
  stage: readonly Step[],
  request: SingleRequest,
  planning: Planning,
  isLast: boolean,
): readonly ForecastStep[] {
  const writes = isLast || !isUpdate(request) ? [] : dependentWrites(request, planning)
  const isRepeated = planning.capabilities.etag && writes.length > 0 && isUpdate(request) && !namesVersion(request)
  const most = isRepeated ? tries : 1
  const reads = stage.map((step) =>
    step.request.operation === 'list'
      ? stepOf(step, { least: 1, most: planning.choices.pageBudget * most }, pages)
      : stepOf(step, { least: 1, most }, isRepeated ? meanwhile : undefined),
  )
  const repeated = writes.map(({ times, ...step }) => ({
    ...step,
    times: times.most === undefined ? times : { ...times, most: times.most * most },
  }))
  const shown = isLast || request.operation !== 'patch' || !isShown(request) ? [] : readBack(request, planning)
  return [...reads, ...repeated, ...shown]
}

/** What an answer with the resource in it may cost, where not all that it shows was read before. */
function readBack(request: Asked<'patch'>, planning: Planning): readonly ForecastStep[] {
  const { definition, id, projection } = request
  const own: Step = { request: { operation: 'read', definition, id, projection }, purpose: 'read' }
  const why = 'for the answer'
  const users: ForecastStep = { method: 'GET', path: '/Users', purpose: 'members', times: { least: 0 }, why }
  const isLookedUp = wantsMembers(projection) && looksUpMembers(definition, planning)
  return [
    stepOf(own, { least: 0, most: 1 }, why),
    ...(isLookedUp ? [{ ...users, times: { least: 0, most: planning.choices.pageBudget } }] : []),
  ]
}

/** The writes that depend on what is read. */
function dependentWrites(request: Update, planning: Planning): readonly ForecastStep[] {
  const { definition, id } = request
  const change = (purpose: Purpose, times: Times, why?: string): ForecastStep =>
    stepOf({ request: { operation: 'patch', definition, id, operations: [], projection: {} }, purpose }, times, why)
  const { patch, put } = planning.capabilities
  if (request.operation === 'replace' && put && memberFormsOf(planning, definition)?.replace !== false)
    return [{ ...change('forward', exactly(1)), method: 'PUT' }]
  if (patch === false) return [{ ...change('forward', { least: 0, most: 1 }, differs), method: 'PUT' }]
  const { changes, adds, removals } = wantedOf(request, planning)
  const chunks = (count: number, size = Math.max(count, 1)): number => Math.ceil(count / size)
  const forms = memberFormsOf(planning, definition)
  const addCalls = chunks(adds.most ?? 0, forms?.addsPerPatch)
  const removalCalls: Times =
    removals.most === undefined ? removals : exactly(chunks(removals.most, forms?.removalsPerPatch))
  const isCertain = adds.least === adds.most
  return [
    ...(changes.most === 0 ? [] : [change('forward', changes, changes.least === 0 ? differs : undefined)]),
    ...(addCalls === 0
      ? []
      : [
          change(
            'members',
            isCertain ? exactly(addCalls) : { least: 0, most: addCalls },
            isCertain ? undefined : newcomers,
          ),
        ]),
    ...(removalCalls.most === 0
      ? []
      : [change('members', removalCalls, removalCalls.most === undefined ? leavers : undefined)]),
  ]
}

const newcomers = 'only those who are no members yet'
const leavers = 'as many as are members and shall not be'

interface Wanted {
  readonly changes: Times
  /** Members, not calls. */
  readonly adds: Times
  readonly removals: Times
}

function wantedOf(request: Update, planning: Planning): Wanted {
  const none = exactly(0)
  const { definition } = request
  const { patch } = planning.capabilities
  if (request.operation === 'replace' || patch === false) {
    const changes = { least: 0, most: 1 }
    const resource = request.operation === 'replace' ? request.resource : {}
    const spelling = spellingOf(resource, 'members')
    const isSpokenOf = spelling !== undefined || planning.choices.absentInPut === 'clear'
    if (memberFormsOf(planning, definition) === undefined || !isSpokenOf) return { changes, adds: none, removals: none }
    const count = membersIn(spelling === undefined ? undefined : resource[spelling]).size
    return { changes, adds: { least: 0, most: count }, removals: { least: 0 } }
  }
  const { operations, direct, membership } = sortedOut(request, planning, patch)
  const changes =
    direct === undefined ? { least: 0, most: operations.length === 0 ? 0 : 1 } : exactly(direct.length === 0 ? 0 : 1)
  if (membership === undefined) return { changes, adds: none, removals: none }
  if (membership.kind === 'some')
    return { changes, adds: exactly(membership.adds.size), removals: exactly(membership.removals.length) }
  return { changes, adds: { least: 0, most: membership.after(new Map()).size }, removals: { least: 0 } }
}

/** What else may be needed of the upstream, by what it refuses first. */
export function extras(request: SingleRequest, planning: Planning, written: readonly Step[]): readonly ForecastStep[] {
  const { patch } = planning.capabilities
  if (request.operation !== 'patch' || patch === false) return []
  const { definition, id } = request
  const maybe = { least: 0, most: 1 }
  const read: Step = { request: { operation: 'read', definition, id, projection: {} }, purpose: 'read' }
  const write: Step = { request: { ...request, operations: [] }, purpose: 'forward' }
  const sorted = sortedOut(request, planning, patch)
  const isFirst = written.length > 0 && mayLackTarget(sorted)
  const why = 'only where there is no such value yet'
  if (isFirst) return [stepOf(read, maybe, why), stepOf(write, maybe, why)]
  const forms = memberFormsOf(planning, definition)
  const { membership, direct } = sorted
  if (forms?.removalOfNobodyIs404 !== true || membership === undefined) return []
  if (membership.kind === 'all') return [stepOf(read, maybe, 'only where there is no member and nothing is written')]
  const isShownByWrite = membership.adds.size > 0 || (direct?.length ?? 0) > 0
  const size = forms.removalsPerPatch ?? membership.removals.length
  const singles = size > 1 ? { least: 0, most: membership.removals.length } : exactly(0)
  return [
    ...(isShownByWrite || membership.removals.length === 0
      ? []
      : [stepOf(read, maybe, 'only where nobody was removed')]),
    ...(singles.most === 0
      ? []
      : [stepOf({ ...write, purpose: 'members' }, singles, 'one by one where one is no member')]),
  ]
}
