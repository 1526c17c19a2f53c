import { z } from '@hono/zod-openapi'
import { parseTime } from './time.ts'

// What may be asked of the admin API: paths, queries and bodies. What is not named here is refused.

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters')

/** A time in a query: text in, milliseconds out. */
const asked = z
  .string()
  .transform((text, context) => {
    const at = parseTime(text)
    if (at !== undefined) return at
    context.addIssue('must be a time in RFC 3339, such as 2026-11-01T00:00:00Z, or a day, 2026-11-01')
    return z.NEVER
  })
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-01T00:00:00Z' })

const wholeNumber = (smallest: number, largest: number) => {
  const detail = `must be a whole number from ${smallest} to ${largest}`
  return z
    .string()
    .regex(/^\d{1,9}$/, detail)
    .transform(Number)
    .refine((value) => value >= smallest && value <= largest, detail)
    .openapi({ type: 'integer', minimum: smallest, maximum: largest })
}

export const mintingBody = z
  .strictObject({
    label: text(200).nullish(),
    expires: z.string().nullish().openapi({
      description: 'RFC 3339, or a time from now: 30d, 12h, 15m, 5s. Absent: never',
      example: '30d',
    }),
    scope: z.string().optional().openapi({
      description: 'read or write, perhaps with resource types. Absent: write',
      example: 'write:User,Group',
    }),
  })
  .openapi('Minting')

export const suspendingBody = z.strictObject({ reason: text(500).optional() }).openapi('Suspending')

export const applyQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .openapi({ type: 'boolean', description: 'check and compare, but change nothing' }),
})

export const applyBody = z
  .strictObject({
    file: z.string().openapi({ description: 'the tenant file, as it was written' }),
    templates: z.record(z.string(), z.string()).default({}).openapi({
      description: 'the templates that it extends, and those that these extend, by name',
    }),
    expectedVersion: z.string().nullish().openapi({
      description: 'the version that must be in force, or null: none may be. Absent: whatever it is',
    }),
  })
  .openapi('Applying')

export const rollbackBody = z
  .strictObject({
    number: z.int().min(1).optional().openapi({ description: 'Absent: the latest version that was another one' }),
  })
  .openapi('RollingBack')

const ofAll = 'without `tenant` a full hour, of the last 14 days unless it begins a day (UTC)'

export const usageQuery = z.strictObject({
  tenant: z.string().optional().openapi({ description: 'Absent: every tenant' }),
  from: asked.optional().openapi({ description: `inclusive; ${ofAll}` }),
  to: asked.optional().openapi({ description: `exclusive; ${ofAll}` }),
  by: z.enum(['hour', 'day', 'month']).default('day'),
  format: z.enum(['json', 'csv']).optional().openapi({ description: 'Absent: what `Accept` asks for, else JSON' }),
})

export const callsQuery = z.strictObject({
  status: wholeNumber(100, 599).optional(),
  since: asked.optional().openapi({ description: 'inclusive' }),
  until: asked.optional().openapi({ description: 'exclusive' }),
  limit: wholeNumber(1, 1000).default(100),
  cursor: z.string().optional(),
})

export const logQuery = z.strictObject({
  tenant: z.string().optional().openapi({ description: 'Absent: every tenant' }),
  limit: wholeNumber(1, 1000).default(100),
  before: z
    .string()
    .regex(/^\d{1,15}$/, "must be an entry's seq")
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', description: 'only entries older than the one with this seq' }),
})

export const noQuery = z.strictObject({})
export const tenantPath = z.object({ id: z.string() })
export const tokenPath = z.object({ id: z.string(), tokenId: z.string() })
export const callPath = z.object({ id: z.string(), callId: z.string() })
