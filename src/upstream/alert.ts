import type { Ports } from '../ports.ts'
import { ScimError } from '../scim/error.ts'

/** Words that an operator can set an alarm on. */
export type Alert = 'upstream-credential' | 'upstream-address' | 'upstream-feature'

/**
 * Tells the operator that a tenant's upstream needs a person, and gives the 502 (or 503) that the client gets instead:
 * its own credential is fine (contract §6).
 * @param reason for the log: never a secret or a value of an attribute.
 */
export function alarm(
  { log }: Pick<Ports, 'log'>,
  tenant: string,
  alert: Alert,
  { detail, reason, status = 502, retryAfter, cause }: AlarmText,
): ScimError {
  log.error({ tenant, alert, reason, status }, detail)
  return new ScimError(status, detail, { cause, ...(retryAfter === undefined ? {} : { retryAfter }) })
}

export interface AlarmText {
  readonly detail: string
  readonly reason: string
  readonly status?: number
  readonly retryAfter?: string
  readonly cause?: unknown
}

export const credentialDetail =
  "the gateway's own credential for the upstream directory is not usable: its operator was told"
