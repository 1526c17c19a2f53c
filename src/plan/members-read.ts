import type { JsonObject } from '../scim/json.ts'
import { attributeIn, idOf, type Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { userDefinition } from '../scim/schemas.ts'
import { type PageBudget, pageBudgetOf } from './budget.ts'
import type { Members } from './members.ts'
import { largestPage, readAll } from './page.ts'
import { memberFormsOf, type Planning } from './planning.ts'
import type { Plan } from './step.ts'

/** A member as a read of its group shows it (RFC 7643 §4.2). `$ref` is relative to the SCIM root. */
export interface Member extends JsonObject {
  value: string
  $ref: string
  type: string
}

const advice = 'leave the members out (excludedAttributes=members)'

/**
 * The members of a group whose reads do not show them: users are filtered by `MemberForms.lookup`, in pages of the largest
 * size. Direct members, and users only: nothing else is found by this filter (facts A3, A5).
 * @param budget shared with what else the client request reads; absent: all of it is for this group
 * @throws ScimError 400 `tooMany`
 */
export function* planMembers(groupId: string, planning: Planning, budget?: PageBudget): Plan<readonly Member[]> {
  const { capabilities, choices } = planning
  const lookup = capabilities.members.get('group')?.lookup
  if (lookup === undefined) throw new Error('the members of a group are looked up where its reads do not show them')
  const definition: ResourceDefinition = capabilities.types.get('user')?.definition ?? userDefinition
  const projection = capabilities.projection ? { attributes: [{ name: 'displayName' }] } : {}
  const filter = { kind: 'compare', operator: 'eq', path: lookup, value: groupId } as const
  const asked = {
    definition,
    query: { filter, ...projection },
    size: largestPage(capabilities, definition, projection),
    reason: 'the group has many members',
    purpose: 'members',
  } as const
  const users = yield* readAll(asked, { capabilities, budget: budget ?? pageBudgetOf(choices.pageBudget, advice) })
  return users.flatMap((user) => memberOf(user, definition))
}

function memberOf(user: Resource, definition: ResourceDefinition): readonly Member[] {
  const value = idOf(user)
  if (value === undefined) return []
  const display = attributeIn(user, 'displayName')
  return [{ ...memberAs(value, definition), ...(typeof display === 'string' ? { display } : {}) }]
}

const memberAs = (value: string, { type }: ResourceDefinition): Member => ({
  value,
  $ref: `${type.endpoint}/${encodeURIComponent(value)}`,
  type: type.name,
})

/**
 * Members as the next read would show them: who is looked up among users is one, whatever a client said of them.
 * @param read those that were read before, and the upstream's own account of them
 */
export function membersAsRead(
  members: Members,
  definition: ResourceDefinition,
  planning: Planning,
  read: Members = new Map(),
): readonly JsonObject[] {
  const isLookedUp = looksUpMembers(definition, planning)
  const users = planning.capabilities.types.get('user')?.definition ?? userDefinition
  return [...members].map(([key, member]) => {
    const value = attributeIn(member, 'value')
    return read.get(key) ?? (isLookedUp && typeof value === 'string' ? memberAs(value, users) : member)
  })
}

/** Whether reads of this type do not show its members. */
export const looksUpMembers = (definition: ResourceDefinition, planning: Planning): boolean => {
  const forms = memberFormsOf(planning, definition)
  return forms !== undefined && !forms.onRead && forms.lookup !== undefined
}
