import type { JsonObject } from '../../../scim/json.ts'
import { compileElementFilter } from '../../../scim/match.ts'
import { messageUrn } from '../../../scim/message.ts'
import type { PatchOperation } from '../../../scim/patch.ts'
import { applyPatch } from '../../../scim/patch-apply.ts'
import { parsePatch } from '../../../scim/patch-parse.ts'
import { attributeIn, type Resource } from '../../../scim/resource.ts'
import type { DirectoryType } from '../model.ts'
import { nothingComputed, showRows } from '../show.ts'
import { patchRow, type Writing } from '../write.ts'
import { bad } from './answer.ts'
import { refusingDuplicates } from './create.ts'
import { changeMembership, isOfMembers, readMembership } from './membership.ts'
import { type StandInParts, unknownId, write } from './parts.ts'
import { checkOperation, clears, type Operation, readOperations } from './patch-read.ts'
import { checkGroup, checkManager, checkUser, settledElements } from './rules.ts'

/** Changes a resource, or a group's membership (facts A4, A5): never both. @throws ScimError 400 or 404 */
export function patch(parts: StandInParts, type: DirectoryType, id: string, body: JsonObject): void {
  const operations = readOperations(body, type.definition)
  if (operations.some(isOfMembers)) {
    const change = readMembership(operations)
    write(parts, type, (writing) => changeMembership(parts, writing, id, change))
    return
  }
  for (const operation of operations) checkOperation(operation)
  const steps = operations.map((operation) => ({ operation, patch: patchOf(operation, type) }))
  refusingDuplicates(() =>
    write(parts, type, (writing) => {
      checkOutcome(parts, writing, id, steps)
      patchRow(
        writing,
        id,
        steps.flatMap(({ patch: one }) => one),
        {},
      )
    }),
  )
}

interface Step {
  readonly operation: Operation
  readonly patch: readonly PatchOperation[]
}

function patchOf(operation: Operation, { definition }: DirectoryType): readonly PatchOperation[] {
  const { op, text, path, place, value } = operation
  const isWhole = place.sub === undefined && path.filter === undefined
  const settled = value === undefined || !isWhole ? value : settledElements(place.attribute.name, value)
  const one: JsonObject =
    op === 'remove' || settled === undefined || clears(operation)
      ? { op: 'remove', path: text }
      : { op, path: text, value: settled }
  return parsePatch({ schemas: [messageUrn('PatchOp')], Operations: [one] }, definition, 'strict')
}

/** Looks at what would come of it. @throws ScimError 400, 404 */
function checkOutcome(parts: StandInParts, writing: Writing, id: string, steps: readonly Step[]): void {
  const { queries, type, model } = writing
  const row = queries.byId(type.name, id)
  if (row === undefined) throw unknownId(parts, id)
  const [shown] = showRows([row], nothingComputed, model, queries)
  let after: Resource = shown?.resource ?? {}
  for (const { operation, patch: one } of steps) {
    requireTarget(operation, after)
    after = applyPatch(after, one, type.definition)
  }
  if (type.name === 'Group') checkGroup(after)
  else checkUser(after, parts.options)
  if (steps.some(({ operation }) => operation.place.attribute.name === 'manager')) checkManager(after, queries)
}

/** RFC 7644 §3.5.2.3: what is replaced at a filter must be there. */
function requireTarget({ op, path, place, text }: Operation, before: Resource): void {
  if (op !== 'replace' || path.filter === undefined) return
  const held = attributeIn(before, place.attribute.name)
  const matches = compileElementFilter(path.filter, place.attribute)
  if (!Array.isArray(held) || !held.some(matches)) throw bad(`The path '${text.slice(0, 200)}' has no target.`)
}
