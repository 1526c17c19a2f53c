import { ScimError } from '../scim/error.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import type { Errand } from '../upstream/upstream.ts'
import { type Asked, ask, type Carrier, type Held, readWhole, requireInScope, shown, withoutMeta } from './carrier.ts'
import type { TypeView } from './type-view.ts'

/** Makes a resource (RFC 7644 §3.3). @throws ScimError 400 where rules cannot carry it, 403 where it is out of scope */
export async function carryCreate(carrier: Carrier, request: Asked<'create'>, errand: Errand): Promise<ScimReply> {
  const type = carrier.viewOf(request.definition)
  type.requireAllowed('create')
  const { translator } = type
  const resource = type.hasRules ? withoutMeta(translator.toUpstream(request.resource)) : request.resource
  if (type.scope !== undefined) requireInScope(type, translator.toClient(resource))
  const projection = translator.projection(request.projection)
  const asked = { ...request, definition: translator.upstream, resource, projection }
  return shown(type, await ask(asked, errand, { carrier, type }), request.projection)
}

/**
 * Puts another resource in a resource's place (RFC 7644 §3.5.1). What the client cannot see stays: where there may be such
 * things, or a scope, the upstream's resource is read first.
 */
export async function carryReplace(carrier: Carrier, request: Asked<'replace'>, errand: Errand): Promise<ScimReply> {
  const type = carrier.viewOf(request.definition)
  type.requireAllowed('update')
  const { translator } = type
  const { id, resource } = request
  const conditions = type.tags.inUpstream(request)
  const replaceBy = async (body: typeof resource, own: Conditions): Promise<ScimReply> => {
    const projection = translator.projection(request.projection)
    const asked = {
      operation: 'replace',
      definition: translator.upstream,
      id,
      resource: body,
      projection,
      ...own,
    } as const
    return shown(type, await ask(asked, errand, { carrier, type }), request.projection)
  }
  if (type.scope === undefined && !translator.hidesSomething) {
    return replaceBy(type.hasRules ? withoutMeta(translator.toUpstream(resource)) : resource, conditions)
  }
  return afterReading(conditions, async () => {
    const held = await readWhole(carrier, type, id, errand)
    const after = translator.carryOver(held.resource, resource, true)
    requireInScope(type, translator.toClient(after), translator.toClient(held.resource))
    return replaceBy(type.hasRules ? withoutMeta(after) : resource, versioned(conditions, held))
  })
}

/** Deletes a resource (RFC 7644 §3.6); what is out of scope is not there. */
export async function carryDelete(
  carrier: Carrier,
  type: TypeView,
  request: Asked<'delete'>,
  errand: Errand,
): Promise<ScimReply> {
  const { id } = request
  const conditions = type.tags.inUpstream(request)
  const remove = async (own: Conditions): Promise<ScimReply> => {
    const asked = { operation: 'delete', definition: type.translator.upstream, id, ...own } as const
    return ask(asked, errand, { carrier, type })
  }
  if (type.scope === undefined) return remove(conditions)
  return afterReading(conditions, async () => remove(versioned(conditions, await readWhole(carrier, type, id, errand))))
}

const maxReads = 3

/**
 * Does what depends on what was read, again when somebody else's change came between: unless the client itself spoke of a
 * version, which then is no more.
 * @throws ScimError 503 where others change the resource all the time
 */
export async function afterReading<T>({ ifMatch = '*', ifNoneMatch }: Conditions, work: () => Promise<T>): Promise<T> {
  for (let reads = 1; ; reads++) {
    try {
      return await work()
    } catch (error) {
      const isOwn = ifMatch !== '*' || ifNoneMatch !== undefined
      const isOvertaken = error instanceof ScimError && error.status === 412 && !isOwn
      if (!isOvertaken) throw error
      if (reads >= maxReads)
        throw new ScimError(503, 'others keep changing the resource: try again', { retryAfter: '1', cause: error })
    }
  }
}

/** The conditions of a write that must meet what was read, where the upstream has versions. */
export function versioned({ ifMatch, ...others }: Conditions, { etag }: Held): Conditions {
  const match = ifMatch !== undefined && ifMatch !== '*' ? ifMatch : (etag ?? ifMatch)
  return { ...others, ...(match === undefined ? {} : { ifMatch: match }) }
}
