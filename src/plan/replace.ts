import { ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { ScimReply } from '../scim/request.ts'
import { attributeIn, isAssigned, type Resource, spellingOf } from '../scim/resource.ts'
import type { ResourceDefinition, Schema } from '../scim/schema.ts'
import { afresh, again } from './again.ts'
import { conditioned, versioned, writeConditions } from './conditions.ts'
import { holdableResource } from './holdable.ts'
import { meets } from './meets.ts'
import { type Membership, membersIn } from './members.ts'
import { looksUpMembers, membersAsRead } from './members-read.ts'
import { mergedWith } from './merged.ts'
import { type Asked, formsOf, heldDefinition, memberFormsOf, type Planning } from './planning.ts'
import { readHeld } from './read.ts'
import { requireForReplace } from './required.ts'

import { membersShown, wantsMembers } from './shown.ts'
import { ask, type Plan } from './step.ts'
import { accepted } from './unsupported.ts'
import { planUpdate, shownAfter } from './update.ts'

/**
 * A resource in another one's place (RFC 7644 §3.5.1): one PUT where the upstream has it, else a read and a PATCH of what
 * differs. What it leaves out is cleared (`absentInPut`); a password is never in a difference, and so never sent.
 * @throws ScimError 400 before any call where something required would be cleared, or cannot be held
 */
export function* planReplace(request: Asked<'replace'>, planning: Planning): Plan<ScimReply> {
  const { capabilities, choices } = planning
  const { definition } = request
  const forms = formsOf(planning, definition)
  const conditions = writeConditions(request, planning)
  const body = accepted(holdableResource(spokenOut(request, planning), forms), choices)
  if (choices.absentInPut === 'clear') requireForReplace(body, planning, definition)
  if (isPutNative(planning, definition))
    return yield* again(conditions, (isFirst) =>
      put({ ...conditioned(afresh(request, isFirst), conditions), resource: body }, planning),
    )
  if (capabilities.patch === false)
    throw new ScimError(501, 'the upstream directory cannot replace or change resources')
  const update = {
    request,
    planning,
    patch: capabilities.patch,
    conditions,
    after: (held: Resource) => mergedWith(held, body, mergingBy(planning, definition)),
    blind: askedBlindly(body, heldDefinition(planning, definition)),
    membership: membershipOf(request.resource, planning, definition),
  }
  return shownAfter(
    yield* again(conditions, (isFirst) => planUpdate({ ...update, request: afresh(request, isFirst) })),
    request,
  )
}

/**
 * The body with a null for what it speaks of and leaves out, in schemas of the upstream's own: elsewhere that is cleared
 * anyway, there it would stay.
 */
function spokenOut({ resource, definition, speaksOf = [] }: Asked<'replace'>, planning: Planning): Resource {
  const { own = [], lasting = [] } = formsOf(planning, definition) ?? {}
  if (own.length === 0 || planning.choices.absentInPut === 'keep') return resource
  return speaksOf.reduce((body, { urn, name, sub }) => {
    if (urn === undefined || name === undefined || !own.some((one) => fold(one) === fold(urn))) return body
    if (lasting.some((one) => meets(heldDefinition(planning, definition), one, { urn, name }))) return body
    const extension = objectIn(body, urn)
    if (sub === undefined) return filled(body, urn, filled(extension, name, givenIn(extension, name)))
    const parts = objectIn(extension, name)
    return filled(body, urn, filled(extension, name, filled(parts, sub, givenIn(parts, sub))))
  }, resource)
}

/** An empty text stands for nothing (facts, part E). */
function givenIn(holder: JsonObject, name: string): Json {
  const value = attributeIn(holder, name)
  return value === undefined || value === '' ? null : value
}

function objectIn(holder: JsonObject, name: string): JsonObject {
  const value = attributeIn(holder, name)
  return isObject(value) ? value : {}
}

const filled = (holder: JsonObject, name: string, value: Json): JsonObject => ({
  ...holder,
  [spellingOf(holder, name) ?? name]: value,
})

/** Whether a PUT can be passed on, its members with it. */
export const isPutNative = (planning: Planning, definition: ResourceDefinition): boolean =>
  planning.capabilities.put && memberFormsOf(planning, definition)?.replace !== false

const mergingBy = (planning: Planning, definition: ResourceDefinition) => ({
  definition: heldDefinition(planning, definition),
  forms: formsOf(planning, definition),
  absent: planning.choices.absentInPut,
  apart: new Set(memberFormsOf(planning, definition) === undefined ? [] : ['members']),
})

/** The PUT itself; over what is there already where what it leaves out is to stay. */
function* put(request: Asked<'replace'>, planning: Planning): Plan<ScimReply> {
  const { held: _, ...asked } = request
  if (planning.choices.absentInPut === 'clear') return yield* puts(asked, planning)
  const found = yield* readHeld(request, planning, memberFormsOf(planning, request.definition) !== undefined)
  const members = found.members === undefined ? {} : { members: [...found.members.values()] }
  const before = found.members === undefined ? found.resource : { ...found.resource, ...members }
  const resource = mergedWith(before, request.resource, {
    ...mergingBy(planning, request.definition),
    apart: new Set(),
  })
  const conditions = versioned(writeConditions(request, planning), found.etag)
  return yield* puts({ ...asked, ...conditions, resource }, planning)
}

/** An answer that shows no members, since none does, with those that were put. */
function* puts(request: Asked<'replace'>, planning: Planning): Plan<ScimReply> {
  const reply = yield* ask({ request, purpose: 'forward' })
  const { definition, projection } = request
  if (reply.kind !== 'resource' || !looksUpMembers(definition, planning) || !wantsMembers(projection)) return reply
  const members = membersAsRead(membersIn(request.resource['members']), definition, planning)
  return { ...reply, resource: { ...reply.resource, members: [...membersShown(members, projection)] } }
}

/** A group's members, where the PUT says something of them: by naming them, or by leaving them out. */
function membershipOf(resource: Resource, planning: Planning, definition: ResourceDefinition): Membership | undefined {
  if (memberFormsOf(planning, definition) === undefined) return undefined
  const spelling = spellingOf(resource, 'members')
  if (spelling === undefined && planning.choices.absentInPut === 'keep') return undefined
  const wanted = membersIn(spelling === undefined ? undefined : resource[spelling])
  return { kind: 'all', after: () => wanted, whole: wanted }
}

/** What is shown only when asked for cannot be compared: it is written where the client gave it. */
function askedBlindly(body: Resource, { core, extensions }: ResourceDefinition): readonly PatchOperation[] {
  const inSchema = ({ id, attributes }: Schema): readonly PatchOperation[] => {
    const holder = id === core.id ? body : attributeIn(body, id)
    if (!isObject(holder)) return []
    return attributes.flatMap(({ name, returned, mutability }): readonly PatchOperation[] => {
      const value = attributeIn(holder, name)
      if (returned !== 'request' || mutability === 'readOnly' || value === undefined || !isAssigned(value)) return []
      return [{ op: 'replace', path: id === core.id ? { name } : { urn: id, name }, value }]
    })
  }
  return [core, ...extensions].flatMap(inSchema)
}
