import { planList } from '../plan/list.ts'
import { isServedWhole, listingOf } from '../plan/list-asked.ts'
import type { ListMemory } from '../plan/list-memory.ts'
import type { Listed, Listing } from '../plan/listing.ts'
import type { Planning } from '../plan/planning.ts'
import { runPlan } from '../plan/run.ts'
import { projected } from '../plan/shown.ts'
import type { ListQuery, ScimReply, ScimRequest } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'
import { carryStep } from './carry-step.ts'

type ListRequest = Extract<ScimRequest, { operation: 'list' }>

/** An upstream whose lists may be partly decided by whoever asks. */
export interface PlannedUpstream extends Upstream {
  /** A page of a list. @throws ScimError as `planList` says */
  list(listing: Listing, errand: Errand): Promise<Listed>
}

export interface ListParts extends Planning {
  readonly upstream: Upstream
  readonly memory: ListMemory
  /** The types that a search from the root is over. */
  types(errand: Errand): Promise<readonly ResourceDefinition[]>
}

export interface Lists {
  list(listing: Listing, errand: Errand): Promise<Listed>
  /** A list as a client asks for it. */
  carry(request: ListRequest, errand: Errand): Promise<ScimReply>
}

/** The lists of one tenant: it holds their walks. */
export function createLists({ upstream, memory, types, ...planning }: ListParts): Lists {
  const list: Lists['list'] = (listing, errand) =>
    runPlan(planList(listing, planning, memory), carryStep(upstream, errand, memory.now()))
  return {
    list,
    async carry(request, errand) {
      if (isServedWhole(request, planning.capabilities)) return upstream.carry(request, errand)
      const definitions = request.definition === undefined ? await types(errand) : [request.definition]
      const listed = await list(listingOf(definitions, request.query, errand.credential), errand)
      return { kind: 'list', list: resultOf(listed, request.query) }
    },
  }
}

/** More was read of the resources than was asked for, perhaps. */
function resultOf({ entries, ...told }: Listed, query: ListQuery) {
  const resources = entries.map(({ source, resource }) => projected(resource, query, source.definition))
  return { ...told, resources, itemsPerPage: resources.length }
}
