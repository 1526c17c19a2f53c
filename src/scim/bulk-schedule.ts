/** An operation, and those that must be done before it begins. */
export interface Awaiting {
  readonly index: number
  readonly after: ReadonlySet<number>
}

/** Does one; false: it is to be done once more when all before it are done, which `isLast` says. */
export type Perform = (index: number, isLast: boolean) => Promise<boolean>

/**
 * Tells, of operations that come in order, which earlier ones each must wait for: those that change what it touches, and
 * those that speak of what it changes.
 */
export function conflicts(): (
  index: number,
  changes: ReadonlySet<string>,
  names: ReadonlySet<string>,
) => ReadonlySet<number> {
  const changedBy = new Map<string, number>()
  const namedSince = new Map<string, number[]>()
  return (index, changes, names) => {
    const after = new Set<number>()
    for (const key of [...changes, ...names]) {
      const changer = changedBy.get(key)
      if (changer !== undefined) after.add(changer)
    }
    for (const key of changes) {
      for (const other of namedSince.get(key) ?? []) after.add(other)
      changedBy.set(key, index)
      namedSince.delete(key)
    }
    for (const key of names) if (!changes.has(key)) namedSince.set(key, [...(namedSince.get(key) ?? []), index])
    return after
  }
}

interface Schedule {
  /** Not begun, in order. */
  readonly waiting: Set<Awaiting>
  /** Done too early, in order. */
  readonly again: Set<Awaiting>
  readonly unfinished: Set<number>
}

/** Does operations as soon as those before them that they wait for are done, the earlier ones first, so many at a time. */
export function sideBySide(operations: readonly Awaiting[], most: number, perform: Perform): Promise<void> {
  const schedule: Schedule = {
    waiting: new Set(operations),
    again: new Set(),
    unfinished: new Set(operations.map(({ index }) => index)),
  }
  let underWay = 0
  return new Promise((resolve, reject) => {
    const begin = (): void => {
      for (
        let next = takeNext(schedule, most - underWay);
        next !== undefined;
        next = takeNext(schedule, most - underWay)
      ) {
        const one = next
        underWay += 1
        perform(one.index, isFirst(one, schedule)).then((isDone) => {
          underWay -= 1
          if (isDone) schedule.unfinished.delete(one.index)
          else schedule.again.add(one)
          begin()
        }, reject)
      }
      if (underWay === 0) resolve()
    }
    begin()
  })
}

/** The set keeps the order of the operations, so that its first is the earliest that is not done. */
const isFirst = ({ index }: Awaiting, { unfinished }: Schedule): boolean => unfinished.values().next().value === index

function takeNext({ waiting, again, unfinished }: Schedule, free: number): Awaiting | undefined {
  if (free <= 0) return undefined
  for (const one of again)
    if (isFirst(one, { waiting, again, unfinished })) {
      again.delete(one)
      return one
    }
  for (const one of waiting) {
    if ([...one.after].some((index) => unfinished.has(index))) continue
    waiting.delete(one)
    return one
  }
  return undefined
}
