import type { PatchOperation } from '../scim/patch.ts'
import type { BoundLens } from './bound.ts'

/** What an operation of the client's, or a part of one, comes to upstream. */
export type Step =
  /** It names what belongs to the rules. */
  | { readonly kind: 'ignored' }
  /** `lens`: the rule whose values these are, of which the last one given must be right. */
  | { readonly kind: 'direct'; readonly operations: readonly PatchOperation[]; readonly lens?: BoundLens }
  /** The rule refuses the value, unless another operation gives it a better one. */
  | { readonly kind: 'refused'; readonly error: unknown; readonly lens: BoundLens }
  | { readonly kind: 'read'; readonly reason: string }

/** An operation without its path. */
export type Change =
  | { readonly op: 'add' | 'replace'; readonly value: Extract<PatchOperation, { op: 'add' | 'replace' }>['value'] }
  | { readonly op: 'remove' }

export const ignored: Step = { kind: 'ignored' }

export const read = (reason: string): Step => ({ kind: 'read', reason })

export const direct = (operations: readonly PatchOperation[], lens?: BoundLens): Step => ({
  kind: 'direct',
  operations,
  ...(lens === undefined ? {} : { lens }),
})
