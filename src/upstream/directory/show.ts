import { isObject, type Json, type JsonObject } from '../../scim/json.ts'
import { isAssigned, type Resource } from '../../scim/resource.ts'
import type { ResourceQueries, ResourceRow } from '../../store/resources.ts'
import { etagOf } from './conditions.ts'
import { type DirectoryModel, type DirectoryType, typeNamed } from './model.ts'

/** Which attributes that other rows hold are wanted: each costs a query. */
export interface Computed {
  readonly members: boolean
  readonly groups: boolean
}

export const nothingComputed: Computed = { members: false, groups: false }

/** A row with what it says, as a whole resource. */
export interface Shown {
  readonly row: ResourceRow
  readonly type: DirectoryType
  readonly resource: Resource
}

/** The rows as resources, in their order. Rows of types that the tenant's file no longer has are passed over. */
export function showRows(
  rows: readonly ResourceRow[],
  computed: Computed,
  model: DirectoryModel,
  queries: ResourceQueries,
): Shown[] {
  const typed = rows.flatMap((row) => {
    const type = typeNamed(model, row.type)
    return type === undefined ? [] : [{ row, type }]
  })
  const members = computed.members ? membersOf(typed, model, queries) : undefined
  const groups = computed.groups ? groupsOf(typed, model, queries) : undefined
  return typed.map(({ row, type }) => {
    const own = { members: members?.get(row.seq), groups: groups?.get(row.seq) }
    return { row, type, resource: show(row, type, own) }
  })
}

/** The stored body of a row. */
export function bodyOf(row: ResourceRow): JsonObject {
  const body: Json = JSON.parse(row.body)
  return isObject(body) ? body : {}
}

function show(
  row: ResourceRow,
  type: DirectoryType,
  own: { members?: Json[] | undefined; groups?: Json[] | undefined },
): Resource {
  const body = bodyOf(row)
  return {
    schemas: schemasOf(body, type),
    id: row.id,
    ...body,
    ...(own.members === undefined ? {} : { members: own.members }),
    ...(own.groups === undefined ? {} : { groups: own.groups }),
    meta: {
      resourceType: type.name,
      created: timeOf(row.createdAt),
      lastModified: timeOf(row.modifiedAt),
      location: locationOf(type, row.id),
      version: etagOf(row.version, own.groups),
    },
  }
}

/** RFC 7643 §3: the schemas that the resource has attributes of, whatever the client wrote. */
function schemasOf(body: JsonObject, { definition }: DirectoryType): string[] {
  const used = definition.extensions.filter(({ id }) => isAssigned(body[id]))
  return [definition.core.id, ...used.map(({ id }) => id)]
}

const timeOf = (millis: number): string => new Date(millis).toISOString()

export const locationOf = (type: DirectoryType, id: string): string =>
  `${type.definition.type.endpoint}/${encodeURIComponent(id)}`

type Typed = readonly { readonly row: ResourceRow; readonly type: DirectoryType }[]

function membersOf(rows: Typed, model: DirectoryModel, queries: ResourceQueries): Map<number, Json[]> {
  const lists = new Map<number, Json[]>()
  const groups = rows.filter(({ type }) => type.hasMembers).map(({ row }) => row.seq)
  if (groups.length === 0) return lists
  for (const { groupSeq, id, type, display } of queries.memberships.of(groups)) {
    const memberType = typeNamed(model, type)
    if (memberType === undefined) continue
    add(lists, groupSeq, {
      value: id,
      $ref: locationOf(memberType, id),
      type,
      ...(display === null ? {} : { display }),
    })
  }
  return lists
}

function groupsOf(rows: Typed, model: DirectoryModel, queries: ResourceQueries): Map<number, Json[]> {
  const lists = new Map<number, Json[]>()
  const users = rows.filter(({ type }) => type.hasGroups).map(({ row }) => row.seq)
  const groupType = typeNamed(model, 'Group')
  if (users.length === 0 || groupType === undefined) return lists
  for (const { memberSeq, id, display, direct } of queries.memberships.groupsOf(users))
    add(lists, memberSeq, {
      value: id,
      $ref: locationOf(groupType, id),
      ...(display === null ? {} : { display }),
      type: direct === 1 ? 'direct' : 'indirect',
    })
  return lists
}

function add(lists: Map<number, Json[]>, seq: number, value: Json): void {
  const list = lists.get(seq)
  if (list === undefined) lists.set(seq, [value])
  else list.push(value)
}
