import type { Capabilities, MemberForms, PlanChoices, TypeForms } from '../capabilities.ts'
import { fold } from '../scim/fold.ts'
import type { AttributePath } from '../scim/path.ts'
import type { ResourceRequest } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'

/** What plans are made by. */
export interface Planning {
  readonly capabilities: Capabilities
  readonly choices: PlanChoices
}

/** A request for one resource, in the upstream's words. */
export type SingleRequest = Exclude<ResourceRequest, { operation: 'list' }>

export type Asked<Name extends SingleRequest['operation']> = Extract<SingleRequest, { operation: Name }>

export const defaultChoices: PlanChoices = {
  pageBudget: 20,
  membersOnRead: 'get',
  absentInPut: 'clear',
  unsupported: 'drop',
}

/** What the upstream's resources of a type can hold; undefined where it holds what the request's definition says, and more. */
export const formsOf = ({ capabilities }: Planning, { type }: ResourceDefinition): TypeForms | undefined =>
  capabilities.types.get(fold(type.name))

/** The type as the upstream holds it: what is written is compared and judged by this. */
export const heldDefinition = (planning: Planning, definition: ResourceDefinition): ResourceDefinition =>
  formsOf(planning, definition)?.definition ?? definition

/** How members of this type are written, where that differs from any other attribute; undefined where it does not. */
export function memberFormsOf({ capabilities }: Planning, { type }: ResourceDefinition): MemberForms | undefined {
  const forms = capabilities.members.get(fold(type.name))
  return forms !== undefined && writesFreely(forms) && forms.onRead ? undefined : forms
}

/** Whether members are written as any other attribute is. */
export const writesFreely = (forms: MemberForms): boolean =>
  forms.mixed &&
  forms.replace &&
  forms.atCreate &&
  !forms.removalOfNobodyIs404 &&
  forms.addsPerPatch === undefined &&
  forms.removalsPerPatch === undefined

/** What filters on a type may name and no answer shows: what is said so, and members that reads do not show. */
export function unseenOf({ types, members }: Capabilities, { type }: ResourceDefinition): readonly AttributePath[] {
  const name = fold(type.name)
  const told = types.get(name)?.unseen ?? []
  return members.get(name)?.onRead === false ? [...told, { name: 'members' }] : told
}
