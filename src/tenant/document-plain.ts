import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Json, JsonObject } from '../scim/json.ts'
import { type Path, shortened } from './position.ts'

/** Told of everything in the tree that is no plain value. */
export type Report = (offset: number, path: Path, message: string) => void

/** Nodes that a document may have once every alias is written out: an alias bomb has billions. */
const maxNodes = 50_000

class TooLarge extends Error {}

const offsetOf = (node: unknown): number =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? Number(node.range[0]) : 0

/**
 * A YAML tree as plain JSON values. Aliases become references to one value, so that they cost no memory, but are counted
 * at their full size, because whoever walks the value walks all of it.
 */
export function plainOf(root: Node, report: Report): { value: Json; anchors: ReadonlyMap<string, Node> } {
  const anchors = new Map<string, Node>()
  const known = new Map<string, { value: Json; size: number }>()
  let count = 0

  const tally = (node: Node, path: Path, size: number): void => {
    count += size
    if (count <= maxNodes) return
    report(offsetOf(node), path.slice(0, 2), 'holds too much YAML')
    throw new TooLarge()
  }

  const convert = (node: unknown, path: Path): Json => {
    if (isAlias(node)) {
      const target = known.get(node.source)
      if (target === undefined) report(offsetOf(node), path, 'an alias without an anchor before it')
      tally(node, path, target?.size ?? 1)
      return target?.value ?? null
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null
    const before = count
    tally(node, path, 1)
    const value = isMap(node) ? mapOf(node.items, path) : isSeq(node) ? listOf(node.items, path) : scalarOf(node.value)
    if (node.anchor !== undefined) {
      known.set(node.anchor, { value, size: count - before })
      anchors.set(node.anchor, node)
    }
    return value
  }

  const listOf = (items: readonly unknown[], path: Path): Json[] =>
    items.map((item, index) => convert(item, [...path, index]))

  const mapOf = (items: readonly { key: unknown; value: unknown }[], path: Path): JsonObject => {
    const value: JsonObject = {}
    for (const { key, value: member } of items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (Object.hasOwn(value, name)) report(offsetOf(key), path, `the key \`${shortened(name)}\` stands here twice`)
      else if (name === '__proto__') report(offsetOf(key), path, 'unknown key `__proto__`')
      else value[name] = convert(member, [...path, name])
    }
    return value
  }

  try {
    return { value: convert(root, []), anchors }
  } catch (error) {
    if (error instanceof TooLarge) return { value: null, anchors }
    throw error
  }
}

const scalarOf = (value: unknown): Json =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
