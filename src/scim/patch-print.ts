import type { JsonObject } from './json.ts'
import { messageUrn } from './message.ts'
import type { PatchOperation } from './patch.ts'
import { printPatchPath } from './path.ts'

/** The operations as the body of a PATCH (RFC 7644 §3.5.2). */
export const printPatch = (operations: readonly PatchOperation[]): JsonObject => ({
  schemas: [messageUrn('PatchOp')],
  Operations: operations.map(printOperation),
})

function printOperation(operation: PatchOperation): JsonObject {
  if (operation.op === 'remove') return { op: 'remove', path: printPatchPath(operation.path) }
  const { op, path, value } = operation
  return path === undefined ? { op, value } : { op, path: printPatchPath(path), value }
}
