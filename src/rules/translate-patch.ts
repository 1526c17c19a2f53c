import type { PatchOperation } from '../scim/patch.ts'
import type { BoundRules } from './bound.ts'
import type { PatchTranslation } from './translator.ts'

/** Until patches are translated: each is applied to what is there. Right, but dear. */
export const translatePatch =
  (_bound: BoundRules) =>
  (_operations: readonly PatchOperation[]): PatchTranslation => ({
    kind: 'read',
    reason: 'patches are applied to what is there',
  })
