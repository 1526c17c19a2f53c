import { reasonOf } from '../log.ts'
import { bulkRequest, bulkResult, bulkSideBySide, runBulk } from '../scim/bulk.ts'
import { ScimError } from '../scim/error.ts'
import type { ResourceRequest, ScimReply, ScimRequest } from '../scim/request.ts'
import type { Errand } from '../upstream/upstream.ts'
import type { Carrier } from './carrier.ts'

type CarryOne = (request: ResourceRequest, errand: Errand) => Promise<ScimReply>

/** Does a Bulk (RFC 7644 §3.7) operation by operation, each as if it had come by itself. */
export async function carryBulk(
  carrier: Carrier,
  { operations, failOnErrors }: Extract<ScimRequest, { operation: 'bulk' }>,
  errand: Errand,
  carryOne: CarryOne,
): Promise<ScimReply> {
  const definitionAt = async (segment: string) => (await carrier.viewAt(segment, errand))?.translator.client
  // The Bulk as a whole is answered 200, so that nobody else would hear of it.
  const logged = (error: unknown): never => {
    if (!(error instanceof ScimError))
      carrier.log.error({ tenant: carrier.tenant, reason: reasonOf(error) }, 'an operation of a Bulk failed')
    throw error
  }
  const results = await runBulk(operations, {
    failOnErrors,
    parallel: bulkSideBySide,
    carry: async (operation) => {
      if (carrier.now() > errand.deadlineAt) throw new ScimError(504, 'the deadline passed before this operation')
      const request = await bulkRequest(operation, definitionAt, carrier.dialect)
      return bulkResult(operation, await carryOne(request, errand).catch(logged))
    },
  })
  return { kind: 'bulk', results }
}
