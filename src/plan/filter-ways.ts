import type { Filter } from '../scim/filter.ts'
import { everything, type Forms, impliedBy, type Native, nativeOf, together } from './filter-native.ts'
import { filterOf, join, joined, type Term } from './filter-terms.ts'

/** One call: what the upstream is asked, and what of its answer counts. Without a filter it is asked for everything. */
export interface CoverCall {
  readonly filter?: Filter
  readonly residual?: Filter
}

/** Calls whose answers make up what a filter asks for, and what that costs: resources to read, by guess. */
export interface Way {
  readonly calls: readonly CoverCall[]
  readonly cost: number
}

export interface Ways {
  readonly forms: Forms
  readonly maxCalls: number
  /** Whether answers show all that the part compares. */
  isDecidable(part: Term): boolean
  /** How many more terms may be looked at: distributing multiplies them. */
  readonly work: { left: number }
}

/** What a call costs before it shows anything. */
const costOfCall = 10

/** The cheapest way to serve a term; undefined where there is none. */
export function bestWay(term: Term, ways: Ways): Way | undefined {
  ways.work.left -= 1
  const whole = nativeOf(term, ways.forms)
  if (whole !== undefined) return wayOf([whole], [])
  const options = [everythingFor(term, ways), term.kind === 'or' ? unionOf(term.parts, ways) : undefined]
  if (term.kind !== 'or') options.push(...narrowings(term.kind === 'and' ? term.parts : [term], ways))
  if (term.kind === 'and') options.push(...distributions(term.parts, ways))
  return cheapest(options)
}

const cheapest = (ways: readonly (Way | undefined)[]): Way | undefined =>
  ways.reduce(
    (best, way) => (best === undefined || (way !== undefined && way.cost < best.cost) ? way : best),
    undefined,
  )

/** One call that asks for all of `natives`, what they leave open decided here. */
function wayOf(natives: readonly Native[], open: readonly Term[]): Way {
  const native = together('and', natives)
  const residual = open.length === 0 ? {} : { residual: filterOf(join('and', open)) }
  return {
    calls: [{ filter: native.filter, ...residual }],
    cost: costOfCall + native.expected + open.length / 10,
  }
}

const everythingFor = (term: Term, { isDecidable }: Ways): Way | undefined =>
  isDecidable(term) ? { calls: [{ residual: filterOf(term) }], cost: costOfCall + everything } : undefined

interface Candidate {
  readonly native: Native
  /** The part that it decides; undefined where it only narrows. */
  readonly decides?: Term
}

/** An `and` by one call: what may be joined joined, and each by itself where it must be alone. */
function narrowings(parts: readonly Term[], ways: Ways): readonly Way[] {
  const candidates = parts.flatMap((part): readonly Candidate[] => {
    const native = nativeOf(part, ways.forms)
    if (native !== undefined) return [{ native, decides: part }]
    return impliedBy(part, ways.forms).map((implied) => ({ native: implied }))
  })
  const joinable = candidates.filter(({ native }) => !native.alone)
  const sets = ways.forms.list.and && joinable.length > 0 ? [joinable] : joinable.map((one) => [one])
  for (const one of candidates) if (one.native.alone) sets.push([one])
  return sets.flatMap((set) => {
    const open = parts.filter((part) => !set.some(({ decides }) => decides === part))
    if (!open.every(ways.isDecidable)) return []
    const natives = set.map(({ native }) => native)
    return [wayOf(natives, open)]
  })
}

/** `a and (b or c)` as `(a and b) or (a and c)`, for each `or` that there is. */
function distributions(parts: readonly Term[], ways: Ways): readonly Way[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'or' || part.parts.length > ways.work.left) return []
    const others = parts.filter((one) => one !== part)
    const way = unionOf(
      part.parts.map((branch) => join('and', [...others, branch])),
      ways,
    )
    return way === undefined ? [] : [way]
  })
}

/** Each branch in its own way; what the upstream itself can join with `or`, as one call. */
function unionOf(parts: readonly Term[], ways: Ways): Way | undefined {
  const natives = parts.map((part) => (ways.forms.list.or ? nativeOf(part, ways.forms) : undefined))
  const joinable = natives.filter((native) => native?.alone === false)
  const found: Way[] = joinable.length === 0 ? [] : [wayOf([together('or', joinable.filter(isGiven))], [])]
  for (const [index, part] of parts.entries()) {
    if (natives[index]?.alone === false) continue
    const way = bestWay(part, ways)
    if (way === undefined) return undefined
    found.push(way)
  }
  const calls = merged(found.flatMap((way) => way.calls))
  const tooMuch = calls.length > ways.maxCalls ? 1_000 * everything : 0
  return { calls, cost: found.reduce((sum, { cost }) => sum + cost, tooMuch) }
}

const isGiven = <T>(value: T | undefined): value is T => value !== undefined

/** Calls that ask for the same are one, in which either residual will do. */
function merged(calls: readonly CoverCall[]): readonly CoverCall[] {
  const byQuestion = new Map<string, CoverCall>()
  for (const call of calls) {
    const question = JSON.stringify(call.filter ?? null)
    const other = byQuestion.get(question)
    byQuestion.set(question, other === undefined ? call : either(other, call))
  }
  return [...byQuestion.values()]
}

function either({ filter, residual }: CoverCall, other: CoverCall): CoverCall {
  const question = filter === undefined ? {} : { filter }
  if (residual === undefined || other.residual === undefined) return question
  if (JSON.stringify(residual) === JSON.stringify(other.residual)) return { ...question, residual }
  return { ...question, residual: joined('or', [residual, other.residual]) }
}
