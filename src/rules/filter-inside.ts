import { subAttributeNamed } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Attribute } from '../scim/schema.ts'
import { targetOf } from '../scim/target.ts'
import type { BoundLens, BoundRules } from './bound.ts'
import { type Bounds, exactly, unknown } from './filter-bounds.ts'
import { comparesAlike, type Question } from './filter-compare.ts'
import { shownWhole } from './filter-slot.ts'
import type { Answers } from './filter-tree.ts'
import { filterOf, upstreamPath } from './filter-upstream.ts'

/** The place of a whole attribute across a rename, for what lies in it; undefined where it is divided or changed. */
export function renamedWhole(lens: BoundLens): AttributePath | undefined {
  const at = lens.upstream[0]?.at
  return lens.isRename && at?.kind === 'whole' ? at.path : undefined
}

/** A sub-attribute of what a rule renames as a whole: it has the same name across. */
export function askInside(
  lens: BoundLens,
  inside: { readonly attribute: Attribute | undefined; readonly sub: string },
  question: Question,
  { upstream }: BoundRules,
): Bounds {
  const name = `${lens.client[0]?.at.text ?? ''}.${inside.sub}`
  const whole = renamedWhole(lens)
  if (whole === undefined) return unknown(`${name} has no place of its own upstream`)
  const path = upstreamPath({ ...whole, sub: inside.sub }, upstream)
  const there = targetOf(upstream, path)
  const isAlike = !there.isHidden && comparesAlikeOrIs(inside.attribute, there.attribute, question)
  if (!isAlike) return unknown(`${name} is not compared as it is upstream`)
  return shownWhole(lens, exactly(filterOf(path, question)))
}

export const comparesAlikeOrIs = (
  client: Attribute | undefined,
  upstream: Attribute | undefined,
  question: Question,
): boolean => question.kind === 'present' || comparesAlike(client, upstream, question)

/** Asks elements upstream what the client's are asked, where both compare alike. */
export function elementAnswers(
  client: Attribute | undefined,
  upstream: Attribute | undefined,
  reason: string,
): Answers {
  return {
    ask(path, question) {
      const name = path.name ?? ''
      const isAlike = comparesAlikeOrIs(elementSub(client, name), elementSub(upstream, name), question)
      return isAlike ? exactly(filterOf(path, question)) : unknown(reason)
    },
    elements: () => unknown(reason),
  }
}

/** The elements of a simple attribute have only a `value`, which is of its type. */
function elementSub(attribute: Attribute | undefined, name: string): Attribute | undefined {
  if (attribute === undefined || attribute.type === 'complex') return attribute && subAttributeNamed(attribute, name)
  return fold(name) === 'value' ? attribute : undefined
}
