import { attributeAt, canonicalPath, schemaAt } from '../scim/definition.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Projection } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { isForeign } from './holdable.ts'
import { formsOf, type Planning } from './planning.ts'

const id: AttributePath = { name: 'id' }

/**
 * A projection without what an upstream that is described exactly does not know: it may refuse the name of what it could
 * never show, where the standard has it show nothing (RFC 7644 §3.9).
 */
export function askable(projection: Projection, definition: ResourceDefinition, planning: Planning): Projection {
  const held = formsOf(planning, definition)
  const exact = held?.definition
  if (held === undefined || exact === undefined) return projection
  const isKnown = (path: AttributePath): boolean =>
    attributeAt(exact, path) !== undefined ||
    schemaAt(exact, path) !== undefined ||
    isForeign(held, canonicalPath(exact, path).urn ?? '')
  const { attributes = [], excludedAttributes = [] } = projection
  if (attributes.length > 0) {
    const known = attributes.filter(isKnown)
    return { attributes: known.length === 0 ? [id] : known }
  }
  const known = excludedAttributes.filter(isKnown)
  return known.length === 0 ? {} : { excludedAttributes: known }
}
