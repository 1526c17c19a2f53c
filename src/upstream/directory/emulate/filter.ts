import { type Filter, parseFilter } from '../../../scim/filter.ts'
import { fold } from '../../../scim/fold.ts'
import { printAttributePath } from '../../../scim/path.ts'
import { entraGroupExtensionUrn, entraUserExtensionUrn } from '../../../scim/schemas-entra.ts'
import { bad } from './answer.ts'
import { isId } from './id.ts'

type Compare = Extract<Filter, { kind: 'compare' }>

/** How an attribute can be compared. `id`, `group`, `member` and `owner` take an object's id. */
interface Comparable {
  readonly value: 'text' | 'boolean' | 'id' | 'group' | 'member' | 'owner'
  readonly ew?: true
  /** No other clause may stand beside it. */
  readonly alone?: true
}

type Table = ReadonlyMap<string, Comparable>

const table = (entries: Readonly<Record<string, Comparable>>): Table =>
  new Map(Object.entries(entries).map(([name, comparable]) => [fold(name), comparable]))

/** Facts A3, whole: what is not here is refused. */
const comparables: Readonly<Record<string, { readonly table: Table; readonly not: boolean }>> = {
  User: {
    not: true,
    table: table({
      active: { value: 'boolean' },
      userName: { value: 'text', ew: true },
      externalId: { value: 'text', alone: true },
      id: { value: 'id' },
      'groups.value': { value: 'group' },
      [`${entraUserExtensionUrn}:mailNickname`]: { value: 'text', ew: true },
      [`${entraUserExtensionUrn}:ownedGroups.value`]: { value: 'owner' },
    }),
  },
  Group: {
    not: false,
    table: table({
      displayName: { value: 'text', ew: true },
      id: { value: 'id' },
      'members.value': { value: 'member' },
      [`${entraGroupExtensionUrn}:securityEnabled`]: { value: 'boolean' },
      [`${entraGroupExtensionUrn}:mailEnabled`]: { value: 'boolean' },
      [`${entraGroupExtensionUrn}:owners.value`]: { value: 'owner' },
    }),
  },
}

/** A filter that Entra serves, its clauses sorted by who answers them. All of them must hold. */
export interface Wanted {
  /** Users of these groups, by id. */
  readonly groups: readonly string[]
  /** Groups that hold these users directly, by id. */
  readonly members: readonly string[]
  /** Asks for an owner. The SCIM API makes none, so that nothing matches. */
  readonly owned: boolean
  /** What the resource itself must say. */
  readonly rest: Filter | undefined
}

/** @throws ScimError 400 for every filter that facts A3 do not list. */
export function readFilter(text: string, type: string): Wanted {
  const clauses = conjuncts(parseFilter(text))
  const groups: string[] = []
  const members: string[] = []
  let owned = false
  let rest: Filter | undefined
  for (const clause of clauses) {
    const { value, filter } = readClause(clause, type, clauses.length === 1)
    if (value === 'group') groups.push(String(filter.value))
    else if (value === 'member') members.push(String(filter.value))
    else if (value === 'owner') owned = true
    else {
      const whole: Filter = clause.kind === 'not' ? { kind: 'not', of: filter } : filter
      rest = rest === undefined ? whole : { kind: 'and', left: rest, right: whole }
    }
  }
  return { groups, members, owned, rest }
}

/** The parts of `a and b and c` in order. */
function conjuncts(filter: Filter): readonly Filter[] {
  if (filter.kind !== 'and') return [filter]
  return [...conjuncts(filter.left), ...conjuncts(filter.right)]
}

function readClause(
  clause: Filter,
  type: string,
  isAlone: boolean,
): { readonly value: Comparable['value']; readonly filter: Compare } {
  const { table: known, not } = comparables[type] ?? { table: new Map<string, Comparable>(), not: false }
  const filter = clause.kind === 'not' && not ? clause.of : clause
  if (filter.kind !== 'compare') throw unsupported('Only "eq", "ew", "and" and, for users, "not" of "ew" can be used.')
  const name = printAttributePath(filter.path)
  const comparable = known.get(fold(name))
  if (comparable === undefined) throw unsupported(`'${name.slice(0, 200)}' cannot be filtered by.`)
  if (clause.kind === 'not' ? filter.operator !== 'ew' : filter.operator !== 'eq' && filter.operator !== 'ew')
    throw unsupported(`The operator '${clause.kind === 'not' ? 'not ' : ''}${filter.operator}' cannot be used.`)
  if (filter.operator === 'ew' && comparable.ew !== true) throw unsupported(`'${name}' cannot be compared by "ew".`)
  if (comparable.alone === true && !isAlone) throw unsupported(`'${name}' cannot be combined with another clause.`)
  return { value: comparable.value, filter: { ...filter, value: valueIn(filter, name, comparable) } }
}

function valueIn({ value }: Compare, name: string, comparable: Comparable): string | boolean {
  if (comparable.value === 'boolean') {
    if (typeof value !== 'boolean') throw unsupported(`'${name}' must be compared with true or false.`)
    return value
  }
  if (typeof value !== 'string' || value === '') throw unsupported(`'${name}' must be compared with a text.`)
  if (comparable.value === 'text') return value
  if (!isId(value)) throw unsupported(`Invalid object identifier '${value.slice(0, 100)}'.`)
  return fold(value)
}

const unsupported = (detail: string) => bad(`Unsupported filter. ${detail}`)
