import type { Translator } from '../rules/translator.ts'
import { attributeAt } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { AttributePath } from '../scim/path.ts'

/** Whether a path is of a group's members, or of one of them. */
export const isMembers = (path: AttributePath | undefined): boolean =>
  path?.urn === undefined && fold(path?.name ?? '') === 'members'

const probe: readonly PatchOperation[] = [{ op: 'add', path: { name: 'members' }, value: [{ value: 'x' }] }]

/**
 * Whether a type has members (RFC 7643 §4.2) that rules leave alone: they cross as they are, and no rule and no scope reads
 * them.
 */
export function leavesMembers(translator: Translator, needs: readonly AttributePath[]): boolean {
  const members = attributeAt(translator.client, { name: 'members' })
  if (members?.attribute.multiValued !== true || needs.some(isMembers)) return false
  const { kind, operations } = translator.patch(probe)
  return kind === 'direct' && JSON.stringify(operations) === JSON.stringify(probe)
}
