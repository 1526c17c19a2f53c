import type { JsonObject } from '../scim/json.ts'
import { attributeIn, idOf, type Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { userDefinition } from '../scim/schemas.ts'
import { type PageBudget, pageBudgetOf } from './budget.ts'
import { largestPage, readAll } from './page.ts'
import type { Planning } from './plan.ts'
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

function memberOf(user: Resource, { type }: ResourceDefinition): readonly Member[] {
  const value = idOf(user)
  if (value === undefined) return []
  const display = attributeIn(user, 'displayName')
  return [
    {
      value,
      $ref: `${type.endpoint}/${encodeURIComponent(value)}`,
      ...(typeof display === 'string' ? { display } : {}),
      type: type.name,
    },
  ]
}
