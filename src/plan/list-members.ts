import { fold } from '../scim/fold.ts'
import type { AttributePath } from '../scim/path.ts'
import { idOf } from '../scim/resource.ts'
import { type PageBudget, tooMany } from './budget.ts'
import type { Source } from './listing.ts'
import { meets } from './meets.ts'
import { planMembers } from './members-read.ts'
import type { Planning } from './planning.ts'
import type { Found } from './sequence.ts'
import { sideBySide } from './side-by-side.ts'
import type { Plan } from './step.ts'

const members: AttributePath = { name: 'members' }
const advice = 'ask for fewer groups at once (count), or leave the members out'

/**
 * The groups of a page with their members, where the upstream's own answers do not show them and the client asks for them
 * by name, or the tenant shows them always (contract §6, `membersOnRead`).
 * @throws ScimError 400 `tooMany` before any of them is read, where there are more groups than calls left
 */
export function* withMembers(
  entries: readonly Found[],
  planning: Planning,
  budget: PageBudget,
): Plan<readonly Found[]> {
  const groups = entries.filter(({ source }) => wantsMembers(source, planning))
  if (groups.length === 0) return entries
  const reason = 'each group needs a call for its members'
  if (groups.length > budget.left) throw tooMany({ ...budget, advice }, reason)
  const filled = yield* sideBySide(groups.map((group) => () => withItsMembers(group, planning, budget)))
  const byGroup = new Map(groups.map((group, index) => [group, filled[index] ?? group]))
  return entries.map((entry) => byGroup.get(entry) ?? entry)
}

function* withItsMembers({ source, resource }: Found, planning: Planning, budget: PageBudget): Plan<Found> {
  const id = idOf(resource)
  if (id === undefined) return { source, resource }
  const found = yield* planMembers(id, planning, budget)
  return { source, resource: { ...resource, members: [...found] } }
}

function wantsMembers({ definition, projection }: Source, { capabilities, choices }: Planning): boolean {
  const forms = capabilities.members.get(fold(definition.type.name))
  if (forms === undefined || forms.onRead || forms.lookup === undefined) return false
  const { attributes = [], excludedAttributes = [] } = projection
  const names = (paths: readonly AttributePath[]) => paths.some((path) => meets(definition, path, members))
  if (attributes.length > 0) return names(attributes)
  // Who leaves out a part of each member still wants to know that there are some.
  return choices.membersOnRead === 'always' && !names(excludedAttributes.filter(({ sub }) => sub === undefined))
}
