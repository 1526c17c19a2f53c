import { exactKey } from '../scim/equality.ts'
import { fold, isCaseExact } from '../scim/fold.ts'
import type { Json } from '../scim/json.ts'
import type { Attribute, AttributeType } from '../scim/schema.ts'
import type { Bindings, Pattern } from './pattern.ts'
import type { ValueTable } from './rule.ts'

const hole = 'value'

/**
 * A value table as the two patterns that it stands for, whose shared hole holds the client's key as text. A JSON value
 * is told by its text (contract §12), upstream text without case where the attribute has none.
 */
export function tablePatterns(
  table: ValueTable,
  client: Attribute | undefined,
  upstream: Attribute | undefined,
): { readonly client: Pattern; readonly upstream: Pattern } {
  const isExact = isCaseExact(upstream)
  const keyOf = (value: Json): string =>
    typeof value === 'string' ? `"${isExact ? value : fold(value)}` : exactKey(value)
  const typed = typedBy(client?.type ?? 'string')
  const outward = new Map(table.pairs.map(([key, value]) => [key, { bound: bind(key), shown: typed(key), value }]))
  // Of two keys on one value, which are refused at load, the first comes back; the other does not cross.
  const inward = new Map([...table.pairs].reverse().map(([key, value]) => [keyOf(value), bind(key)]))
  const find = (bindings: Bindings) => outward.get(String(bindings.get(hole)))
  const isOneToOne = inward.size === outward.size && [...outward].every(([key, { shown }]) => String(shown) === key)
  const pattern = (match: Pattern['match'], print: Pattern['print']): Pattern => ({
    text: `{${hole}}`,
    parts: [{ hole, pipes: [] }],
    holes: [hole],
    exact: isOneToOne,
    whole: false,
    match,
    print,
  })
  return {
    client: pattern(
      (value) => (typeof value === 'object' ? undefined : outward.get(String(value))?.bound),
      (bindings) => find(bindings)?.shown,
    ),
    upstream: pattern(
      (value) => inward.get(keyOf(value)),
      (bindings) => find(bindings)?.value,
    ),
  }
}

const bind = (key: string): Bindings => new Map([[hole, key]])

/** A key as the JSON value that the client's attribute has. */
function typedBy(type: AttributeType): (key: string) => Json {
  if (type === 'boolean') return (key) => (key === 'true' ? true : key === 'false' ? false : key)
  if (type === 'integer' || type === 'decimal')
    return (key) => (key.trim() !== '' && Number.isFinite(Number(key)) ? Number(key) : key)
  return (key) => key
}
