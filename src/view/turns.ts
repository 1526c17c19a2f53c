/**
 * Lets works of one name through one after the other, in the order in which they came. Not every server has entity tags:
 * without them only this keeps a change that was made between another one's reading and writing.
 */
export function createTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const before = last.get(name)
    const own = before === undefined ? work() : before.then(work)
    // Whoever comes next does not care how this one ended.
    const ended = own.then(
      () => {},
      () => {},
    )
    last.set(name, ended)
    try {
      return await own
    } finally {
      if (last.get(name) === ended) last.delete(name)
    }
  }
}
