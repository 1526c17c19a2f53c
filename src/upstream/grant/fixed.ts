import type { Credential, Grant, GrantTools } from './grant.ts'
import { headerValue, type KeptSecret } from './secret.ts'

/**
 * A grant whose header comes from one secret. It cannot renew anything, but a 401 makes it read the secret again for the
 * next request: the operator may have rotated it.
 */
export function fixedGrant(
  name: string,
  secret: KeptSecret,
  tools: GrantTools,
  print: (secret: string) => string,
): Grant {
  return {
    async authorise() {
      return credentialOf({ [name]: headerValue(print(await secret.read()), tools) }, () => secret.forget())
    },
  }
}

export const credentialOf = (headers: Credential['headers'], onRefused: () => void): Credential => ({
  headers,
  refused() {
    onRefused()
    return false
  },
  accepted() {},
})
