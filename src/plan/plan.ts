import type { Capabilities, PlanChoices } from '../capabilities.ts'
import type { ResourceRequest, ScimReply } from '../scim/request.ts'
import { forward, type Plan } from './step.ts'

/** What plans are made by. */
export interface Planning {
  readonly capabilities: Capabilities
  readonly choices: PlanChoices
}

/** A request for one resource, in the upstream's words. */
export type SingleRequest = Exclude<ResourceRequest, { operation: 'list' }>

export const defaultChoices: PlanChoices = {
  pageBudget: 20,
  membersOnRead: 'get',
  absentInPut: 'clear',
  unsupported: 'drop',
}

/**
 * The calls that serve a request on an upstream with these capabilities (contract §6's table).
 * @throws ScimError before anything is yielded, where no call could serve it
 */
export function planOf(request: SingleRequest, _planning: Planning): Plan<ScimReply> {
  return forward(request)
}
