import type { SourceChange } from './source.ts'

const union = (a: SourceChange, b: SourceChange): SourceChange =>
  a === 'all' || b === 'all'
    ? 'all'
    : { tenants: [...new Set([...a.tenants, ...b.tenants])], templates: [...new Set([...a.templates, ...b.templates])] }

/**
 * Takes changes in one after the other: what is reported while one is under way is the next one. A failure is told to
 * `onError` and ends nothing.
 */
export function createChanges(takeIn: (change: SourceChange) => Promise<void>, onError: (error: unknown) => void) {
  let pending: SourceChange | undefined
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    for (let change = pending; change !== undefined; change = pending) {
      pending = undefined
      await takeIn(change).catch(onError)
    }
    running = undefined
  }

  return {
    add(change: SourceChange): void {
      pending = pending === undefined ? change : union(pending, change)
      running ??= run()
    },
    settled: (): Promise<void> => running ?? Promise.resolve(),
  }
}
