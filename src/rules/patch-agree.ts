import { subAttributeNamed } from '../scim/definition.ts'
import { isCaseExact } from '../scim/fold.ts'
import type { Attribute } from '../scim/schema.ts'
import type { BoundLens } from './bound.ts'

/** Whether PATCH operations do the same to two attributes. Of what a schema does not know, nobody can tell. */
export function agree(a: Attribute | undefined, b: Attribute | undefined): boolean {
  if (a === undefined || b === undefined) return false
  if (a.type !== b.type || a.multiValued !== b.multiValued || isCaseExact(a) !== isCaseExact(b)) return false
  if (a.mutability !== b.mutability || a.required !== b.required) return false
  const [subs = [], others = []] = [a.subAttributes, b.subAttributes]
  if (subs === others) return true
  return subs.length === others.length && subs.every((sub) => agree(sub, subAttributeNamed(b, sub.name)))
}

/** Whether a rule gives a whole attribute another name and does nothing else: any operation on it goes as it is. */
export function isMoved({ isRename, client, upstream }: BoundLens): boolean {
  const [from, to] = [client[0]?.at, upstream[0]?.at]
  return isRename && from?.kind === 'whole' && to?.kind === 'whole' && agree(from.attribute, to.attribute)
}

/** Whether an attribute holds one value that is not complex. */
export const isSimple = ({ type, multiValued }: Attribute): boolean => type !== 'complex' && !multiValued
