import type { ScimError } from '../../scim/error.ts'
import { alarm, credentialDetail } from '../alert.ts'
import type { Reference } from '../reference.ts'
import type { GrantTools } from './grant.ts'

/** A secret that is read at first use and kept in memory until `forget`, so that a rotated one is taken up. */
export interface KeptSecret {
  /** @throws ScimError 502, with an alert, when it cannot be read. */
  read(): Promise<string>
  forget(): void
}

export function keepSecret(reference: Reference, tools: GrantTools): KeptSecret {
  let kept: Promise<string> | undefined
  return {
    read() {
      kept ??= readOnce(reference, tools).catch((error: unknown) => {
        kept = undefined
        throw error
      })
      return kept
    },
    forget() {
      kept = undefined
    },
  }
}

async function readOnce(reference: Reference, tools: GrantTools): Promise<string> {
  try {
    return await tools.secret(reference)
  } catch (cause) {
    // The inner cause names the reference; the outer message is for clients.
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    throw unusable(tools, inner instanceof Error ? inner.message : 'the secret cannot be read', cause)
  }
}

/** The credential cannot be used as it stands; `reason` names what is wrong with it, never a secret. */
export const unusable = (tools: GrantTools, reason: string, cause?: unknown): ScimError =>
  alarm(tools.ports, tools.tenant, 'upstream-credential', { detail: credentialDetail, reason, cause })

/** A header's value. @throws ScimError 502 where a secret holds what would end or break the header (header injection). */
export function headerValue(text: string, tools: GrantTools): string {
  if (/^[\x20-\x7e\x80-\xff]*$/.test(text)) return text
  throw unusable(tools, 'the secret holds characters that no HTTP header can hold')
}
