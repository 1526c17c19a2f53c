import { bulkFailure, bulkRequest, bulkResult, notMade, referencesOf } from '../../scim/bulk.ts'
import type { Dialect } from '../../scim/dialect.ts'
import { badRequest, ScimError } from '../../scim/error.ts'
import type { BulkOperation, BulkResult, ScimReply, ScimRequest } from '../../scim/request.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'
import type { PreparedRequest } from '../exchange.ts'
import { asksNothing, type Target } from './write.ts'
import { writeBulk, writeOperation } from './write-bulk.ts'

type BulkRequest = Extract<ScimRequest, { operation: 'bulk' }>

export interface BulkTools {
  readonly dialect: Dialect
  readonly target: Target
  definitionAt(segment: string): Promise<ResourceDefinition | undefined>
  /** Sends the Bulk and reads its answer. */
  exchange(prepared: PreparedRequest): Promise<ScimReply>
}

/** A Bulk read operation by operation; each stands under its place in the client's request. */
interface Reading {
  /** As they go upstream. */
  readonly written: Map<number, BulkOperation>
  /** What needs no upstream to be answered: mostly what was refused. */
  readonly settled: Map<number, BulkResult>
}

/**
 * Carries a Bulk upstream (RFC 7644 §3.7), each operation read and written as the same request by itself would be. One
 * that is refused here gets its own result and does not go; so does what refers to it by `bulkId:`. All are read before
 * any is sent, so that with `failOnErrors` those errors come first: the upstream is granted what they leave of it, and
 * where they leave nothing, nothing is sent and what was not refused has no result (§3.7.3: it was left undone).
 * @throws ScimError for what refuses the Bulk as a whole.
 */
export async function carryBulk(request: BulkRequest, tools: BulkTools): Promise<ScimReply> {
  const { operations, failOnErrors } = request
  const { written, settled } = await readOperations(request, tools)
  refuseDependants(operations, { written, settled })
  const left = failOnErrors === undefined ? undefined : failOnErrors - errorsIn(settled)
  const isOver = (left !== undefined && left <= 0) || (written.size === 0 && settled.size > 0)
  if (isOver) return { kind: 'bulk', results: inOrder([...settled]) }
  const reply = await tools.exchange(writeBulk([...written.values()], left, tools.target))
  if (reply.kind !== 'bulk' || settled.size === 0) return reply
  return { kind: 'bulk', results: inOrder([...settled, ...placed(reply.results, written)]) }
}

async function readOperations({ operations, failOnErrors }: BulkRequest, tools: BulkTools): Promise<Reading> {
  const written = new Map<number, BulkOperation>()
  const settled = new Map<number, BulkResult>()
  for (const [index, operation] of operations.entries()) {
    if (failOnErrors !== undefined && errorsIn(settled) >= failOnErrors) break
    try {
      const asked = await bulkRequest(operation, tools.definitionAt, tools.dialect)
      if (asked.operation === 'read' || asked.operation === 'list')
        throw badRequest('invalidSyntax', 'a Bulk can only change resources')
      // Upstream, a PatchOp without operations would be an error: nothing was asked, and nothing is done.
      if (asksNothing(asked)) settled.set(index, bulkResult(operation, { kind: 'empty', status: 204 }))
      else written.set(index, writeOperation(asked, operation.bulkId, tools.target))
    } catch (error) {
      // That the upstream does not say which types it has is no fault of an operation's; nothing was sent yet.
      if (!(error instanceof ScimError) || error.status >= 500) throw error
      settled.set(index, bulkFailure(operation, error))
    }
  }
  return { written, settled }
}

const errorsIn = (settled: ReadonlyMap<number, BulkResult>): number => {
  let errors = 0
  for (const { status } of settled.values()) if (status >= 400) errors += 1
  return errors
}

/** A reference to a create that does not go upstream must not go either: a server may keep it as if it were an id. */
function refuseDependants(operations: readonly BulkOperation[], { written, settled }: Reading): void {
  const refused = [...settled].filter(([, { status }]) => status >= 400).map(([index]) => index)
  if (refused.length === 0) return
  const dependants = new Map<string, number[]>()
  for (const [index] of written) {
    const operation = operations[index]
    for (const bulkId of operation === undefined ? [] : referencesOf(operation))
      dependants.set(bulkId, [...(dependants.get(bulkId) ?? []), index])
  }
  for (let at = refused.pop(); at !== undefined; at = refused.pop()) {
    const { method, bulkId = '' } = operations[at] ?? {}
    for (const index of (method === 'POST' ? dependants.get(bulkId) : undefined) ?? []) {
      const operation = operations[index]
      if (operation === undefined || !written.delete(index)) continue
      settled.set(index, bulkFailure(operation, notMade(bulkId)))
      refused.push(index)
    }
  }
}

type Placed = readonly [index: number, result: BulkResult]

const inOrder = (results: readonly Placed[]): BulkResult[] =>
  [...results].sort(([a], [b]) => a - b).map(([, result]) => result)

/**
 * Which operation each of the upstream's results is of. Most servers answer in order; with `failOnErrors` some are left
 * out, and the standard binds nobody to an order. A result that cannot be placed goes last.
 */
function placed(results: readonly BulkResult[], written: ReadonlyMap<number, BulkOperation>): Placed[] {
  const open = [...written]
  return results.map((result) => {
    const sure = open.findIndex(([, operation]) => isResultOf(result, operation))
    const at = sure >= 0 ? sure : open.findIndex(([, { method }]) => method === result.method)
    const [found] = at < 0 ? [] : open.splice(at, 1)
    return [found?.[0] ?? Number.POSITIVE_INFINITY, result]
  })
}

/** A create is known by its bulkId, any other by where it stands; some servers leave either out. */
function isResultOf({ method, bulkId, location }: BulkResult, operation: BulkOperation): boolean {
  if (method !== operation.method) return false
  if (bulkId !== undefined && operation.bulkId !== undefined) return bulkId === operation.bulkId
  return method === 'POST' || location === undefined || location === operation.path
}
