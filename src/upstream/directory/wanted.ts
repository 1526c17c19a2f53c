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
  const names = (path: AttributePath) => {
    const { urn, name: named, sub } = canonicalPath(definition, path)
    const isCore = urn === undefined || fold(urn) === fold(definition.core.id)
    return { isNamed: isCore && (named === undefined || fold(named) === name), isWhole: sub === undefined }
  }
  if (attributes.length > 0) return attributes.some((path) => names(path).isNamed)
  return !excludedAttributes.some((path) => names(path).isNamed && names(path).isWhole)
}

/** Which computed attributes a filter and an order ask of each resource. */
export function computedFor(filter: Filter | undefined, sortBy: AttributePath | undefined): Computed {
  const names = new Set<string>()
  const note = ({ urn, name }: AttributePath) => {
    // The URN alone may be a whole schema, or end in an attribute: then both are wanted.
    if (name === undefined || urn !== undefined) for (const each of ['members', 'groups']) names.add(each)
    if (name !== undefined) names.add(fold(name))
  }
  if (sortBy !== undefined) note(sortBy)
  if (filter !== undefined)
    walkFilter(filter, (node, within) => {
      if (within === undefined && 'path' in node) note(node.path)
    })
  return { members: names.has('members'), groups: names.has('groups') }
}
