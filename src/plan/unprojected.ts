import type { ScimReply } from '../scim/request.ts'
import type { SingleRequest } from './planning.ts'
import { projected } from './shown.ts'
import type { Plan, Step } from './step.ts'

/** The plan on an upstream that does not obey `attributes` and `excludedAttributes`: not sent, but done to the answer here. */
export function* unprojected(plan: Plan<ScimReply>, request: SingleRequest): Plan<ScimReply> {
  let turn = plan.next([])
  while (turn.done !== true) turn = plan.next(yield turn.value.map(bare))
  const reply = turn.value
  if (reply.kind !== 'resource' || request.operation === 'delete') return reply
  return { ...reply, resource: projected(reply.resource, request.projection, request.definition) }
}

function bare(step: Step): Step {
  const { request } = step
  if (request.operation === 'list') {
    const { attributes: _, excludedAttributes: __, ...query } = request.query
    return { ...step, request: { ...request, query } }
  }
  return 'projection' in request ? { ...step, request: { ...request, projection: {} } } : step
}
