import { setImmediate } from 'node:timers/promises'

export interface GroupCommit<Item> {
  /** Resolves when the batch that holds the item was written; rejects when it was not. */
  add(item: Item): Promise<void>
  /** Whether a write is under way. */
  busy(): boolean
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>
}

interface Waiting<Item> {
  readonly item: Item
  resolve(): void
  reject(error: unknown): void
}

/** Turns of the event loop that a write waits at most: some milliseconds under full load. */
const maxTurns = 8

/**
 * Resolves after the first turn of the event loop that brings nothing new: at once when idle. A durable write costs the
 * processor as much as serving a request does, so under load it pays to let what is ready go along.
 */
async function gathered(count: () => number): Promise<void> {
  for (let turns = 0, before = 0; turns < maxTurns && count() > before; turns += 1) {
    before = count()
    await setImmediate()
  }
}

/**
 * Whatever arrives while one write is under way is the next write: no timer, no batch size. When a write fails, what
 * waits behind it fails too, since it may build on what was lost; what comes later is tried anew.
 */
export function createGroupCommit<Item>(write: (items: readonly Item[]) => Promise<void>): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await gathered(() => waiting.length)
      const batch = waiting
      waiting = []
      try {
        await write(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        const refused = [...batch, ...waiting]
        waiting = []
        for (const { reject } of refused) reject(error)
      }
    }
    running = undefined
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        running ??= run()
      }),
    busy: () => running !== undefined,
    idle: async () => {
      while (running !== undefined) await running
    },
  }
}
