import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { Path } from './position.ts'

export interface NodePlace {
  /** How many steps of the path the tree holds. */
  readonly depth: number
  readonly offset: number
}

const startOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined

/** An empty value has no text of its own to point at. */
const isBlank = (node: unknown): boolean =>
  node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '')

/**
 * Where a path stands. Held wholly: its value (its key, when asked, or when there is no value to see). Held in part: the
 * key, or the list element, of the last step that is there.
 */
export function locateNode(
  root: Node,
  anchors: ReadonlyMap<string, Node>,
  path: Path,
  side: 'key' | 'value',
): NodePlace {
  let node: unknown = root
  let key: unknown
  let depth = 0
  for (const step of path) {
    const parent: unknown = isAlias(node) ? anchors.get(node.source) : node
    const pair: Pair | undefined = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === step)
      : undefined
    const element: unknown = isSeq(parent) && typeof step === 'number' ? parent.items[step] : undefined
    if (pair === undefined && element === undefined) break
    key = pair?.key
    node = pair === undefined ? element : pair.value
    depth += 1
  }
  const wantsKey = side === 'key' || depth < path.length || isBlank(node)
  return { depth, offset: (wantsKey ? startOf(key) : undefined) ?? startOf(node) ?? startOf(key) ?? 0 }
}
