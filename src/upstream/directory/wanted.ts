import { canonicalPath } from '../../scim/definition.ts'
import { type Filter, walkFilter } from '../../scim/filter.ts'
import { fold } from '../../scim/fold.ts'
import type { AttributePath } from '../../scim/path.ts'
import type { Projection } from '../../scim/request.ts'
import type { ResourceDefinition } from '../../scim/schema.ts'
import type { DirectoryType } from './model.ts'
import type { Computed } from './show.ts'

/** Which computed attributes an answer in this projection holds: the others need not be read. */
export const computedIn = (projection: Projection, types: readonly DirectoryType[]): Computed => ({
  members: types.some((type) => type.hasMembers && isShown('members', projection, type.definition)),
  groups: types.some((type) => type.hasGroups && isShown('groups', projection, type.definition)),
})

function isShown(name: string, projection: Projection, definition: ResourceDefinition): boolean {
  const { attributes = [], excludedAttributes = [] } = projection
  if (attributes.length > 0) return attributes.some((path) => names(path, definition, name))
  return !excludedAttributes.some((path) => path.sub === undefined && names(path, definition, name))
}

/** Which computed attributes a filter and an order ask of each resource. */
export function computedFor(
  filter: Filter | undefined,
  sortBy: AttributePath | undefined,
  types: readonly DirectoryType[],
): Computed {
  const paths: AttributePath[] = sortBy === undefined ? [] : [sortBy]
  if (filter !== undefined)
    walkFilter(filter, (node, within) => {
      if (within === undefined && 'path' in node) paths.push(node.path)
    })
  const asks = (name: string, type: DirectoryType) => paths.some((path) => names(path, type.definition, name))
  return {
    members: types.some((type) => type.hasMembers && asks('members', type)),
    groups: types.some((type) => type.hasGroups && asks('groups', type)),
  }
}

/** Whether a path names this core attribute, or the whole core schema. */
function names(path: AttributePath, definition: ResourceDefinition, attribute: string): boolean {
  const { urn, name } = canonicalPath(definition, path)
  const isCore = urn === undefined || fold(urn) === fold(definition.core.id)
  return isCore && (name === undefined || fold(name) === attribute)
}
