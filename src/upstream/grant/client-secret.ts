import { base64 } from '../base64.ts'
import type { Reference } from '../reference.ts'
import type { GrantTools } from './grant.ts'
import type { ClientAuthentication } from './oauth2.ts'
import { keepSecret } from './secret.ts'

export interface SecretClient {
  readonly clientId: string
  readonly secret: Reference
  readonly send: 'body' | 'basic'
}

/** client_secret_post and client_secret_basic (RFC 6749 §2.3.1). */
export function makeSecretClient({ clientId, secret, send }: SecretClient, tools: GrantTools): ClientAuthentication {
  const kept = keepSecret(secret, tools)
  return {
    forget: kept.forget,
    async prove() {
      const password = await kept.read()
      return send === 'body'
        ? { headers: {}, form: { client_id: clientId, client_secret: password } }
        : { headers: { authorization: `Basic ${base64(`${formEncode(clientId)}:${formEncode(password)}`)}` }, form: {} }
    },
  }
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined, so that a colon or an umlaut survives. */
const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)
