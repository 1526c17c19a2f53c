import { attributeAt } from '../scim/definition.ts'
import { parseFilter, walkFilter } from '../scim/filter.ts'
import { fold, isCaseExact } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import { groupDefinition, userDefinition } from '../scim/schemas.ts'
import { faultsAt, quoted, RuleFault } from './fault.ts'
import type { Form } from './form.ts'
import { parsePattern } from './pattern-parse.ts'
import { parsePlace } from './place-parse.ts'
import type { Rule, RulePath, Slot, ValueTable } from './rule.ts'

type TwoWay = Extract<Form, { kind: 'two-way' }>
type TwoWayRule = Extract<Rule, { kind: 'two-way' }>
type Computed = Extract<Rule, { kind: 'computed' }>
type SideName = 'client' | 'upstream'

/** Where a rule stands, and for what. */
export interface Standing {
  readonly path: RulePath
  readonly resourceType: string
}

/** The hole of a side that is a path alone. */
const wholePattern = '{value}'

/** @throws RuleFault */
export function readTwoWay(form: TwoWay, { path, resourceType }: Standing): TwoWayRule {
  const { client, upstream } = form
  if (typeof client !== typeof upstream) {
    const [plain, mapped] = typeof client === 'string' ? ['client', 'upstream'] : ['upstream', 'client']
    throw new RuleFault(
      [plain],
      `is a path where \`${mapped}\` is a map: write both as paths, or both as maps of paths to patterns that share holes`,
    )
  }
  const first = { client: slotsOf('client', client), upstream: slotsOf('upstream', upstream) }
  checkHoles(first.client, first.upstream)
  // Which holes a side takes whole is known once both are read, and the other side's `string` depends on it.
  const sides = {
    client: slotsOf('client', client, wholeHoles(first.upstream)),
    upstream: slotsOf('upstream', upstream, wholeHoles(first.client)),
  }
  const table = readTable(form, sides, resourceType)
  return {
    kind: 'two-way',
    path,
    client: sides.client.map(({ slot }) => slot),
    upstream: sides.upstream.map(({ slot }) => slot),
    ...(table === undefined ? {} : { table }),
  }
}

interface ReadSlot {
  readonly slot: Slot
  /** From the rule: `['client', 'displayName']`. */
  readonly path: readonly string[]
}

function slotsOf(name: SideName, side: TwoWay['client'], whole?: ReadonlySet<string>): readonly ReadSlot[] {
  if (typeof side === 'string') {
    const place = faultsAt([name], () => parsePlace(side))
    return [{ slot: { place, pattern: parsePattern(wholePattern) }, path: [name] }]
  }
  const slots = Object.entries(side).map(([text, pattern]) => {
    const path = [name, text]
    return faultsAt(path, () => ({ slot: { place: parsePlace(text), pattern: parsePattern(pattern, whole) }, path }))
  })
  if (slots.length === 0) throw new RuleFault([name], 'is empty: give at least one path with a pattern')
  return slots
}

const wholeHoles = (slots: readonly ReadSlot[]): ReadonlySet<string> =>
  new Set(slots.filter(({ slot }) => slot.pattern.whole).flatMap(({ slot }) => slot.pattern.holes))

function checkHoles(client: readonly ReadSlot[], upstream: readonly ReadSlot[]): void {
  const onClient = holesOf('client', client)
  const onUpstream = holesOf('upstream', upstream)
  for (const [hole, path] of onClient) if (!onUpstream.has(hole)) throw oneSided(hole, path, 'client', 'upstream')
  for (const [hole, path] of onUpstream) if (!onClient.has(hole)) throw oneSided(hole, path, 'upstream', 'client')
  if (onClient.size === 0)
    throw new RuleFault([], 'shares no hole between its sides: share one, or write it with `values` or `constant`')
}

const oneSided = (hole: string, path: readonly string[], here: SideName, there: SideName): RuleFault =>
  new RuleFault(
    path,
    `the hole \`${hole}\` stands on the ${here} side only: use it in \`${there}\`, too, or take it out`,
  )

function holesOf(name: SideName, slots: readonly ReadSlot[]): ReadonlyMap<string, readonly string[]> {
  const holes = new Map<string, readonly string[]>()
  for (const { slot, path } of slots)
    for (const hole of slot.pattern.holes) {
      const other = holes.get(hole)
      if (other !== undefined)
        throw new RuleFault(
          path,
          `the hole \`${hole}\` stands in ${quoted(other.at(-1) ?? '')}, too: it stands once on the ${name} side, call one of them otherwise`,
        )
      holes.set(hole, path)
    }
  return holes
}

type Sides = Readonly<Record<SideName, readonly ReadSlot[]>>

function readTable(form: TwoWay, sides: Sides, resourceType: string): ValueTable | undefined {
  if (form.values === undefined) {
    if (form.else !== undefined) throw new RuleFault(['else'], 'stands alone: it belongs to `values`')
    return undefined
  }
  const { else: inside, ...values } = form.values
  if (inside !== undefined && form.else !== undefined)
    throw new RuleFault(['else'], 'stands in `values`, too: leave one of them out')
  const slots = [...sides.client, ...sides.upstream]
  if (slots.length > 2)
    throw new RuleFault(
      ['values'],
      'needs one attribute a side: map several of them with several rules, or with patterns',
    )
  if (!slots.every(({ slot }) => slot.pattern.whole))
    throw new RuleFault(['values'], 'stands for the whole value: write paths instead of patterns on both sides')
  const pairs = Object.entries(values)
  if (pairs.length === 0) throw new RuleFault(['values'], 'is empty: list at least one value')
  checkPairs(pairs, isExactUpstream(resourceType, sides.upstream[0]?.slot))
  const otherwise = inside ?? form.else
  return { pairs, ...(otherwise === undefined ? {} : { otherwise }) }
}

function checkPairs(pairs: readonly (readonly [string, Json])[], isExact: boolean): void {
  const keys = new Map<string, string>()
  for (const [key, value] of pairs) {
    const text = isExact ? String(value) : fold(String(value))
    const other = keys.get(text)
    if (other !== undefined)
      throw new RuleFault(
        ['values', key],
        `${quoted(other)} and ${quoted(key)} are one value upstream, so that nothing says which of them comes back: give each its own, or list one and let \`else\` stand for the other`,
      )
    keys.set(text, key)
  }
}

/** Text that differs in its case alone is one value, unless the standard itself says that the attribute's case matters. */
function isExactUpstream(resourceType: string, slot: Slot | undefined): boolean {
  const definition = resourceType === 'User' ? userDefinition : resourceType === 'Group' ? groupDefinition : undefined
  if (definition === undefined || slot === undefined) return false
  const { urn, name, sub } = slot.place
  const path = { ...(urn === undefined ? {} : { urn }), name, ...(sub === undefined ? {} : { sub }) }
  const found = attributeAt(definition, path)
  return found !== undefined && isCaseExact(found.sub ?? found.attribute)
}

/** A computed rule's condition, and what the whole of it reads. @throws RuleFault */
export function readComputed(
  { when: text }: Extract<Form, { text: string }>,
  { compute, reads }: Pick<Computed, 'compute' | 'reads'>,
): Pick<Computed, 'compute' | 'reads' | 'when'> {
  if (text === undefined) return { compute, reads: reads === 'all' ? reads : distinct(reads) }
  const when = faultsAt(['when'], () => parseFilter(text))
  const asked: AttributePath[] = []
  walkFilter(when, (node, within) => {
    // Inside a value filter stand sub-attributes of what it filters, which is read as a whole.
    if (within === undefined && 'path' in node) asked.push(node.path)
  })
  return { compute, when, reads: reads === 'all' ? reads : distinct([...reads, ...asked]) }
}

const distinct = (paths: readonly AttributePath[]): readonly AttributePath[] => [
  ...new Map(paths.map((path) => [fold(printAttributePath(path)), path])).values(),
]
