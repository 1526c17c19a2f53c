import type { Capabilities, PlanChoices } from '../capabilities.ts'
import { needsTurn, planOf, type SingleRequest } from '../plan/plan.ts'
import { rfc } from '../plan/presets/rfc.ts'
import { runPlan } from '../plan/run.ts'
import type { Ports } from '../ports.ts'
import type { Dialect } from '../scim/dialect.ts'
import type { ResourceRequest, ScimReply } from '../scim/request.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'
import { carryBulk } from './bulk.ts'
import { knownTypes } from './definitions.ts'
import { carryDiscovery } from './discovery.ts'
import { createTurns, type Turns } from './turns.ts'

export interface PlannedParts {
  readonly tenant: string
  readonly upstream: Upstream
  readonly capabilities: Capabilities
  readonly choices: PlanChoices
  /** How the operations inside a Bulk are read. */
  readonly dialect: Dialect
  readonly ports: Pick<Ports, 'now' | 'log' | 'wait' | 'randomBytes'>
}

/** An upstream that serves whatever a standard's server serves, in the fewest calls that its capabilities allow (contract §6). */
export function createPlanned(parts: PlannedParts): Upstream {
  // A standard's server serves every request as it stands: nothing is planned.
  if (parts.capabilities === rfc && parts.choices.absentInPut === 'clear') return parts.upstream
  const { upstream, capabilities } = parts
  const types = knownTypes(capabilities)
  const definitionAt: Upstream['definitionAt'] = async (segment, errand) =>
    types.at(segment) ?? (types.isAll ? undefined : upstream.definitionAt(segment, errand))
  const turns = createTurns(parts.ports)
  const carryOne = (request: ResourceRequest, errand: Errand) =>
    request.operation === 'list' ? upstream.carry(request, errand) : carry(request, errand, { ...parts, turns })
  return {
    definitionAt,
    carry: (request, errand) => {
      if (request.operation === 'bulk') return carryBulk(request, errand, { ...parts, definitionAt, carryOne })
      if (request.operation === 'discovery') return carryDiscovery(request, errand, { upstream, capabilities, types })
      return carryOne(request, errand)
    },
  }
}

interface Carrying extends PlannedParts {
  readonly turns: Turns
}

/** Changes of one resource that read before they write go one after the other. */
function carry(request: SingleRequest, errand: Errand, parts: Carrying): Promise<ScimReply> {
  const { upstream, turns, ...planning } = parts
  const work = () =>
    runPlan(planOf(request, planning), ({ request: asked, purpose }) =>
      upstream.carry(asked, purpose === 'forward' ? errand : { ...errand, purpose }),
    )
  if (!('id' in request) || !needsTurn(request, planning)) return work()
  return turns.take(`${request.definition.type.name}/${request.id}`, errand.deadlineAt, work)
}
