import type { PatchOperation } from '../scim/patch.ts'
import type { BoundLens, BoundRules } from './bound.ts'
import { apart } from './patch-apart.ts'
import type { Step } from './patch-step.ts'
import { stepping } from './patch-steps.ts'
import type { Translator } from './translator.ts'

/**
 * Translates a PATCH of the client view (law 2): operation by operation, where what each does is right whatever the
 * resource holds. Names that belong to the rules are left out, as readOnly ones are.
 */
export function translatePatch(bound: BoundRules): Translator['patch'] {
  const stepsOf = stepping(bound)
  return (given) => {
    const operations: PatchOperation[] = []
    const steps: Step[] = []
    for (const operation of given.flatMap((one) => apart(one, bound))) {
      const own = stepsOf(operation)
      if (own.every(({ kind }) => kind === 'ignored')) continue
      operations.push(operation)
      steps.push(...own)
    }
    const reason = reasonToRead(steps)
    if (reason !== undefined) return { kind: 'read', reason, operations }
    return { kind: 'direct', operations: steps.flatMap(operationsOf) }
  }
}

/** Why it takes a look at what is there; undefined when it takes none. */
function reasonToRead(steps: readonly Step[]): string | undefined {
  const touched = new Set<BoundLens>()
  for (const step of steps) {
    if (step.kind === 'read') return step.reason
    const lens = 'lens' in step ? step.lens : undefined
    if (lens === undefined) continue
    // Only the result of a whole PATCH must be carriable (contract §12).
    if (touched.has(lens))
      return `several operations give a value to ${lens.client.map(({ at }) => at.text).join(' and ')}`
    touched.add(lens)
  }
  return undefined
}

function operationsOf(step: Step): readonly PatchOperation[] {
  if (step.kind === 'refused') throw step.error
  return step.kind === 'direct' ? step.operations : []
}
