import { isSame } from '../scim/equality.ts'
import { ScimError } from '../scim/error.ts'
import { applyPatch } from '../scim/patch-apply.ts'
import type { Conditions, ScimReply } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { requireConditions, versioned } from './conditions.ts'
import { holdableResource } from './holdable.ts'
import { holdableOperations } from './patch-holdable.ts'
import { pathed } from './patch-pathed.ts'
import { isShown } from './patch-sorted.ts'
import { type Asked, formsOf, heldDefinition, memberFormsOf, type Planning } from './planning.ts'
import { readHeld } from './read.ts'
import { requireKept } from './required.ts'
import { replyOf } from './shown.ts'
import { ask, type Plan } from './step.ts'
import { accepted } from './unsupported.ts'

/** A PATCH on an upstream without: what is there, changed, put in its own place under its own version (contract §6). */
export function* patchByPut(request: Asked<'patch'>, conditions: Conditions, planning: Planning): Plan<ScimReply> {
  const { definition, id, projection } = request
  if (!planning.capabilities.put) throw new ScimError(501, 'the upstream directory cannot change resources')
  const forms = formsOf(planning, definition)
  const operations = accepted(holdableOperations(pathed(request.operations, definition), forms), planning.choices)
  requireKept(operations, planning, heldDefinition(planning, definition))
  const found = yield* readHeld(request, planning, memberFormsOf(planning, definition) !== undefined)
  const before: Resource =
    found.members === undefined ? found.resource : { ...found.resource, members: [...found.members.values()] }
  const after = applyPatch(before, operations, definition)
  const shown = { definition, id, projection, resource: before, etag: found.etag }
  if (isSame(before, after)) {
    requireConditions(conditions, found.etag)
    return isShown(request) ? replyOf(shown) : { kind: 'empty', status: 204, ...tagged(found.etag) }
  }
  const resource = holdableResource(after, forms).held
  const put = {
    operation: 'replace',
    definition,
    id,
    resource,
    projection,
    ...versioned(conditions, found.etag),
  } as const
  const reply = yield* ask({ request: put, purpose: 'forward' })
  if (!isShown(request)) {
    const etag = reply.kind === 'resource' || reply.kind === 'empty' ? reply.etag : undefined
    return { kind: 'empty', status: 204, ...tagged(etag) }
  }
  return reply.kind === 'resource' ? reply : replyOf({ ...shown, resource: after, etag: undefined })
}

const tagged = (etag: string | undefined): { readonly etag?: string } => (etag === undefined ? {} : { etag })
