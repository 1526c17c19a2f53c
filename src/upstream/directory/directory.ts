import type { AttemptIntent, Purpose } from '../../call.ts'
import type { Dialect } from '../../scim/dialect.ts'
import { toScimError } from '../../scim/error.ts'
import { replyStatus } from '../../scim/reply.ts'
import type { ScimReply, ScimRequest } from '../../scim/request.ts'
import type { ResourceQueries } from '../../store/resources.ts'
import type { TenantStorage } from '../../store/storage.ts'
import type { Upstream } from '../upstream.ts'
import { type BulkErrand, carryBulk } from './bulk.ts'
import type { DirectoryClause } from './clause.ts'
import { discover } from './discovery.ts'
import { compileDirectory, typeAt } from './model.ts'
import type { DirectoryParts, DirectoryPorts } from './parts.ts'
import { ensureKeys } from './rebuild.ts'
import { serve } from './serve.ts'

export interface DirectoryOptions {
  readonly tenant: string
  /** The tenant's `upstream:` clause, as `directoryClause` parsed it. */
  readonly clause: DirectoryClause
  readonly resources: TenantStorage<ResourceQueries>
  /** Ids that `newId` makes must be in lower case. */
  readonly ports: DirectoryPorts
  /** How the operations inside a Bulk are read: as the tenant's front door reads requests. `auto` unless given. */
  readonly dialect?: Dialect
}

/**
 * The `directory` upstream (contract §6): a complete SCIM 2.0 service provider (RFC 7643, 7644, 9865) on the tenant's own
 * database. Each request is one attempt in the ledger. What it writes is durable when it answers, provided that the
 * storage's transactions are.
 */
export function createDirectory({ tenant, clause, resources, ports, dialect = 'auto' }: DirectoryOptions): Upstream {
  const parts: DirectoryParts = { tenant, model: compileDirectory(clause), storage: resources, ports }
  const ready = once(() => ensureKeys(parts))

  return {
    definitionAt: (segment) => Promise.resolve(typeAt(parts.model, segment)?.definition),
    carry: async (request, errand) => {
      const attempt = await errand.attempts.begin(intentOf(request, errand.purpose))
      try {
        await ready()
        const reply = await answer(parts, request, { dialect, deadlineAt: errand.deadlineAt })
        attempt.answered(replyStatus(reply))
        return reply
      } catch (error) {
        attempt.answered(toScimError(error).status)
        throw error
      }
    },
  }
}

async function answer(parts: DirectoryParts, request: ScimRequest, errand: BulkErrand): Promise<ScimReply> {
  switch (request.operation) {
    case 'bulk':
      return carryBulk(parts, request, errand)
    case 'discovery':
      return { kind: 'discovery', body: discover(parts.model, request.kind, request.name) }
    default:
      return serve(parts, request, errand.deadlineAt)
  }
}

const methods = { create: 'POST', read: 'GET', replace: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const

function intentOf(request: ScimRequest, purpose: Purpose = 'forward'): AttemptIntent {
  switch (request.operation) {
    case 'bulk':
      return { purpose, method: 'POST', path: '/Bulk' }
    case 'discovery':
      return { purpose, method: 'GET', path: `/${request.kind}${request.name === undefined ? '' : '/{name}'}` }
    case 'list':
      return request.definition === undefined
        ? { purpose, method: 'POST', path: '/.search' }
        : { purpose, method: 'GET', path: request.definition.type.endpoint }
    default: {
      const { endpoint } = request.definition.type
      const path = request.operation === 'create' ? endpoint : `${endpoint}/{id}`
      return { purpose, method: methods[request.operation], path }
    }
  }
}

/** Runs the work once, shared by all who ask; again only after it failed. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined
      throw error
    })
    return running
  }
}
