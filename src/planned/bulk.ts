import type { BulkLimits, Capabilities, PlanChoices } from '../capabilities.ts'
import { reasonOf } from '../log.ts'
import { writesFreely } from '../plan/planning.ts'
import type { Ports } from '../ports.ts'
import { bulkFailure, bulkRequest, bulkResult, bulkSideBySide, referencesOf, runBulk } from '../scim/bulk.ts'
import type { Dialect } from '../scim/dialect.ts'
import { ScimError } from '../scim/error.ts'
import type { BulkOperation, BulkResult, ResourceRequest, ScimReply, ScimRequest } from '../scim/request.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'

type BulkRequest = Extract<ScimRequest, { operation: 'bulk' }>

/** What does the operations of a Bulk, each as if it had come by itself. */
export interface OneByOne {
  readonly tenant: string
  readonly dialect: Dialect
  readonly ports: Pick<Ports, 'now' | 'log'>
  definitionAt: Upstream['definitionAt']
  /** Does one operation. @throws ScimError */
  carryOne(request: ResourceRequest, errand: Errand): Promise<ScimReply>
}

export interface BulkParts extends OneByOne {
  readonly upstream: Upstream
  readonly capabilities: Capabilities
  readonly choices: PlanChoices
}

/**
 * Does a Bulk (RFC 7644 §3.7): as one call where the upstream can serve every operation as it stands, as several where
 * they are too many for one and none speaks of another, else operation by operation, each planned by itself.
 */
export async function carryBulk(request: BulkRequest, errand: Errand, parts: BulkParts): Promise<ScimReply> {
  const { bulk } = parts.capabilities
  if (bulk === false || !writesAll(parts)) return oneByOne(request, errand, parts)
  const portions = portionsOf(request, bulk)
  if (portions === undefined) return oneByOne(request, errand, parts)
  if (portions.length > 1) return inPortions(portions, errand, parts)
  try {
    return await parts.upstream.carry(request, errand)
  } catch (error) {
    // Refused for its size, it did nothing.
    if (error instanceof ScimError && error.status === 413) return oneByOne(request, errand, parts)
    throw error
  }
}

/** Whether any write that a client sends can be an operation as it is. */
const writesAll = ({ capabilities, choices }: BulkParts): boolean => {
  const { put, patch, members, types } = capabilities
  if (!put || patch === false || types.size > 0 || choices.absentInPut === 'keep') return false
  return patch.pathless && patch.filters === 'any' && patch.elements && [...members.values()].every(writesFreely)
}

/** The operations as Bulks that the upstream takes; undefined where they cannot be taken apart. */
function portionsOf(request: BulkRequest, limits: BulkLimits): readonly BulkRequest[] | undefined {
  const { operations, failOnErrors } = request
  const isSmall = operations.length <= limits.maxOperations && fits(operations, limits)
  if (isSmall || operations.length === 0) return [request]
  if (failOnErrors !== undefined || operations.some((one) => referencesOf(one).size > 0)) return undefined
  const portions: BulkRequest[] = []
  for (let from = 0; from < operations.length; ) {
    let size = Math.min(limits.maxOperations, operations.length - from)
    while (size > 1 && !fits(operations.slice(from, from + size), limits)) size = Math.ceil(size / 2)
    portions.push({ operation: 'bulk', operations: operations.slice(from, from + size) })
    from += size
  }
  return portions
}

/** What the front door takes at most needs no measuring. */
const frontDoorBytes = 8 * 1024 * 1024
/** What stands around the operations. */
const frameBytes = 200

const fits = (operations: readonly BulkOperation[], { maxPayloadSize }: BulkLimits): boolean =>
  maxPayloadSize >= frontDoorBytes ||
  new TextEncoder().encode(JSON.stringify(operations)).length + frameBytes <= maxPayloadSize

/** One Bulk after the other. What one of them is refused for is its operations' result: the others were done. */
async function inPortions(
  portions: readonly BulkRequest[],
  errand: Errand,
  { upstream }: BulkParts,
): Promise<ScimReply> {
  const results: BulkResult[] = []
  for (const portion of portions) {
    try {
      const reply = await upstream.carry(portion, errand)
      if (reply.kind === 'bulk') results.push(...reply.results)
    } catch (error) {
      if (!(error instanceof ScimError) || results.length === 0) throw error
      results.push(...portion.operations.map((operation) => bulkFailure(operation, error)))
    }
  }
  return { kind: 'bulk', results }
}

/** With `failOnErrors` one after the other, so that not one more than those is done; else some side by side. */
export async function oneByOne(
  { operations, failOnErrors }: BulkRequest,
  errand: Errand,
  parts: OneByOne,
): Promise<ScimReply> {
  const { tenant, ports, dialect, definitionAt, carryOne } = parts
  // The Bulk as a whole is answered 200, so that nobody else would hear of it.
  const logged = (error: unknown): never => {
    if (!(error instanceof ScimError))
      ports.log.error(
        { tenant, call: errand.attempts.callId, reason: reasonOf(error) },
        'an operation of a Bulk failed',
      )
    throw error
  }
  const results = await runBulk(operations, {
    failOnErrors,
    parallel: bulkSideBySide,
    carry: async (operation) => {
      if (ports.now() > errand.deadlineAt) throw new ScimError(504, 'the deadline passed before this operation')
      const request = await bulkRequest(operation, (segment) => definitionAt(segment, errand), dialect)
      if (request.operation === 'list' || request.operation === 'read')
        throw new ScimError(400, 'a Bulk can only change resources', { scimType: 'invalidSyntax' })
      return bulkResult(operation, await carryOne(request, errand).catch(logged))
    },
  })
  return { kind: 'bulk', results }
}
