import type { ScimReply } from '../scim/request.ts'
import { planCreate } from './create.ts'
import { planDelete } from './delete.ts'
import { isPatchNative, planPatch } from './patch.ts'
import type { Planning, SingleRequest } from './planning.ts'
import { planRead } from './read.ts'
import { isPutNative, planReplace } from './replace.ts'
import type { Plan } from './step.ts'
import { unprojected } from './unprojected.ts'

export { defaultChoices, type Planning, type SingleRequest } from './planning.ts'

/**
 * The calls that serve a request on an upstream with these capabilities (contract §6's table).
 * @throws ScimError before anything is yielded, where no call could serve it
 */
export function planOf(request: SingleRequest, planning: Planning): Plan<ScimReply> {
  const plan = planFor(request, planning)
  return planning.capabilities.projection ? plan : unprojected(plan, request)
}

function planFor(request: SingleRequest, planning: Planning): Plan<ScimReply> {
  switch (request.operation) {
    case 'create':
      return planCreate(request, planning)
    case 'read':
      return planRead(request, planning)
    case 'replace':
      return planReplace(request, planning)
    case 'patch':
      return planPatch(request, planning)
    case 'delete':
      return planDelete(request, planning)
  }
}

/**
 * Whether a request's writes may depend on what was read before, or be several: then those of one resource must not run at
 * once. One that needs no read must wait its turn too: it could come between another one's read and write.
 */
export function needsTurn(request: SingleRequest, planning: Planning): boolean {
  if (request.operation !== 'replace' && request.operation !== 'patch') return false
  const { definition } = request
  return !isPutNative(planning, definition) || !isPatchNative(planning, definition)
}
