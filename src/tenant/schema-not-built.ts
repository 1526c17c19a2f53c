import { isObject, type Json } from '../scim/json.ts'
import { memberAt, type Path } from './position.ts'

/** A clause of the contract, or one value of a clause, whose part this version does not have. */
export interface NotBuilt {
  /** `**` at the beginning stands for any path. */
  readonly path: readonly string[]
  readonly value?: string
}

/**
 * Refused by name, never ignored: whoever writes `guard:` believes to be guarded. Whoever builds a part deletes its row.
 */
export const notBuilt: readonly NotBuilt[] = [
  { path: ['limits'] },
  { path: ['meter'] },
  { path: ['shadow'] },
  { path: ['guard'] },
  { path: ['frontDoor', 'trust'] },
  { path: ['upstream', 'kind'], value: 'graph' },
  { path: ['upstream', 'auth', 'kind'], value: 'tokenExchange' },
  { path: ['upstream', 'auth', 'kind'], value: 'managedIdentity' },
  { path: ['upstream', 'auth', 'client', 'federated'] },
  { path: ['**', 'sealed'] },
]

/** A row of the table that a document meets, at this path. */
export interface Unbuilt {
  readonly path: Path
  readonly value?: string
}

/** Everything in a document that is not built yet. */
export const unbuiltIn = (document: Json, rows: readonly NotBuilt[] = notBuilt): Unbuilt[] =>
  rows.flatMap(({ path, value }) => {
    const paths = path[0] === '**' ? [...pathsTo(document, path[1] ?? '', [])] : [path]
    const found = paths.filter((one) => {
      const member = memberAt(document, one)
      return value === undefined ? member !== undefined : member === value
    })
    return found.map((one) => (value === undefined ? { path: one } : { path: one, value }))
  })

/** Every path in a value that ends with this name. */
function* pathsTo(value: Json, name: string, path: Path): Generator<Path> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* pathsTo(item, name, [...path, index])
  if (!isObject(value)) return
  for (const [key, member] of Object.entries(value))
    if (key === name) yield [...path, key]
    else yield* pathsTo(member, name, [...path, key])
}
