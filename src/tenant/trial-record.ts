import type { Purpose } from '../call.ts'
import type { Times } from '../plan/forecast.ts'
import { exactly, stepOf } from '../plan/forecast-step.ts'
import { type ForeseenCall, foreseen, newId } from '../plan/foreseen.ts'
import { foreseenList } from '../plan/foreseen-list.ts'
import { isServedWhole, listingOf } from '../plan/list-asked.ts'
import { callsOf } from '../plan/list-calls.ts'
import type { ListMemory } from '../plan/list-memory.ts'
import type { Listed, Listing } from '../plan/listing.ts'
import { needsTurn } from '../plan/plan.ts'
import type { Asked, Planning, SingleRequest } from '../plan/planning.ts'
import { unsupportedIn } from '../plan/unsupported.ts'
import { createWalks } from '../plan/walks.ts'
import type { PlannedUpstream } from '../planned/list.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { type TriedCall, triedCall } from './trial-call.ts'

/** What follows depends on what is there, and nobody is asked. */
export class NeedsRead extends Error {}

/** An upstream that answers as if all went well, and writes down what it would have been asked, plan and all. */
export interface Recorder extends PlannedUpstream {
  readonly calls: readonly TriedCall[]
  /** Calls in all. */
  total(): Times
  /** What is left out, and what is decided here. */
  notes(): readonly string[]
  /**
   * Writes down what a change comes to, by one who has read the resource; gives what the upstream then shows, where it does.
   * @throws ScimError
   */
  follow(request: Asked<'replace' | 'patch'>): Resource | undefined
  /** Writes down a change of which only what was read tells anything. */
  perhaps(request: Asked<'patch'>): void
}

export function createRecorder(definition: ResourceDefinition, planning: Planning): Recorder {
  const calls: TriedCall[] = []
  const dropped = new Set<string>()
  const totals: Times[] = []
  const notes: string[] = []
  let purpose: Purpose | undefined
  const take = (found: readonly ForeseenCall[], total: Times, id?: string): void => {
    const told = found.map((call) => triedCall(call, planning, id))
    calls.push(
      ...told.map((call) => (call.purpose === 'forward' && purpose !== undefined ? { ...call, purpose } : call)),
    )
    totals.push(total)
  }
  const list = async (listing: Listing): Promise<Listed> => {
    const found = foreseenList(listing, planning, memory())
    take(found.calls, found.total)
    notes.push(...listNotes(listing, planning))
    return { entries: [], totalResults: 0, startIndex: 1 }
  }
  const single = (request: SingleRequest): ScimReply => {
    const found = foreseen(request, planning)
    for (const name of unsupportedIn(request, planning)) dropped.add(name)
    take(found.calls, found.total, 'id' in request ? request.id : undefined)
    if (request.operation === 'read' || found.reply === undefined) throw new NeedsRead()
    return withoutNewId(found.reply)
  }
  return {
    calls,
    total: () => sumOf(totals),
    notes: () => [
      ...notes,
      ...(dropped.size === 0 ? [] : [`the upstream cannot hold ${[...dropped].join(', ')}: left out`]),
    ],
    definitionAt: () => Promise.resolve(definition),
    list,
    async carry(given, errand) {
      const request = asSent(given)
      purpose = errand.purpose
      if (request.operation === 'bulk' || request.operation === 'discovery')
        throw new Error(`a ${request.operation} request cannot be tried`)
      if (request.operation !== 'list') return single(request)
      const listing = listingOf([definition], request.query, '')
      if (isServedWhole(request, planning.capabilities)) {
        take([{ ...stepOf({ request, purpose: 'forward' }, once), request, afterRead: false }], once)
        notes.push(...listNotes(listing, planning))
      } else await list(listing)
      return { kind: 'list', list: { resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 } }
    },
    follow(request) {
      const { id } = request
      purpose = undefined
      const asked = request.operation === 'patch' ? { ...request, held: { id } } : request
      const found = foreseen(asked, planning)
      for (const name of unsupportedIn(request, planning)) dropped.add(name)
      const isCompared = needsTurn(request, planning)
      const writes = found.calls.flatMap((call): readonly ForeseenCall[] => {
        if (call.method === 'GET') return []
        const isSure = !isCompared || call.method === 'PUT' || call.times.least === 0
        return [{ ...call, afterRead: true, ...(isSure ? {} : { times: { ...call.times, least: 0 }, why: differs }) }]
      })
      take(writes, sumOf(writes.map(({ times }) => times)), id)
      return found.reply?.kind === 'resource' ? found.reply.resource : undefined
    },
    perhaps(request) {
      purpose = undefined
      const times = { least: 0, most: 1 }
      take([{ ...stepOf({ request, purpose: 'forward' }, times, differs), afterRead: true }], times, request.id)
    },
  }
}

const once = exactly(1)
const differs = 'only where something differs'

/** Who decides a list. */
function listNotes({ sources }: Listing, planning: Planning): readonly string[] {
  return sources.flatMap((source) => {
    if (source.filter === undefined && source.keep === undefined) return []
    const asked = callsOf(source, { planning, isTrusting: true })
    const judged = asked.find(({ judge }) => judge !== undefined)
    if (judged !== undefined) {
      const narrowed = judged.query.filter === undefined ? 'cannot narrow it down' : 'narrows it down'
      return [`the upstream ${narrowed}, and the rest is decided here, a call a page: ${judged.reason}`]
    }
    return [asked.length > 1 ? `${asked.length} lists, joined here` : 'the upstream decides it alone']
  })
}

const memory = (): ListMemory => ({
  tenant: 'try',
  walks: createWalks(() => 0),
  cursorKey: () => new Uint8Array(32),
  now: () => 0,
})

function sumOf(all: readonly Times[]): Times {
  const least = all.reduce((sum, times) => sum + times.least, 0)
  if (all.some(({ most }) => most === undefined)) return { least }
  return { least, most: all.reduce((sum, { most = 0 }) => sum + most, 0) }
}

/** Nothing to change is only looked at, as an upstream has it: there may be no such resource. */
function asSent(request: ScimRequest): ScimRequest {
  if (request.operation !== 'patch' || request.operations.length > 0) return request
  const { definition, id, projection } = request
  return { operation: 'read', definition, id, projection }
}

/** What is made has no id yet. */
function withoutNewId(reply: ScimReply): ScimReply {
  if (reply.kind !== 'resource' || reply.resource['id'] !== newId) return reply
  const { id: _, ...resource } = reply.resource
  return { ...reply, resource }
}
