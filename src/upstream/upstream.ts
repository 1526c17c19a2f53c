import type { Attempts, Purpose } from '../call.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'

/** What surrounds one client request on its way upstream. */
export interface Errand {
  readonly attempts: Attempts
  /** The id of the credential that asks, which cursors are bound to; empty where the gateway asks for itself. */
  readonly credential: string
  /** Milliseconds since the epoch: the whole client request's deadline, retries included. */
  readonly deadlineAt: number
  /** W3C trace context to pass on, where the client sent one. */
  readonly traceparent?: string
  /** What the request that is carried is for, where it is not the client's own but one that serves it. */
  readonly purpose?: Purpose
}

/** A tenant's directory, whatever its kind. */
export interface Upstream {
  /**
   * The resource type served at `/{segment}` (compared without case), or undefined: User, Group, and what the upstream
   * announces. May have to ask the upstream, once.
   */
  definitionAt(segment: string, errand: Errand): Promise<ResourceDefinition | undefined>
  /** Serves one request. @throws ScimError for every refusal, in the standard's words (contract §6, §12). */
  carry(request: ScimRequest, errand: Errand): Promise<ScimReply>
}
