import { z } from 'zod'
import { referenceSchema } from '../reference.ts'
import { fixedGrant } from './fixed.ts'
import type { Grant, GrantTools } from './grant.ts'
import { keepSecret } from './secret.ts'

/** `{ kind: bearer, token: REF }` (RFC 6750 §2.1). */
export const bearerClause = z.strictObject({ kind: z.literal('bearer'), token: referenceSchema })

export const makeBearer = ({ token }: z.infer<typeof bearerClause>, tools: GrantTools): Grant =>
  fixedGrant('authorization', keepSecret(token, tools), tools, (secret) => `Bearer ${secret}`)
