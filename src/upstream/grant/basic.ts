import { z } from 'zod'
import { base64 } from '../base64.ts'
import { referenceSchema } from '../reference.ts'
import { fixedGrant } from './fixed.ts'
import type { Grant, GrantTools } from './grant.ts'
import { keepSecret } from './secret.ts'

/** `{ kind: basic, username, password: REF }` (RFC 7617, in UTF-8). */
export const basicClause = z.strictObject({
  kind: z.literal('basic'),
  username: z.string().regex(/^[^:]+$/, 'a user name of HTTP Basic is not empty and holds no colon'),
  password: referenceSchema,
})

export const makeBasic = ({ username, password }: z.infer<typeof basicClause>, tools: GrantTools): Grant =>
  fixedGrant(
    'authorization',
    keepSecret(password, tools),
    tools,
    (secret) => `Basic ${base64(`${username}:${secret}`)}`,
  )
