import type { Ports } from '../ports.ts'
import { ScimError } from '../scim/error.ts'

/** Lets works of one name through one after the other, in the order in which they came. */
export interface Turns {
  /**
   * @param name what they have in common: a tenant and a resource
   * @param deadlineAt milliseconds since the epoch: nobody waits longer, and who gave up is never let through
   * @throws ScimError 503 where too many wait already, 504 at the deadline; else what `work` throws
   */
  take<T>(name: string, deadlineAt: number, work: () => Promise<T>): Promise<T>
  /** Names that somebody holds or waits for. */
  size(): number
}

/** Who waits for one resource. More are a client that lost its way, and would only wait for the deadline. */
const mostWaiting = 100

interface Queue {
  /** Resolves when everybody who came so far is done, or gave up behind others that are. */
  ended: Promise<unknown>
  /** Works that run or wait. */
  works: number
}

const late = Symbol('late')

/**
 * Turns for writes that depend on a read of the same resource: an upstream without entity tags cannot tell that somebody
 * else's change came between the two, and one of the changes would be lost.
 */
export function createTurns({ now, wait }: Pick<Ports, 'now' | 'wait'>): Turns {
  const queues = new Map<string, Queue>()

  async function waitFor(before: Promise<unknown>, deadlineAt: number): Promise<void> {
    const patience = new AbortController()
    const timeout = wait(Math.max(0, deadlineAt - now()), patience.signal).then(
      () => late,
      () => late,
    )
    const first = await Promise.race([before, timeout])
    patience.abort()
    if (first === late)
      throw new ScimError(504, 'others are changing the resource: nothing was done within the time', {
        retryAfter: '1',
      })
  }

  async function afterwards<T>(before: Promise<unknown>, deadlineAt: number, work: () => Promise<T>): Promise<T> {
    await waitFor(before, deadlineAt)
    return work()
  }

  return {
    size: () => queues.size,
    async take(name, deadlineAt, work) {
      const queue = queues.get(name) ?? { ended: Promise.resolve(), works: 0 }
      if (queue.works > mostWaiting)
        throw new ScimError(503, 'too many requests change this resource at once: try again', { retryAfter: '1' })
      const own = queue.works === 0 ? work() : afterwards(queue.ended, deadlineAt, work)
      // Whoever comes next waits for all before, not for this one alone: it may give up while they still run.
      queue.ended = Promise.all([queue.ended, own.catch(() => {})]).then(() => {})
      queue.works += 1
      queues.set(name, queue)
      try {
        return await own
      } finally {
        queue.works -= 1
        if (queue.works === 0) queues.delete(name)
      }
    },
  }
}
