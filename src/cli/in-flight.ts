/**
 * Does some work for each item, `width` at a time, and gives the results in the items' order. Once one failed, none is
 * begun.
 * @throws what the work throws.
 */
export async function inFlight<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  // All lanes take from one iterator.
  const queue = items.entries()
  let failed = false
  const lane = async (): Promise<void> => {
    for (const [at, item] of queue) {
      if (failed) return
      try {
        results[at] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results
}
