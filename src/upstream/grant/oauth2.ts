import { z } from 'zod'
import { referenceSchema } from '../reference.ts'
import { createTokenCache } from '../token.ts'
import { createTokenRequest } from '../token-request.ts'
import { httpUrl } from '../url.ts'
import { makeCertificateClient } from './certificate.ts'
import { makeSecretClient } from './client-secret.ts'
import type { Grant, GrantTools } from './grant.ts'

const certificate = z.strictObject({
  certificate: referenceSchema.describe('PEM'),
  key: referenceSchema.describe('PKCS#8 in PEM'),
  alg: z.enum(['PS256', 'RS256']).optional().describe('PS256 unless given'),
})

const client = z
  .strictObject({
    secret: referenceSchema.optional(),
    send: z.enum(['body', 'basic']).optional().describe('How the secret is sent: body unless given (RFC 6749 §2.3.1)'),
    certificate: certificate.optional(),
    federated: z.never({ error: '`client.federated` is known but not built yet' }).optional(),
  })
  .refine((it) => (it.secret === undefined) !== (it.certificate === undefined), {
    error: 'client is one of { secret: REF } and { certificate: { certificate: REF, key: REF } }',
  })
  .refine((it) => it.send === undefined || it.secret !== undefined, {
    error: 'send says how a secret is sent: there is none',
    path: ['send'],
  })

/** `{ kind: oauth2, tokenUrl, clientId, client, scope?, audience?, resource? }`: client credentials (RFC 6749 §4.4). */
export const oauth2Clause = z.strictObject({
  kind: z.literal('oauth2'),
  tokenUrl: httpUrl,
  clientId: z.string().min(1),
  client,
  scope: z.string().min(1).optional(),
  audience: z.string().min(1).optional(),
  resource: z.string().min(1).optional(),
})

export type Oauth2Clause = z.infer<typeof oauth2Clause>

/** What a client proves itself with in a token request. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

/** A way of OAuth client authentication (RFC 6749 §2.3, RFC 7523 §2.2). */
export interface ClientAuthentication {
  prove(): Promise<ClientProof>
  /** The token endpoint refused the client: secrets are read again next time. */
  forget(): void
}

export function makeOauth2(clause: Oauth2Clause, tools: GrantTools): Grant {
  const cache = createTokenCache(createTokenRequest(clause, clientOf(clause, tools), tools), tools)
  return {
    async authorise(errand) {
      const token = await cache.get(errand)
      return {
        headers: { authorization: `Bearer ${token.value}` },
        refused: () => cache.refused(token),
        accepted: () => cache.accepted(token),
      }
    },
  }
}

function clientOf(clause: Oauth2Clause, tools: GrantTools): ClientAuthentication {
  const { secret, send, certificate: certified } = clause.client
  if (secret !== undefined) return makeSecretClient({ clientId: clause.clientId, secret, send: send ?? 'body' }, tools)
  if (certified !== undefined) return makeCertificateClient({ ...clause, ...certified }, tools)
  throw new Error('an oauth2 clause without a client passed its schema')
}
