import { ScimError } from '../scim/error.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import type { Errand } from '../upstream/upstream.ts'
import { type Asked, ask, type Carrier, type Held, readHeld, requireInScope, shown, withoutMeta } from './carrier.ts'
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
  const replaceBy = async (body: typeof resource, own: Conditions, held?: Held): Promise<ScimReply> => {
    const projection = translator.projection(request.projection)
    const asked = {
      operation: 'replace',
      definition: translator.upstream,
      id,
      resource: body,
      projection,
      speaksOf: translator.carried,
      ...own,
      ...heldBy(held),
    } as const
    return shown(type, await ask(asked, errand, { carrier, type }), request.projection)
  }
  if (type.scope === undefined && !translator.hidesSomething) {
    return replaceBy(type.hasRules ? withoutMeta(translator.toUpstream(resource)) : resource, conditions)
  }
  const read = () => readHeld({ carrier, type, errand }, id)
  return afterReading(conditions, read, async (held, own) => {
    const after = translator.carryOver(held.resource, resource, true)
    if (type.scope !== undefined) requireInScope(type, translator.toClient(after), held.client)
    return replaceBy(type.hasRules ? withoutMeta(after) : resource, own, held)
  })
}

/** What was just read need not be read again. */
export const heldBy = (held: Held | undefined): { readonly held?: Resource } =>
  held === undefined ? {} : { held: held.resource }

/** What tells a resource and its version. */
const named = { attributes: [{ name: 'id' }, { name: 'meta' }] }

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
  const read = () => readHeld({ carrier, type, errand }, id, type.translator.projection(named, type.scope?.needs))
  return afterReading(conditions, read, (_held, own) => remove(own))
}

const maxReads = 3

/**
 * Writes what depends on what was read, under the version that was read; again when somebody else's change came between,
 * unless the client itself spoke of a version, which then is no more.
 * @throws ScimError 503 where others change the resource all the time
 */
export async function afterReading<T>(
  conditions: Conditions,
  read: () => Promise<Held>,
  write: (held: Held, conditions: Conditions) => Promise<T>,
): Promise<T> {
  const { ifMatch = '*', ifNoneMatch } = conditions
  const isClients = ifMatch !== '*' || ifNoneMatch !== undefined
  let refused: string | undefined
  for (let reads = 1; ; reads++) {
    const held = await read()
    // Who refuses the very tag that it gives cannot compare it: weak ones match nowhere by the letter (RFC 9110 §13.1.1).
    const isOfNoUse = held.etag !== undefined && held.etag === refused
    try {
      return await write(held, isOfNoUse ? conditions : versioned(conditions, held))
    } catch (error) {
      if (isClients || !(error instanceof ScimError) || error.status !== 412) throw error
      if (reads >= maxReads)
        throw new ScimError(503, 'others keep changing the resource: try again', { retryAfter: '1', cause: error })
      refused = held.etag
    }
  }
}

/** The conditions of a write that must meet what was read, where the upstream has versions. */
function versioned({ ifMatch, ...others }: Conditions, { etag }: Held): Conditions {
  const match = ifMatch !== undefined && ifMatch !== '*' ? ifMatch : (etag ?? ifMatch)
  return { ...others, ...(match === undefined ? {} : { ifMatch: match }) }
}
