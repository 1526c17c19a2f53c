import { z } from 'zod'
import { durationPattern, parseDuration } from '../../../duration.ts'
import { isAttributeName } from '../../../scim/attribute-path.ts'

const name = z.string().max(64).refine(isAttributeName, 'a letter, then letters, digits, "-" or "_"')

const options = z.strictObject({
  as: z.literal('entra'),
  throttle: z
    .strictObject({
      requests: z.int().min(1).describe('How many requests are served in any `per`'),
      per: z
        .string()
        .regex(durationPattern, 'must be a duration, such as 10s')
        .refine((text) => !durationPattern.test(text) || parseDuration(text) > 0, 'must be longer than nothing'),
      retryAfter: z
        .int()
        .min(1)
        .optional()
        .describe('The seconds that `Retry-After` says; unless given, those until a request is served again'),
    })
    .optional(),
  gatewayTimeoutEvery: z.int().min(1).optional().describe('Every so many requests one is answered 504'),
  featureOff: z.boolean().optional().describe('Answers as a tenant whose SCIM provisioning API is not switched on'),
  domains: z.array(z.string().min(1)).min(1).optional().describe('The verified domains: any other userName is refused'),
  federated: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('The domains that another identity provider signs in: their users are created without a password'),
  unknownId: z
    .union([z.literal(404), z.literal(400)])
    .optional()
    .describe('How an id that nothing has is answered'),
  customSecurityAttributes: z
    .record(name, z.record(name, z.enum(['string', 'integer', 'boolean', 'string[]', 'integer[]'])))
    .optional()
    .describe('The sets of custom security attributes that the tenant has, with the type of each attribute'),
})

/**
 * `emulate:` of a directory's clause: the built-in directory then answers as Microsoft Entra's own SCIM API does, so that
 * an onboarding can be rehearsed (docs/rehearsal.md). `entra`, or `{ as: entra, ... }` with troubles to rehearse too.
 */
export const emulateClause = z.union([z.literal('entra'), options])

export type EmulateClause = z.output<typeof emulateClause>
export type EmulateOptions = Partial<Omit<z.output<typeof options>, 'as'>>

/** What a clause asks for beyond the plain stand-in. */
export const emulateOptions = (clause: EmulateClause): EmulateOptions => (clause === 'entra' ? {} : clause)
