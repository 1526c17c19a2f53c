import { isCaseExact } from '../scim/fold.ts'
import { isBlank } from './blank.ts'
import type { BoundLens, BoundPlace, BoundSlot } from './bound.ts'
import { matching, nothing, refused, unknown, type Ways } from './lens-match.ts'
import type { Pattern } from './pattern.ts'
import type { Place } from './place.ts'
import type { Rule, Slot } from './rule.ts'
import { tablePatterns } from './table.ts'
import { inAnyCase } from './text-case.ts'

type TwoWayRule = Extract<Rule, { kind: 'two-way' }>
/** Resolves a side's places. */
export type Bind = (place: Place) => BoundPlace

/** Binds a two-way rule to both sides. */
export function bindLens(rule: TwoWayRule, bindClient: Bind, bindUpstream: Bind): BoundLens {
  const { path, table } = rule
  const given = { client: bindSlots(rule.client, bindClient), upstream: bindSlots(rule.upstream, bindUpstream) }
  const { client, upstream } = table === undefined ? given : withTable(given, table)
  const isRename =
    table === undefined && client.length === 1 && upstream.length === 1 && isWhole([...client, ...upstream])
  const reason = lossyReason(rule)
  return {
    path,
    client,
    upstream,
    ...(table === undefined ? {} : { table }),
    exact: reason === undefined,
    ...(reason === undefined ? {} : { lossyBecause: reason }),
    isRename,
    ...(isRename ? renaming(client, upstream) : matching(client, upstream, table)),
  }
}

type Sides = Pick<BoundLens, 'client' | 'upstream'>

const bindSlots = (slots: readonly Slot[], bind: Bind): readonly BoundSlot[] =>
  slots.map((slot) => {
    const at = bind(slot.place)
    return { ...slot, at, pattern: isCaseExact(at.leaf) ? slot.pattern : inAnyCase(slot.pattern) }
  })

const isWhole = (slots: readonly BoundSlot[]): boolean => slots.every(({ pattern }) => pattern.whole)

/** A table stands between two lone names (contract §5): its patterns take the place of theirs. */
function withTable({ client, upstream }: Sides, table: NonNullable<TwoWayRule['table']>): Sides {
  const patterns = tablePatterns(table, client[0]?.at.leaf, upstream[0]?.at.leaf)
  const placed = (slots: readonly BoundSlot[], pattern: Pattern) => slots.map((slot) => ({ ...slot, pattern }))
  return { client: placed(client, patterns.client), upstream: placed(upstream, patterns.upstream) }
}

function lossyReason({ client, upstream, table }: TwoWayRule): string | undefined {
  if (table?.otherwise !== undefined) return 'else stands for more than one value'
  for (const { pattern } of [...client, ...upstream]) {
    for (const part of pattern.parts) {
      const lossy = 'pipes' in part ? part.pipes.find(({ exact }) => !exact) : undefined
      if (lossy !== undefined) return `${lossy.text} cannot be undone`
    }
  }
  return undefined
}

function renaming([client]: readonly BoundSlot[], [upstream]: readonly BoundSlot[]): Ways {
  return {
    outward([value]) {
      if (isBlank(value) || upstream === undefined || client === undefined) return nothing.values
      if (!upstream.at.part.takes(value)) throw refused(client.at.text, 'is of a kind that cannot be carried')
      return [value]
    },
    inward([value]) {
      if (isBlank(value)) return nothing
      return client?.at.part.takes(value) === true ? { values: [value], fits: true } : unknown
    },
  }
}
