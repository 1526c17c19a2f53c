import { type Awaiting, conflicts } from './bulk-schedule.ts'
import { touchedBy } from './bulk-touched.ts'
import type { BulkOperation } from './request.ts'

/** The operations of a Bulk, and how they refer to one another. */
export interface Linked {
  readonly operations: readonly BulkOperation[]
  /** The bulkIds that each operation speaks of. */
  readonly references: readonly ReadonlySet<string>[]
  /** Which operation makes the resource of a bulkId. */
  readonly makers: ReadonlyMap<string, number>
}

/** Each operation after those that it needs. Walks with a stack of its own: a chain may be as long as the Bulk. */
export function orderOf(state: Linked): readonly number[] {
  const placed = new Set<number>()
  for (const first of state.operations.keys()) {
    const stack = [first]
    for (let index = stack.at(-1); index !== undefined; index = stack.at(-1)) {
      const needed = placed.has(index) ? undefined : nextNeeded(index, state, { placed, stack })
      if (needed !== undefined) stack.push(needed)
      else {
        stack.pop()
        placed.add(index)
      }
    }
  }
  return [...placed]
}

interface Ordering {
  readonly placed: ReadonlySet<number>
  readonly stack: readonly number[]
}

/** An operation that must come before this one: not yet placed, and not itself on the way to it. */
function nextNeeded(index: number, { references, makers }: Linked, { placed, stack }: Ordering): number | undefined {
  for (const bulkId of references[index] ?? []) {
    const maker = makers.get(bulkId)
    if (maker !== undefined && !placed.has(maker) && !stack.includes(maker)) return maker
  }
  return undefined
}

/** What each operation, in this order, must wait for. */
export function awaiting(order: readonly number[], { operations, references, makers }: Linked): readonly Awaiting[] {
  const touched = touchedBy(operations)
  const known = new Map<number, Awaiting>()
  const waits = conflicts()
  for (const index of order) {
    const { changes, names } = touched[index] ?? { changes: new Set(), names: new Set() }
    const made = [...(references[index] ?? [])].flatMap((bulkId) => makers.get(bulkId) ?? [])
    // A maker that comes later is one of a circle: what is made without it does not wait.
    const before = made.filter((maker) => known.has(maker))
    known.set(index, { index, after: new Set([...before, ...waits(index, changes, names)]) })
  }
  return [...known.values()]
}
