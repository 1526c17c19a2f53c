import type { Filter } from '../scim/filter.ts'
import { printAttributePath } from '../scim/path.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { bindRules } from './bind.ts'
import type { BoundLens, BoundRules, BoundSlot, ComputedRule } from './bound.ts'
import { type Counterexample, findCounterexample, fittingValues, unlessRefused } from './counterexample.ts'
import { createTranslator } from './create-translator.ts'
import { printPlace } from './place-parse.ts'
import type { Rule, RulePath, Slot, TypeRules } from './rule.ts'
import type { Translator } from './translator.ts'
import { askFilters, askPatches, type FilterVerdict, type FilterVerdicts, type PatchVerdicts } from './verdict-ask.ts'

/** What follows from a rule, found by asking the translator that serves it (contract §5, "the checker says what follows"). */
export interface RuleVerdict {
  /** From the document's root: `['rules', 'User', 3]`. */
  readonly path: RulePath
  /** The rule on one line: `userName "{x}@a.example" <-> userName "{x}@b.example"`. */
  readonly rule: string
  readonly kind: Rule['kind']
  /** Whether every value that crosses outward comes back. One-way rules show nothing that could differ. */
  readonly exact: boolean
  readonly because?: string
  /** Values that come back as others. A lossy rule may have one that no sample shows. */
  readonly counterexample?: Counterexample
  /** By the client's place. */
  readonly filters: Readonly<Record<string, FilterVerdicts>>
  /** By the client's place; of a computed rule by what it reads. */
  readonly patch: Readonly<Record<string, PatchVerdicts>>
  /** By the client's place: whether the upstream's order is the client's. */
  readonly sort: Readonly<Record<string, boolean>>
  /** Whether this rule makes a PUT look at what is there first. */
  readonly put: 'direct' | 'read'
  /** How many upstream values fitted no pattern, as far as is known: a running gateway counts them. */
  readonly unfit: number | null
}

/** How often upstream values did not fit a rule; null where nobody counted. */
export type UnfitCount = (rule: RulePath) => number | null

const uncounted: UnfitCount = () => null

/** Where a filter in the upstream's words is decided, by what the upstream compares; it asks about whole filters. */
export type UpstreamDecides = (filter: Filter) => Extract<FilterVerdict, 'native' | 'pages' | 'refused'>

const everything: UpstreamDecides = () => 'native'
const ignore = (): void => {}

/**
 * Judges every rule of a resource type against the definition of its upstream.
 * @param decides which filters the upstream decides; absent: all of them
 */
export function judgeRules(
  rules: TypeRules,
  upstream: ResourceDefinition,
  unfit: UnfitCount = uncounted,
  decides: UpstreamDecides = everything,
): readonly RuleVerdict[] {
  const bound = bindRules(rules, upstream)
  const translator = createTranslator(rules, upstream, ignore)
  return rules.rules.map((rule) => {
    const alone = createTranslator({ ...rules, unmapped: 'pass', rules: [rule] }, upstream, ignore)
    return {
      path: rule.path,
      rule: printRule(rule),
      kind: rule.kind,
      ...judge(rule, bound, { translator, alone, decides }),
      put: alone.hidesSomething ? 'read' : 'direct',
      unfit: unfit(rule.path),
    }
  })
}

type Judged = Pick<RuleVerdict, 'exact' | 'because' | 'counterexample' | 'filters' | 'patch' | 'sort'>

interface Asked {
  readonly translator: Translator
  /** The rule without the others: a value of it must not be refused for what others lack. */
  readonly alone: Translator
  readonly decides: UpstreamDecides
}

function judge(rule: Rule, bound: BoundRules, asked: Asked): Judged {
  if (rule.kind === 'two-way') {
    const lens = bound.lenses.find(({ path }) => path === rule.path)
    if (lens !== undefined) return judgeLens(lens, asked)
  }
  const nothing = { filters: {}, sort: {} }
  if (rule.kind !== 'computed') return { ...nothing, exact: true, patch: {} }
  return { ...nothing, exact: true, because: 'outward only', patch: patchesOfReads(rule, asked.translator) }
}

function judgeLens(lens: BoundLens, { translator, alone, decides }: Asked): Judged {
  const counterexample = lens.exact ? undefined : findCounterexample(lens, alone)
  const fitting = fittingValues(lens)
  const bySlot = <T>(ask: (slot: BoundSlot, index: number) => T) =>
    Object.fromEntries(lens.client.map((slot, index) => [slot.at.text, ask(slot, index)]))
  return {
    exact: lens.exact,
    ...(lens.lossyBecause === undefined ? {} : { because: lens.lossyBecause }),
    ...(counterexample === undefined ? {} : { counterexample }),
    filters: bySlot(({ at }, slot) => askFilters(at, fitting?.[slot], { translator, decides })),
    patch: bySlot(({ at }, slot) => askPatches(at, fitting?.[slot], translator)),
    sort: bySlot(({ at }) => at.filter === undefined && translator.sortBy(at.path) !== undefined),
  }
}

/** What a computed rule makes of PATCHes of the names that it reads. */
function patchesOfReads({ reads }: ComputedRule, translator: Translator): Judged['patch'] {
  if (reads === 'all') return { '*': { add: 'read', replace: 'read', remove: 'read' } }
  return Object.fromEntries(
    reads.map((path) => {
      const ask = (op: 'add' | 'replace') =>
        unlessRefused(() => translator.patch([{ op, path, value: 'Ann' }]))?.kind ?? 'refused'
      const remove = unlessRefused(() => translator.patch([{ op: 'remove', path }]))?.kind ?? 'refused'
      return [printAttributePath(path), { add: ask('add'), replace: ask('replace'), remove }]
    }),
  )
}

/** The rule on one line, the client's side before the upstream's. */
export function printRule(rule: Rule): string {
  switch (rule.kind) {
    case 'two-way': {
      const end = rule.table === undefined ? '' : ` (${rule.table.pairs.length} values)`
      const slots = [...rule.client, ...rule.upstream]
      const isPlain = slots.length === 2 && slots.every(({ pattern }) => pattern.whole)
      const print = isPlain ? printPlaces : printPatterns
      return `${print(rule.client)} <-> ${print(rule.upstream)}${end}`
    }
    case 'hide':
      return `hide ${printPlace(rule.place)}`
    case 'computed':
      return `-> ${printPlace(rule.upstream)} (computed)`
    default:
      return `-> ${printPlace(rule.upstream)} (${rule.kind} ${JSON.stringify(rule.value)})`
  }
}

const printPlaces = (slots: readonly Slot[]): string => slots.map(({ place }) => printPlace(place)).join(' + ')

/** With the holes that the sides share. */
const printPatterns = (slots: readonly Slot[]): string =>
  slots.map(({ place, pattern }) => `${printPlace(place)} ${JSON.stringify(pattern.text)}`).join(' + ')
