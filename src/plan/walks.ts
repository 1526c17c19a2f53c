import { LRUCache } from 'lru-cache'
import type { Position } from './sequence.ts'

/** A place that a walk came by: behind `offset` resources that count. */
export interface Mark {
  readonly offset: number
  readonly position: Position
}

/** What is remembered of a list that a client pages by index over an upstream that cannot. */
export interface Walk {
  /** Milliseconds since the epoch: when it began. */
  readonly at: number
  readonly marks: readonly Mark[]
  /** How many there were when they were counted. */
  readonly total?: number
  /** Where they had to be searched for: the calls and ids of those that count, and how many were looked at. */
  readonly found?: { readonly ids: readonly FoundId[]; readonly read: number }
}

export interface FoundId {
  readonly call: number
  readonly id: string
}

/** One tenant's walks, in memory: a lost one is walked again. */
export interface Walks {
  get(key: string): Walk | undefined
  set(key: string, walk: Walk): void
  forget(key: string): void
}

/** As long as a cursor holds. */
const lifeMs = 3_600_000
const maxWalks = 200
/** About so many ids and positions in all, 100 bytes each. */
const maxSize = 50_000
const maxMarks = 32

export function createWalks(now: () => number): Walks {
  const walks = new LRUCache<string, Walk>({ max: maxWalks, maxSize, sizeCalculation: sizeOf })
  return {
    get(key) {
      const walk = walks.get(key)
      return walk === undefined || now() - walk.at > lifeMs ? undefined : walk
    },
    // A walk that is larger than the store is not kept at all.
    set: (key, walk) => walks.set(key, { ...walk, marks: walk.marks.slice(-maxMarks) }),
    forget: (key) => walks.delete(key),
  }
}

const sizeOf = ({ marks, found }: Walk): number =>
  marks.reduce((sum, { position }) => sum + 1 + Math.ceil((position.place.cursor?.length ?? 0) / 100), 1) +
  (found?.ids.reduce((sum, { id }) => sum + 1 + Math.floor(id.length / 100), 0) ?? 0)
