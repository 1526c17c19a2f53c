import type { ResourceDefinition } from '../scim/schema.ts'
import type { BoundLens, BoundOneWay, BoundRules, Claim } from './bound.ts'
import { clientDefinition } from './client-definition.ts'
import { type Bind, bindLens } from './lens.ts'
import type { Pattern } from './pattern.ts'
import { bindHidden, bindPlace } from './place-bind.ts'
import { createReach } from './reach.ts'
import type { Rule, TypeRules } from './rule.ts'

/** Binds the rules of a resource type to the upstream's definition of it, once. */
export function bindRules(given: TypeRules, upstream: ResourceDefinition): BoundRules {
  const rules = given.unmapped === 'drop' ? { ...given, rules: given.rules.flatMap(crossingDefault) } : given
  const client = clientDefinition(rules, upstream)
  const bindClient: Bind = (place) => bindPlace(place, client)
  const bindUpstream: Bind = (place) => bindPlace(place, upstream)
  const lenses = rules.rules.flatMap((rule) =>
    rule.kind === 'two-way' ? [bindLens(rule, bindClient, bindUpstream)] : [],
  )
  const oneWay = rules.rules.flatMap((rule) => bindOneWay(rule, bindUpstream))
  const claims = [
    ...lenses.flatMap(claimsOf),
    ...oneWay.flatMap((one): Claim[] => (one.kind === 'default' ? [] : [{ side: 'upstream', at: one.at }])),
    ...rules.rules.flatMap((rule) =>
      rule.kind === 'hide' ? [{ side: 'upstream' as const, at: bindHidden(rule.place, upstream) }] : [],
    ),
  ]
  return {
    rules,
    upstream,
    client,
    lenses,
    oneWay,
    claims,
    ...createReach(claims, { client, upstream }, rules.unmapped === 'drop'),
  }
}

const claimsOf = (lens: BoundLens): Claim[] =>
  (['client', 'upstream'] as const).flatMap((side) => lens[side].map(({ at }, slot) => ({ side, at, lens, slot })))

function bindOneWay(rule: Rule, bind: Bind): readonly BoundOneWay[] {
  if (rule.kind === 'computed') return [{ kind: rule.kind, at: bind(rule.upstream), rule }]
  if (rule.kind === 'constant' || rule.kind === 'default')
    return [{ kind: rule.kind, at: bind(rule.upstream), value: rule.value }]
  return []
}

/** Where what no rule names is dropped, a default names its own: it crosses both ways, as it does elsewhere. */
function crossingDefault(rule: Rule): readonly Rule[] {
  if (rule.kind !== 'default') return [rule]
  const slots = [{ place: rule.upstream, pattern: asItIs }]
  return [rule, { kind: 'two-way', path: rule.path, client: slots, upstream: slots }]
}

const hole = 'value'

const asItIs: Pattern = {
  text: `{${hole}}`,
  parts: [{ hole, pipes: [] }],
  holes: [hole],
  exact: true,
  whole: true,
  match: (value) => new Map([[hole, value]]),
  print: (bindings) => bindings.get(hole),
}
