import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import type { RuleSet } from './rule-set.ts'

const generic: readonly Json[] = [
  'a',
  'Ann Lee',
  true,
  7,
  ['one', 'x;y'],
  [{ type: 'work', value: 'w' }],
  [{ type: 'other', value: 'o', primary: true }],
  { type: 'work', value: 'w', locality: 'l', country: 'c' },
  { type: 'Work', value: 'v', display: 'd' },
  { value: 'v', unit: 'u', x: 'x' },
  { givenName: 'Ann', familyName: 'Lee' },
  { room: 'r', label: 'l' },
  { value: 'v', primary: true },
  { costCenter: 'cc', employeeNumber: '7', code: 'c', doors: ['d'] },
  '',
  null,
]

/** A place with values to try there. */
interface Target {
  readonly path: string
  readonly values: readonly Json[]
}

/** `emails[type eq "work"].value` lies in `emails[type eq "work"]`, and that in `emails`. */
const around = (path: string): readonly string[] => {
  const [, element, attribute] = /^((.*?)(?:\[.*\])?)(?:\.\w+)?$/.exec(path.replace(/:(?=\d)/g, '\0')) ?? []
  return [element, attribute].flatMap((one) => (one === undefined ? [] : [one.replaceAll('\0', ':')]))
}

function targetsOf({ rules, world }: RuleSet): readonly Target[] {
  const slots = rules.flatMap((rule): Target[] =>
    rule.kind === 'two-way'
      ? rule.client.map((path, slot) => ({ path, values: rule.clientValues[slot] ?? [] }))
      : [{ path: rule.upstream, values: ['x'] }],
  )
  const others = rules.flatMap((rule) => (rule.kind === 'two-way' ? rule.upstream : []))
  const own = [...slots, ...slots]
  const parents = [...slots.map(({ path }) => path), ...others].flatMap(around)
  const free = [
    ...others,
    ...parents,
    ...world.text,
    ...world.boolean,
    ...world.list,
    ...world.complex,
    ...world.element,
    ...world.every.flatMap(around),
    ...world.definition.extensions.map(({ id }) => id),
    'nothing.knows',
  ]
  return [...own, ...own, ...free.map((path) => ({ path, values: generic }))]
}

/** Operations as a client writes them: at rules' places, round them, inside them, and elsewhere. */
export function patchesOf(rules: RuleSet): fc.Arbitrary<readonly JsonObject[]> {
  const targets = targetsOf(rules)
  const operation = fc
    .record({
      target: fc.constantFrom(...targets),
      op: fc.constantFrom('add', 'replace', 'replace', 'remove'),
      pick: fc.nat({ max: 40 }),
      isGeneric: fc.constantFrom(false, false, false, false, false, true),
      isPathless: fc.constantFrom(false, false, false, true),
    })
    .map(({ target: { path, values }, op, pick, isGeneric, isPathless }): JsonObject => {
      const all = isGeneric ? generic : values
      const value = all[pick % Math.max(1, all.length)] ?? null
      if (op === 'remove') return { op, path }
      return isPathless ? { op, value: { [path]: value } } : { op, path, value }
    })
  return fc.array(operation, { minLength: 1, maxLength: 3 })
}
