import type { Json } from './json.ts'
import type { PatchPath } from './path.ts'

/** One PatchOp operation (RFC 7644 §3.5.2), normalised: pathed or path-less, its op in lower case, its value typed. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path?: PatchPath; readonly value: Json }
  | { readonly op: 'remove'; readonly path: PatchPath }
