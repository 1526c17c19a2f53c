import { canonicalPath } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import type { AttributePath } from '../scim/path.ts'
import type { ResourceDefinition } from '../scim/schema.ts'

/** Whether one of two paths names the other one, or a part of it: `manager`, `manager.value`, a whole extension. */
export function meets(definition: ResourceDefinition, one: AttributePath, other: AttributePath): boolean {
  const [a, b] = [canonicalPath(definition, one), canonicalPath(definition, other)]
  return fold(a.urn ?? '') === fold(b.urn ?? '') && isSamePart(a.name, b.name) && isSamePart(a.sub, b.sub)
}

/** Where a path says no more, it means all that is below. */
const isSamePart = (left: string | undefined, right: string | undefined): boolean =>
  left === undefined || right === undefined || fold(left) === fold(right)
