import type { Json, JsonObject } from '../scim/json.ts'
import { compileFilter } from '../scim/match.ts'
import type { PatchOperation } from '../scim/patch.ts'
import { printPatchPath } from '../scim/path.ts'
import type { Resource } from '../scim/resource.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundOneWay, BoundRules, BoundSlot, SlotValues } from './bound.ts'
import { unlessRefused } from './counterexample.ts'
import { apart } from './patch-apart.ts'
import { bindHidden } from './place-bind.ts'
import type { Rule, RulePath } from './rule.ts'
import type { Translator } from './translator.ts'
import { printRule } from './verdict.ts'

/**
 * What became of a rule: `carried` by its patterns; `asIs`: fits neither side and crosses unchanged; `else`; `refused`: not
 * carriable; `unfit`: an upstream value that no pattern fits; `absent`: there is nothing for it; `set` by a constant or a
 * default, `computed`; `skipped`: its condition does not hold, or a value is there already; `hidden`: it does not cross.
 * Of a PATCH: `direct`, or `read`: it depends on what is there.
 */
export type Outcome =
  | 'carried'
  | 'asIs'
  | 'else'
  | 'refused'
  | 'unfit'
  | 'absent'
  | 'set'
  | 'computed'
  | 'skipped'
  | 'hidden'
  | 'direct'
  | 'read'

/** One rule over one body: the values that it matched and printed, by place. */
export interface RuleTrace {
  readonly path: RulePath
  readonly rule: string
  readonly outcome: Outcome
  readonly client: JsonObject
  readonly upstream: JsonObject
  readonly reason?: string
}

type Traced = Pick<RuleTrace, 'outcome'> & Partial<Pick<RuleTrace, 'client' | 'upstream' | 'reason'>>

/** What each rule made of a client's resource. `built` is its upstream view; absent where it is not carriable. */
export const traceOutward = (bound: BoundRules, client: Resource, built: Resource | undefined): readonly RuleTrace[] =>
  traceAll(bound, (rule) => {
    if (rule.kind === 'two-way') return lensOutward(lensOf(rule, bound), client)
    if (rule.kind === 'hide') return hidden(rule, bound, client)
    return oneWayOutward(oneWayOf(rule, bound), bound, { client, built })
  })

/** What each rule makes of an upstream's resource. */
export const traceInward = (bound: BoundRules, upstream: Resource): readonly RuleTrace[] =>
  traceAll(bound, (rule) => {
    if (rule.kind === 'two-way') return lensInward(lensOf(rule, bound), upstream)
    if (rule.kind === 'hide') return hidden(rule, bound, upstream)
    if (rule.kind === 'default') return { outcome: 'absent' }
    const at = oneWayOf(rule, bound)?.at
    return { outcome: isBlank(at?.read(upstream)) ? 'absent' : 'hidden' }
  })

function traceAll({ rules }: BoundRules, trace: (rule: Rule) => Traced): readonly RuleTrace[] {
  return rules.rules
    .filter((rule, index) => rules.rules.findIndex(({ path }) => path === rule.path) === index)
    .map((rule) => ({ path: rule.path, rule: printRule(rule), client: {}, upstream: {}, ...trace(rule) }))
}

const lensOf = (rule: Rule, { lenses }: BoundRules): BoundLens | undefined =>
  lenses.find(({ path }) => path === rule.path)

function oneWayOf(rule: Rule, { rules, oneWay }: BoundRules): BoundOneWay | undefined {
  const kinds = ['constant', 'default', 'computed']
  return oneWay[rules.rules.filter(({ kind }) => kinds.includes(kind)).indexOf(rule)]
}

function lensOutward(lens: BoundLens | undefined, resource: Resource): Traced {
  const values = lens?.client.map(({ at }) => at.read(resource)) ?? []
  if (lens === undefined || values.every(isBlank)) return { outcome: 'absent' }
  const client = named(lens.client, values)
  const refusals: string[] = []
  const printed = unlessRefused(
    () => lens.outward(values),
    ({ message }) => refusals.push(message),
  )
  if (printed === undefined) return { outcome: 'refused', client, reason: refusals.join() }
  const fits = lens.client.every(({ pattern }, slot) => pattern.match(values[slot] ?? null) !== undefined)
  const outcome = fits ? 'carried' : lens.table?.otherwise === undefined ? 'asIs' : 'else'
  return { outcome, client, upstream: named(lens.upstream, printed) }
}

function lensInward(lens: BoundLens | undefined, resource: Resource): Traced {
  const values = lens?.upstream.map(({ at }) => at.read(resource)) ?? []
  if (lens === undefined || values.every(isBlank)) return { outcome: 'absent' }
  const shown = lens.inward(values)
  const outcome = shown.fits ? 'carried' : 'unfit'
  return { outcome, client: named(lens.client, shown.values), upstream: named(lens.upstream, values) }
}

function oneWayOutward(
  one: BoundOneWay | undefined,
  bound: BoundRules,
  { client, built }: { readonly client: Resource; readonly built: Resource | undefined },
): Traced {
  if (one === undefined || built === undefined) return { outcome: 'absent' }
  const value = one.at.read(built)
  const upstream = isBlank(value) ? {} : { [one.at.text]: value }
  if (one.kind === 'constant') return { outcome: 'set', upstream }
  if (one.kind === 'default')
    return isBlank(one.at.read(client))
      ? { outcome: 'set', upstream }
      : { outcome: 'skipped', reason: 'there is a value already' }
  const when = one.kind === 'computed' ? one.rule.when : undefined
  if (when !== undefined && !compileFilter(when, bound.client)(client))
    return { outcome: 'skipped', reason: 'its condition does not hold' }
  return isBlank(value) ? { outcome: 'absent', reason: 'what it reads is absent' } : { outcome: 'computed', upstream }
}

/** A hidden value is not repeated. */
function hidden(rule: Extract<Rule, { kind: 'hide' }>, bound: BoundRules, resource: Resource): Traced {
  const value = bindHidden(rule.place, bound.upstream).read(resource)
  return { outcome: isBlank(value) ? 'absent' : 'hidden' }
}

const named = (slots: readonly BoundSlot[], values: SlotValues): JsonObject =>
  Object.fromEntries(
    slots.flatMap(({ at }, slot): [string, Json][] => {
      const value = values[slot]
      return isBlank(value) ? [] : [[at.text, value]]
    }),
  )

/** What each rule makes of the operations of a PATCH that touch it. */
export function tracePatch(
  bound: BoundRules,
  translator: Pick<Translator, 'patch'>,
  operations: readonly PatchOperation[],
): readonly RuleTrace[] {
  return operations.flatMap((operation) =>
    (unlessRefused(() => apart(operation, bound)) ?? []).flatMap((one) => {
      const reach = bound.reach(one.path)
      const lenses =
        'lens' in reach
          ? [reach.lens]
          : bound.claimsOn(one.path).flatMap(({ lens }) => (lens === undefined ? [] : [lens]))
      const rules = bound.rules.rules.filter((rule) => lenses.some(({ path }) => path === rule.path))
      const traced = patchTrace(one, translator)
      return reach.kind === 'free' ? [] : rules.map((rule) => ({ path: rule.path, rule: printRule(rule), ...traced }))
    }),
  )
}

function patchTrace(
  operation: PatchOperation,
  translator: Pick<Translator, 'patch'>,
): Pick<RuleTrace, 'outcome' | 'client' | 'upstream' | 'reason'> {
  const client = printed([operation])
  const refusals: string[] = []
  const translation = unlessRefused(
    () => translator.patch([operation]),
    ({ message }) => refusals.push(message),
  )
  if (translation === undefined) return { outcome: 'refused', client, upstream: {}, reason: refusals.join() }
  if (translation.kind === 'read') return { outcome: 'read', client, upstream: {}, reason: translation.reason }
  return { outcome: 'direct', client, upstream: printed(translation.operations) }
}

const printed = (operations: readonly PatchOperation[]): JsonObject =>
  Object.fromEntries(
    operations.map((operation): [string, Json] => {
      const path = operation.path === undefined ? '' : ` ${printPatchPath(operation.path)}`
      return [`${operation.op}${path}`, operation.op === 'remove' ? null : operation.value]
    }),
  )
