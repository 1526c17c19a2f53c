/**
 * Resolves after `waitMs`; rejects with the signal's reason when it aborts first, and then clears its timer: one that runs
 * on keeps a Durable Object awake, and awake is billed. A plain timer, since those of node:timers/promises make an error for
 * each wait that ends early, and every request has one.
 */
export const wait = (waitMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, waitMs)
    signal?.addEventListener('abort', abort, { once: true })
  })
