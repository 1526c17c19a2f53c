import { isSame } from '../../scim/equality.ts'
import { badRequest, ScimError } from '../../scim/error.ts'
import type { JsonObject } from '../../scim/json.ts'
import type { PatchOperation } from '../../scim/patch.ts'
import { applyPatch } from '../../scim/patch-apply.ts'
import type { Conditions } from '../../scim/request.ts'
import type { Resource } from '../../scim/resource.ts'
import { acceptPatch, acceptResource } from '../../scim/validate.ts'
import type { ResourceKey } from '../../store/resource-keys.ts'
import type { ResourceQueries, ResourceRow } from '../../store/resources.ts'
import { requireVersion } from './conditions.ts'
import { displayOf, keptOf } from './keep.ts'
import { keyDifference, keysOf } from './keys.ts'
import { changeMembers, type MemberChange, splitPatch, wholeList } from './members.ts'
import type { DirectoryModel, DirectoryType } from './model.ts'
import type { DirectoryPorts } from './parts.ts'
import { bodyOf, nothingComputed, showRows } from './show.ts'

/** One write, inside the transaction that makes it whole or not at all. */
export interface Writing {
  readonly queries: ResourceQueries
  readonly model: DirectoryModel
  readonly type: DirectoryType
  readonly ports: DirectoryPorts
}

/**
 * Characters of one resource's JSON, a group's members not counted: ten times what people are known to hold. A list has
 * a thousand resources and a search looks at five hundred at a time, so that this bounds what any request can cost.
 */
const maxLength = 128 * 1024

/** @throws ScimError 413 when the resource is larger than one may be. */
function textOf(resource: JsonObject): string {
  const text = JSON.stringify(resource)
  if (text.length > maxLength) throw new ScimError(413, `one resource may have ${maxLength} characters at most`)
  return text
}

/** Makes a resource (RFC 7644 §3.3). @throws ScimError 400, 413, or 409 `uniqueness`. */
export function createRow(writing: Writing, given: Resource): ResourceRow {
  const { queries, type, ports } = writing
  const { members, rest } = withoutMembers(given, type)
  textOf(rest)
  const kept = keptOf(acceptResource(rest, type.definition), type)
  const now = ports.now()
  const row = {
    id: ports.newId(),
    type: type.name,
    version: 1,
    createdAt: now,
    modifiedAt: now,
    display: displayOf(kept),
    body: textOf(kept),
  }
  const seq = queries.insert(row)
  claim(queries, seq, keysOf(kept, type))
  if (members !== undefined) changeMembers(seq, members, queries.memberships)
  return { seq, ...row }
}

/** Puts another resource in a resource's place (RFC 7644 §3.5.1). @throws ScimError 400, 404, 409, 412 or 413. */
export function replaceRow(writing: Writing, id: string, given: Resource, conditions: Conditions): ResourceRow {
  const { type } = writing
  const row = requireRow(writing, id, conditions)
  const { members = type.hasMembers ? wholeList(undefined) : undefined, rest } = withoutMembers(given, type)
  textOf(rest)
  const before = shownAlone(writing, row)
  return storeChange(writing, row, {
    kept: keptOf(acceptResource(rest, type.definition, before), type),
    members,
  })
}

/** Applies a patch, all of it or nothing (RFC 7644 §3.5.2). @throws ScimError 400, 404, 409, 412 or 413. */
export function patchRow(
  writing: Writing,
  id: string,
  operations: readonly PatchOperation[],
  conditions: Conditions,
): ResourceRow {
  const { type, queries, model } = writing
  // Contract §12: what is wrong with the patch itself is said first.
  acceptPatch(operations, type.definition)
  const row = requireRow(writing, id, conditions)
  const split = type.hasMembers ? splitPatch(operations) : { change: undefined, others: operations }
  if (split !== undefined) {
    const before = shownAlone(writing, row)
    return storeChange(writing, row, { kept: patched(before, split.others, type), members: split.change })
  }
  const [whole] = showRows([row], { ...nothingComputed, members: true }, model, queries)
  if (whole === undefined) throw notFound(type, id)
  const after = applyPatch(whole.resource, operations, type.definition)
  const { members = wholeList(undefined), rest } = withoutMembers(after, type)
  const before = withoutMembers(whole.resource, type).rest
  return storeChange(writing, row, { kept: accepted(before, rest, type), members })
}

/** Deletes a resource, and every membership in and of it (RFC 7644 §3.6). @throws ScimError 404 or 412. */
export function deleteRow(writing: Writing, id: string, conditions: Conditions): void {
  const { queries, ports } = writing
  const { seq } = requireRow(writing, id, conditions)
  const groups = queries.memberships.forget(seq)
  queries.keys.forget(seq)
  queries.remove(seq)
  if (groups.length > 0) queries.touch(groups, ports.now())
}

/** @throws ScimError 404, or 412 when the client knows another version. */
export function requireRow(
  { queries, type }: Pick<Writing, 'queries' | 'type'>,
  id: string,
  conditions: Conditions,
): ResourceRow {
  const row = queries.byId(type.name, id)
  if (row === undefined) throw notFound(type, id)
  requireVersion(conditions, row.version)
  return row
}

export const notFound = ({ name }: DirectoryType, id: string): ScimError =>
  new ScimError(404, `there is no ${name} with the id ${JSON.stringify(id.slice(0, 100))}`)

function patched(before: Resource, operations: readonly PatchOperation[], type: DirectoryType): JsonObject | undefined {
  const after = applyPatch(before, operations, type.definition)
  return after === before ? undefined : accepted(before, after, type)
}

const accepted = (before: Resource, after: Resource, type: DirectoryType): JsonObject =>
  keptOf(acceptResource(after, type.definition, before), type)

interface Change {
  /** Undefined when nothing but the members can have changed. */
  readonly kept: JsonObject | undefined
  readonly members: MemberChange | undefined
}

/** Writes what differs, and a new version only then: a change of nothing keeps `meta` as it was (RFC 7644 §3.5.2). */
function storeChange({ queries, type, ports }: Writing, row: ResourceRow, { kept, members }: Change): ResourceRow {
  const before = bodyOf(row)
  const body = kept === undefined ? row.body : textOf(kept)
  const isChanged = kept !== undefined && !isSame(before, kept)
  if (isChanged) {
    const { gone, come } = keyDifference(keysOf(before, type), keysOf(kept, type))
    queries.keys.remove(row.seq, gone)
    claim(queries, row.seq, come)
  }
  const areOthers = members !== undefined && changeMembers(row.seq, members, queries.memberships)
  if (!isChanged && !areOthers) return row
  const change = {
    version: row.version + 1,
    modifiedAt: ports.now(),
    display: isChanged ? displayOf(kept) : row.display,
    body: isChanged ? body : row.body,
  }
  queries.update(row.seq, change)
  return { ...row, ...change }
}

/** @throws ScimError 409 `uniqueness`: the index itself says so, so that no race can pass (RFC 7644 §3.12). */
function claim(queries: ResourceQueries, seq: number, keys: readonly ResourceKey[]): void {
  const taken = queries.keys.add(seq, keys)
  if (taken === undefined) return
  const name = taken.attribute.slice(taken.attribute.indexOf(':') + 1)
  throw new ScimError(409, `another resource has this ${name} already`, { scimType: 'uniqueness' })
}

/** The row as a resource without members and groups: what rules about single attributes need to see. */
function shownAlone({ queries, model, type }: Writing, row: ResourceRow): Resource {
  const [shown] = showRows([row], nothingComputed, model, queries)
  if (shown === undefined) throw notFound(type, row.id)
  return shown.resource
}

/** A group's members go their own way: there may be more of them than anybody wants to compare. */
function withoutMembers(given: Resource, type: DirectoryType): { members?: MemberChange; rest: Resource } {
  if (!type.hasMembers || given['members'] === undefined) return { rest: given }
  const { members, ...rest } = given
  if (members !== null && !Array.isArray(members)) throw badRequest('invalidValue', 'members must be a list')
  return { members: wholeList(members), rest }
}
