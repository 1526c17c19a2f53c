import {
  type CelFunc,
  type CelInput,
  type CelList,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  celList,
  celMethod,
  isCelError,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel'
import type { Regex } from './regex.ts'

/** Counts what an evaluation does. One step is as much as takes about a microsecond. */
export interface Meter {
  /** @throws Error when there are no steps left */
  spend(steps: number): void
}

/** Values that one step may look at, and characters. */
export const valuesAStep = 8
const charactersAStep = 1024
const regexStepsAStep = 4096
const zoneSteps = 20
/** Longer texts are no numbers and no times; to read ten million digits takes seconds. */
const longestLiteral = 256

/** Functions that we call from the rewritten tree; nobody can write an `@`. */
export const roundsName = '@rounds'
export const newListName = '@list'
export const appendName = '@append'

let standard: readonly CelFunc[] | undefined

/** CEL's own functions. */
export const standardFunctions = (): readonly CelFunc[] => {
  standard ??= [...celEnv().funcs]
  return standard
}

/**
 * An environment in which every function pays for what it looks at, before it looks, and in which regular expressions are
 * those that were compiled at load.
 */
export const meteredEnv = (meter: Meter, regexes: ReadonlyMap<string, Regex>) =>
  celEnv({ funcs: [...standardFunctions().map((one) => metered(one, meter)), ...ownFunctions(meter, regexes)] })

function metered(original: CelFunc, meter: Meter): CelFunc {
  const { name, target, arguments: types, result } = original
  const call = (self: CelValue | undefined, args: CelValue[]): CelInput => {
    meter.spend(costOf(name, self === undefined ? args : [self, ...args], meter))
    const value = original.call(0, self, args)
    if (value === undefined) throw new Error(`${name} does not take these values`)
    if (isCelError(value)) throw value
    return value
  }
  return target === undefined
    ? celFunc(name, types, result, (...args) => call(undefined, args))
    : celMethod(name, target, types, result, function (...args) {
        return call(this, args)
      })
}

const readsText: ReadonlySet<string> = new Set(['int', 'uint', 'double', 'bool', 'timestamp', 'duration'])

function costOf(name: string, args: readonly CelValue[], meter: Meter): number {
  if (name === '_==_' || name === '_!=_' || name === '@in') return weightOf(args, name === '@in', meter)
  let cost = name.startsWith('get') && args.length > 1 ? zoneSteps : 0
  for (const value of args) {
    const length = lengthOf(value)
    if (length > longestLiteral && readsText.has(name)) throw new Error(`the text is too long for ${name}`)
    cost += length / charactersAStep
    if (name === '_+_' && isCelList(value)) cost += value.size / valuesAStep
  }
  return cost
}

const lengthOf = (value: CelValue): number =>
  typeof value === 'string' || value instanceof Uint8Array ? value.length : 0

/** What comparing these costs: all that is in them. It pays as it goes, since a small tree can unfold to a huge one. */
function weightOf(args: readonly CelValue[], isLookUp: boolean, meter: Meter): number {
  const visit = (value: CelValue): void => {
    meter.spend(1 / valuesAStep + lengthOf(value) / charactersAStep)
    if (isCelList(value)) for (const item of value) visit(item)
    else if (isCelMap(value)) for (const member of value.values()) visit(member)
  }
  for (const [index, value] of args.entries()) if (!(isLookUp && index === 1 && isCelMap(value))) visit(value)
  return 0
}

const { BOOL, DYN, INT, STRING } = CelScalar
const list = listType(DYN)

function ownFunctions(meter: Meter, regexes: ReadonlyMap<string, Regex>): CelFunc[] {
  // What `map` and `filter` collect in: CEL's own way, a list of lists of lists, takes time that grows with its square.
  const collected = new WeakMap<CelList, CelInput[]>()
  return [
    celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
      const regex = regexes.get(pattern)
      if (regex === undefined) throw new Error('the regular expression is not known')
      meter.spend((this.length * regex.size) / regexStepsAStep)
      return regex.test(this)
    }),
    celFunc(roundsName, [DYN, INT], DYN, (range, steps) => {
      if (isCelList(range) || isCelMap(range)) meter.spend(range.size * Number(steps))
      return range
    }),
    celFunc(newListName, [], list, () => {
      const items: CelInput[] = []
      const accumulator = celList(items)
      collected.set(accumulator, items)
      return accumulator
    }),
    celFunc(appendName, [list, list], list, (accumulator, more) => {
      const items = collected.get(accumulator)
      for (const item of more) items?.push(item)
      return accumulator
    }),
    celFunc('_+_', [list, list], list, (left, right) => {
      meter.spend((left.size + right.size) / valuesAStep)
      return celList([...left, ...right])
    }),
  ]
}
