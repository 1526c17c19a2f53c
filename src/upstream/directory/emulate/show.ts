import { fold } from '../../../scim/fold.ts'
import { isObject, type JsonObject } from '../../../scim/json.ts'
import { project } from '../../../scim/project.ts'
import type { Projection } from '../../../scim/request.ts'
import { customSecurityUrn } from '../../../scim/schemas-entra.ts'
import type { ResourceQueries, ResourceRow } from '../../../store/resources.ts'
import type { DirectoryModel } from '../model.ts'
import { nothingComputed, type Shown, showRows } from '../show.ts'

/** The rows as Entra shows them: never members, never groups (facts A5, A6). */
export const showAll = (
  rows: readonly ResourceRow[],
  model: DirectoryModel,
  queries: ResourceQueries,
  projection: Projection,
): JsonObject[] => showRows(rows, nothingComputed, model, queries).map((one) => showOne(one, projection))

function showOne({ row, type, resource }: Shown, projection: Projection): JsonObject {
  const { meta, schemas, ...rest } = project(resource, projection, type.definition)
  const named = Array.isArray(schemas) ? schemas : []
  return {
    // A set that is not asked for is not hinted at.
    schemas: named.filter((urn) => urn !== customSecurityUrn || rest[customSecurityUrn] !== undefined),
    ...rest,
    ...(isObject(meta) ? { meta: metaOf(row, type.name) } : {}),
  }
}

/** Facts A7: relative places, types in lower case; only groups say when they were made; no version. */
function metaOf({ id, createdAt }: ResourceRow, type: string): JsonObject {
  return {
    ...(type === 'Group' ? { created: new Date(createdAt).toISOString() } : {}),
    location: `/${fold(type)}s/${id}`,
    resourceType: fold(type),
  }
}
