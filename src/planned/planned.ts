import type { Capabilities, PlanChoices } from '../capabilities.ts'
import type { ListMemory } from '../plan/list-memory.ts'
import { needsTurn, planOf, type SingleRequest } from '../plan/plan.ts'
import { rfc } from '../plan/presets/rfc.ts'
import { runPlan } from '../plan/run.ts'
import { createWalks } from '../plan/walks.ts'
import type { Ports } from '../ports.ts'
import type { Dialect } from '../scim/dialect.ts'
import type { ResourceRequest, ScimReply } from '../scim/request.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'
import { carryBulk } from './bulk.ts'
import { carryStep } from './carry-step.ts'
import { knownTypes } from './definitions.ts'
import { carryDiscovery } from './discovery.ts'
import { leftOut } from './left-out.ts'
import { createLists, type Lists, type PlannedUpstream } from './list.ts'
import { createTurns, type Turns } from './turns.ts'

export interface PlannedParts {
  readonly tenant: string
  readonly upstream: Upstream
  readonly capabilities: Capabilities
  readonly choices: PlanChoices
  /** How the operations inside a Bulk are read. */
  readonly dialect: Dialect
  readonly ports: Pick<Ports, 'now' | 'log' | 'wait' | 'randomBytes'>
  /** This tenant's own, which signs cursors; absent: one that a restart forgets. */
  readonly cursorKey?: () => Uint8Array
}

/** An upstream that serves whatever a standard's server serves, in the fewest calls that its capabilities allow (contract §6). */
export function createPlanned(parts: PlannedParts): PlannedUpstream {
  // A standard's server serves every request as it stands: nothing is planned.
  const { upstream, capabilities } = parts
  const types = knownTypes(capabilities)
  const definitionAt: Upstream['definitionAt'] = async (segment, errand) =>
    types.at(segment) ?? (types.isAll ? undefined : upstream.definitionAt(segment, errand))
  const lists = listsOf(parts, definitionAt)
  if (capabilities === rfc && parts.choices.absentInPut === 'clear')
    return {
      definitionAt: (segment, errand) => upstream.definitionAt(segment, errand),
      carry: (request, errand) => upstream.carry(request, errand),
      list: lists.list,
    }
  const turns = createTurns(parts.ports)
  const carryOne = (request: ResourceRequest, errand: Errand) =>
    request.operation === 'list' ? lists.carry(request, errand) : carry(request, errand, { ...parts, turns })
  return {
    definitionAt,
    list: lists.list,
    carry: (request, errand) => {
      if (request.operation === 'bulk') return carryBulk(request, errand, { ...parts, definitionAt, carryOne })
      if (request.operation === 'discovery') return carryDiscovery(request, errand, { upstream, capabilities, types })
      return carryOne(request, errand)
    },
  }
}

function listsOf(parts: PlannedParts, definitionAt: Upstream['definitionAt']): Lists {
  const { tenant, upstream, capabilities, choices, ports } = parts
  let key: Uint8Array | undefined
  const cursorKey = (): Uint8Array => {
    key ??= parts.cursorKey?.() ?? ports.randomBytes(32)
    return key
  }
  const memory: ListMemory = { tenant, walks: createWalks(ports.now), cursorKey, now: ports.now }
  const known = knownTypes(capabilities).definitions
  return createLists({
    upstream,
    capabilities,
    choices,
    memory,
    async types(errand) {
      if (known.length > 0) return known
      const standard = await Promise.all(['Users', 'Groups'].map((segment) => definitionAt(segment, errand)))
      return standard.filter((one) => one !== undefined)
    },
  })
}

interface Carrying extends PlannedParts {
  readonly turns: Turns
}

/** Changes of one resource that read before they write go one after the other. */
function carry(request: SingleRequest, errand: Errand, parts: Carrying): Promise<ScimReply> {
  const { upstream, turns, ...planning } = parts
  errand.attempts.note('unsupported', leftOut(request, planning))
  const work = () => runPlan(planOf(request, planning), carryStep(upstream, errand, parts.ports.now()))
  if (!('id' in request) || !needsTurn(request, planning)) return work()
  return turns.take(`${request.definition.type.name}/${request.id}`, errand.deadlineAt, work)
}
