import { canonicalPath } from '../scim/definition.ts'
import { walkFilter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import type { AttributePath, PatchPath } from '../scim/path.ts'
import type { BoundRules, ComputedRule } from './bound.ts'

/** Whether a change at a path of the client view may change what a template, an expression or a `when` reads. */
export function readByComputed({ oneWay, client }: BoundRules): (path: PatchPath) => boolean {
  const rules = oneWay.flatMap((one) => (one.kind === 'computed' ? [one.rule] : []))
  if (rules.length === 0) return () => false
  if (rules.some(({ reads }) => reads === 'all')) return () => true
  const reads = rules.flatMap(pathsOf).map((path) => canonicalPath(client, path))
  return (path) => reads.some((one) => meets(one, path))
}

function pathsOf({ reads, when }: ComputedRule): readonly AttributePath[] {
  const paths: AttributePath[] = reads === 'all' ? [] : [...reads]
  if (when === undefined) return paths
  walkFilter(when, (node, within) => {
    // What a value filter asks of the elements is asked of its attribute.
    if ('path' in node && within === undefined) paths.push(node.path)
  })
  return paths
}

/** Names are compared without their schemas: a template looks for a bare name in every extension. */
function meets(read: AttributePath, { name, sub, filter }: PatchPath): boolean {
  if (name === undefined || read.name === undefined) return true
  if (fold(name) !== fold(read.name)) return false
  const isOther = read.sub !== undefined && sub !== undefined && filter === undefined && fold(read.sub) !== fold(sub)
  return !isOther
}
