import { z } from 'zod'
import { referenceSchema } from '../reference.ts'
import { fixedGrant } from './fixed.ts'
import type { Grant, GrantTools } from './grant.ts'
import { keepSecret } from './secret.ts'

/** Headers that the gateway or the connection owns: a credential there would break the request's framing or meaning. */
const owned =
  /^(accept|connection|content-.*|cookie|expect|host|if-.*|keep-alive|proxy-.*|te|trailer|traceparent|transfer-encoding|upgrade|user-agent|x-request-id)$/i

/** `{ kind: header, name, value: REF }`: an API key in a header of its own. */
export const headerClause = z.strictObject({
  kind: z.literal('header'),
  name: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'this is no name of an HTTP header (RFC 9110 §5.1)')
    .refine((name) => !owned.test(name), 'the gateway sets this header itself'),
  value: referenceSchema,
})

export const makeHeader = ({ name, value }: z.infer<typeof headerClause>, tools: GrantTools): Grant =>
  fixedGrant(name.toLowerCase(), keepSecret(value, tools), tools, (secret) => secret)
