import { ScimError } from '../../scim/error.ts'
import { project } from '../../scim/project.ts'
import type { Projection, ResourceRequest, ScimReply } from '../../scim/request.ts'
import { versionOf } from '../../scim/resource.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'
import type { ResourceQueries, ResourceRow } from '../../store/resources.ts'
import { etagOf, isUnchanged } from './conditions.ts'
import { list } from './list.ts'
import { type DirectoryType, typeNamed } from './model.ts'
import type { DirectoryParts } from './parts.ts'
import { requireKeys } from './rebuild.ts'
import { locationOf, showRows } from './show.ts'
import { computedIn } from './wanted.ts'
import { createRow, deleteRow, notFound, patchRow, replaceRow, requireRow, type Writing } from './write.ts'

/**
 * Serves a request for one resource or one list of them. A write is one transaction, and durable when this resolves.
 * @throws ScimError
 */
export async function serve(parts: DirectoryParts, request: ResourceRequest, deadlineAt: number): Promise<ScimReply> {
  switch (request.operation) {
    case 'list': {
      const types = request.definition === undefined ? parts.model.types : [typeOf(parts, request.definition)]
      return { kind: 'list', list: await list(parts, { types, query: request.query, deadlineAt }) }
    }
    case 'read':
      return read(parts, request)
    case 'create':
      return write(parts, request.definition, (writing) =>
        reply(writing, createRow(writing, request.resource), request.projection, 201),
      )
    case 'replace':
      return write(parts, request.definition, (writing) =>
        reply(writing, replaceRow(writing, request.id, request.resource, request), request.projection, 200),
      )
    case 'patch':
      return write(parts, request.definition, (writing) => {
        const row = patchRow(writing, request.id, request.operations, request)
        // Contract §12: a body only where the client asked for one.
        if (request.projection.attributes === undefined)
          return { kind: 'empty', status: 204, etag: etagOf(row.version) }
        return reply(writing, row, request.projection, 200)
      })
    case 'delete':
      return write(parts, request.definition, (writing) => {
        deleteRow(writing, request.id, request)
        return { kind: 'empty', status: 204 }
      })
  }
}

function read(parts: DirectoryParts, request: Extract<ResourceRequest, { operation: 'read' }>): ScimReply {
  const type = typeOf(parts, request.definition)
  const { ifMatch } = request
  return parts.storage.use((queries) => {
    // A read's If-None-Match is answered 304 below; only for a write would it be a 412 (RFC 9110 §13.1.2).
    const row = requireRow({ queries, type }, request.id, ifMatch === undefined ? {} : { ifMatch })
    const found = reply({ queries, type, model: parts.model }, row, request.projection, 200)
    return isUnchanged(request, found.etag) ? { kind: 'empty', status: 304, etag: found.etag } : found
  })
}

function write(
  { storage, model, ports }: DirectoryParts,
  definition: ResourceDefinition,
  work: (writing: Writing) => ScimReply,
): ScimReply {
  const type = typeOf({ model }, definition)
  return storage.use((queries) =>
    queries.transaction(() => {
      requireKeys(queries, { model })
      return work({ queries, model, type, ports })
    }),
  )
}

/** The row in the client's projection. Its place and version are said apart, for a projection may leave `meta` out. */
function reply(
  { queries, model, type }: { queries: ResourceQueries; model: DirectoryParts['model']; type: DirectoryType },
  row: ResourceRow,
  projection: Projection,
  status: 200 | 201,
): Extract<ScimReply, { kind: 'resource' }> & { readonly etag: string } {
  const [shown] = showRows([row], computedIn(projection, [type]), model, queries)
  if (shown === undefined) throw notFound(type, row.id)
  return {
    kind: 'resource',
    status,
    resource: project(shown.resource, projection, type.definition),
    location: locationOf(type, row.id),
    etag: versionOf(shown.resource) ?? etagOf(row.version),
  }
}

/** @throws ScimError 404 for a type that another file of this tenant had. */
function typeOf({ model }: Pick<DirectoryParts, 'model'>, { type }: ResourceDefinition): DirectoryType {
  const found = typeNamed(model, type.name)
  if (found === undefined) throw new ScimError(404, `there is nothing at ${type.endpoint}`)
  return found
}
