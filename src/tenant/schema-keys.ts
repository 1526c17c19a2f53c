import type { z } from 'zod'
import type { Json } from '../scim/json.ts'
import { isObject } from '../scim/json.ts'
import type { Path } from './position.ts'
import { tenantJsonSchema } from './schema.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema
type Branch = JsonSchema | boolean | undefined

let root: JsonSchema | undefined

/** A schema's alternatives, without those that another `kind` than the value's belongs to. */
function branches(schema: Branch, value: Json | undefined): JsonSchema[] {
  if (typeof schema !== 'object') return []
  const inner = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])]
  if (inner.length === 0) return [schema]
  const all = inner.flatMap((branch) => branches(branch, value))
  const kind = isObject(value) ? value['kind'] : undefined
  const fitting = all.filter((branch) => {
    const property = branch.properties?.['kind']
    return typeof property === 'object' && property.const === kind
  })
  return fitting.length > 0 ? fitting : all
}

const firstItems = (items: JsonSchema['items']): Branch => (Array.isArray(items) ? items[0] : items)

const memberOf = ({ properties, additionalProperties }: JsonSchema, name: string): Branch =>
  properties?.[name] ?? additionalProperties

/** The keys that the map at a path of this document may have. */
export function keysAt(path: Path, value: Json): string[] {
  root ??= tenantJsonSchema()
  let schemas = branches(root, value)
  let at: Json | undefined = value
  for (const step of path) {
    at = Array.isArray(at) ? at[Number(step)] : isObject(at) ? at[String(step)] : undefined
    const here = at
    schemas = schemas.flatMap((schema) =>
      branches(typeof step === 'number' ? firstItems(schema.items) : memberOf(schema, String(step)), here),
    )
  }
  return [...new Set(schemas.flatMap((schema) => Object.keys(schema.properties ?? {})))]
}

/** The known word that differs from the written one by the fewest letters: one in three at most. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const word = written.slice(0, 60).toLowerCase()
  const ranked = known
    .map((name) => ({ name, distance: distance(word, name.toLowerCase()) }))
    .filter((entry) => entry.distance <= Math.max(1, Math.floor(entry.name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/** How many letters to insert, delete, replace or swap with a neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const costs = [
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(before[column - 2] ?? 0) + 1] : []),
      ]
      line.push(Math.min(...costs))
    }
    before = above
    above = line
  }
  return above[to.length] ?? 0
}
