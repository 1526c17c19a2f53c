import type { ScimReply } from '../scim/request.ts'
import type { Errand } from '../upstream/upstream.ts'
import { type Asked, ask, type Carrier, readHeld, replyOf, shown, tagged } from './carrier.ts'
import { changed, names } from './entity-tag.ts'

/** Reads one resource (RFC 7644 §3.4.1). Where a scope must be asked, what it compares is read besides. */
export async function carryRead(carrier: Carrier, request: Asked<'read'>, errand: Errand): Promise<ScimReply> {
  const type = carrier.viewOf(request.definition)
  type.requireAllowed('read')
  const { id, projection } = request
  const { translator } = type
  const conditions = type.tags.inUpstream(request)
  if (type.scope === undefined) {
    const { ifMatch: _, ifNoneMatch: __, ...rest } = request
    const asked = {
      ...rest,
      ...conditions,
      definition: translator.upstream,
      projection: translator.projection(projection),
    }
    return shown(type, await ask(asked, errand, { carrier, type }), projection)
  }
  // Not with the client's conditions: that a resource has not changed is told of those in scope only.
  const held = await readHeld({ carrier, type, errand }, id, translator.projection(projection, type.scope.needs))
  const { ifMatch, ifNoneMatch } = conditions
  if (ifMatch !== undefined && held.etag !== undefined && !names(ifMatch, held.etag)) throw changed()
  if (ifNoneMatch !== undefined && held.etag !== undefined && names(ifNoneMatch, held.etag))
    return { kind: 'empty', status: 304, ...tagged(type, held.etag) }
  return replyOf(type, held, projection)
}
