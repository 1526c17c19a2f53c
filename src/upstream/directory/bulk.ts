import { reasonOf } from '../../log.ts'
import { bulkRequest, bulkResult, runBulk } from '../../scim/bulk.ts'
import type { Dialect } from '../../scim/dialect.ts'
import { ScimError } from '../../scim/error.ts'
import type { ScimReply, ScimRequest } from '../../scim/request.ts'
import { typeAt } from './model.ts'
import type { DirectoryParts } from './parts.ts'
import { serve } from './serve.ts'

/** Operations after which other requests get their turn: each holds the event loop for a fraction of a millisecond. */
const turnLength = 20

export interface BulkErrand {
  readonly dialect: Dialect
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number
}

/**
 * Does a Bulk (RFC 7644 §3.7). Each operation is a transaction of its own: one that fails leaves the others done, and
 * those that the deadline overtakes are answered 504 each.
 */
export async function carryBulk(
  parts: DirectoryParts,
  { operations, failOnErrors }: Extract<ScimRequest, { operation: 'bulk' }>,
  { dialect, deadlineAt }: BulkErrand,
): Promise<ScimReply> {
  const { ports, model } = parts
  const definitionAt = (segment: string) => Promise.resolve(typeAt(model, segment)?.definition)
  // The Bulk as a whole is answered 200, so that nobody else would hear of it.
  const logged = (error: unknown): never => {
    if (!(error instanceof ScimError)) ports.log.error({ tenant: parts.tenant, reason: reasonOf(error) }, 'Bulk failed')
    throw error
  }
  let done = 0
  const results = await runBulk(operations, {
    failOnErrors,
    carry: async (operation) => {
      done += 1
      if (done % turnLength === 0) await ports.wait(0)
      if (ports.now() > deadlineAt) throw new ScimError(504, 'the deadline passed before this operation')
      const request = await bulkRequest(operation, definitionAt, dialect)
      return bulkResult(operation, await serve(parts, request, deadlineAt).catch(logged))
    },
  })
  return { kind: 'bulk', results }
}
