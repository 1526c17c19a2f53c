import { z } from 'zod'
import { durationPattern, parseDuration } from '../../duration.ts'
import { authClause } from '../grant/grants.ts'
import { httpUrl } from '../url.ts'

const defaultTimeout = '20s'
/** Far below 2^31 ms: a longer timer than that fires at once. */
const longestTimeoutMs = 24 * 3_600_000

/** `upstream: { kind: scim, ... }` of a tenant file (contract §4): any SCIM 2.0 server. What it can do is the plan's clause. */
export const scimClause = z.strictObject({
  kind: z.literal('scim'),
  url: httpUrl.describe('The SCIM root of the upstream, such as https://directory.example/scim/v2'),
  timeout: z
    .string()
    .regex(durationPattern, 'must be a duration, such as 20s, 500ms or 1m')
    .refine((text) => !durationPattern.test(text) || parseDuration(text) > 0, 'must be longer than nothing')
    .refine((text) => !durationPattern.test(text) || parseDuration(text) <= longestTimeoutMs, 'must be at most 24h')
    .optional()
    .describe(`The deadline of a whole client request, retries included: ${defaultTimeout} unless given`),
  auth: authClause,
})

export type ScimClause = z.infer<typeof scimClause>

/** The deadline of a whole client request, in milliseconds. */
export const timeoutMsOf = ({ timeout }: ScimClause): number => parseDuration(timeout ?? defaultTimeout)
