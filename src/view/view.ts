import { oneByOne } from '../planned/bulk.ts'
import type { PlannedUpstream } from '../planned/list.ts'
import { createTurns } from '../planned/turns.ts'
import type { Ports } from '../ports.ts'
import { faultsAt } from '../rules/fault.ts'
import type { Unfit } from '../rules/translator.ts'
import type { Dialect } from '../scim/dialect.ts'
import { ScimError } from '../scim/error.ts'
import type { ResourceRequest, ScimReply } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { groupDefinition, userDefinition } from '../scim/schemas.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'
import type { Asked, Carrier } from './carrier.ts'
import { carryDiscovery } from './discovery.ts'
import { ignoredIn } from './ignored.ts'
import { carryList } from './list.ts'
import { carryDeactivation, carryPatch } from './patch.ts'
import { carryRead } from './read.ts'
import { createTypeView, type TypeView, type ViewClauses } from './type-view.ts'
import { countUnfit, type UnfitCount } from './unfit.ts'
import { carryCreate, carryDelete, carryReplace } from './write.ts'

export interface ViewParts extends ViewClauses {
  readonly tenant: string
  readonly upstream: PlannedUpstream
  /** How the operations inside a Bulk are read. */
  readonly dialect: Dialect
  readonly ports: Pick<Ports, 'now' | 'log' | 'wait'>
}

export interface View extends Upstream {
  /** The upstream values that fitted no pattern, since these rules were taken in. */
  unfit(): readonly UnfitCount[]
}

/**
 * The client view over an upstream (contract §5): clients are shown, and speak of, what the tenant's rules make of the
 * upstream's resources, within its `scope`, and may do what `allow` and `onDelete` let them.
 * @throws RuleFault where the scope compares what no attribute of its type can be compared with
 */
export function createView(parts: ViewParts): View {
  checkScope(parts)
  const counts = countUnfit(parts.tenant, parts.ports.log)
  const carrier = carrierOf(parts, counts.unfit)
  const carryOne = (request: ResourceRequest, errand: Errand) => carryResource(carrier, request, errand)
  const definitionAt: Upstream['definitionAt'] = async (segment, errand) =>
    (await carrier.viewAt(segment, errand))?.translator.client
  return {
    unfit: counts.list,
    definitionAt,
    carry: async (request, errand) => {
      if (request.operation === 'bulk') return oneByOne(request, errand, { ...parts, definitionAt, carryOne })
      if (request.operation === 'discovery') return carryDiscovery(carrier, request, errand)
      return carryOne(request, errand)
    },
  }
}

/** What a filter compares is known of the standard's types before an upstream is asked. @throws RuleFault */
function checkScope(clauses: ViewClauses): void {
  for (const definition of [userDefinition, groupDefinition])
    if (clauses.scope?.has(definition.type.name))
      faultsAt(['scope', definition.type.name], () => createTypeView(definition, clauses, () => {}))
}

function carryResource(carrier: Carrier, request: ResourceRequest, errand: Errand): Promise<ScimReply> {
  // What a client sends in vain, it is not told: its operator finds the names with the call.
  if ('resource' in request || 'operations' in request)
    errand.attempts.note('ignored', ignoredIn(carrier.viewOf(request.definition), request))
  switch (request.operation) {
    case 'create':
      return carryCreate(carrier, request, errand)
    case 'read':
      return carryRead(carrier, request, errand)
    case 'list':
      return carryList(carrier, request, errand)
    default: {
      const { definition, id } = request
      return carrier.turns.take(`${definition.type.name}/${id}`, errand.deadlineAt, () =>
        carryChange(carrier, request, errand),
      )
    }
  }
}

function carryChange(
  carrier: Carrier,
  request: Asked<'replace' | 'patch' | 'delete'>,
  errand: Errand,
): Promise<ScimReply> {
  switch (request.operation) {
    case 'replace':
      return carryReplace(carrier, request, errand)
    case 'patch':
      return carryPatch(carrier, request, errand)
    case 'delete':
      return carryRemoval(carrier, request, errand)
  }
}

/** A DELETE as the tenant wants it: passed on, a deactivation, or refused. */
async function carryRemoval(carrier: Carrier, request: Asked<'delete'>, errand: Errand): Promise<ScimReply> {
  const type = carrier.viewOf(request.definition)
  type.requireAllowed('delete')
  switch (carrier.onDelete) {
    case 'reject':
      throw new ScimError(403, `this tenant refuses to delete: deactivate the ${type.name}, or leave it as it is`)
    case 'deactivate':
      return carryDeactivation(carrier, type, request, errand)
    case 'delete':
      return carryDelete(carrier, type, request, errand)
  }
}

function carrierOf(parts: ViewParts, unfit: Unfit): Carrier {
  const { upstream, ports, onDelete } = parts
  const byUpstream = new WeakMap<ResourceDefinition, TypeView>()
  const byClient = new WeakMap<ResourceDefinition, TypeView>()
  const viewOfUpstream = (definition: ResourceDefinition): TypeView => {
    const known = byUpstream.get(definition)
    if (known !== undefined) return known
    const type = createTypeView(definition, parts, unfit)
    byUpstream.set(definition, type)
    byClient.set(type.translator.client, type)
    return type
  }
  return {
    upstream,
    onDelete,
    turns: createTurns(ports),
    viewOf: (definition) => byClient.get(definition) ?? viewOfUpstream(definition),
    async viewAt(segment, errand) {
      const definition = await upstream.definitionAt(segment, errand)
      return definition && viewOfUpstream(definition)
    },
  }
}
