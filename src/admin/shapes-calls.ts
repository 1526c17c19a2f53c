import { z } from '@hono/zod-openapi'
import { count, time } from './shapes.ts'

// What the admin API answers of the ledger's calls (contract §9).

export const callRow = z
  .object({
    id: z.string(),
    at: time,
    credential: z.string().nullable(),
    method: z.string(),
    operation: z.string(),
    resourceType: z.string().nullable(),
    resourceId: z.string().nullable(),
    status: z.int().nullable(),
    scimType: z.string().nullable(),
    durationMs: z.number().nullable(),
    upstreamCalls: count,
    billedCalls: count,
    savedCalls: count,
    costMicros: count,
    state: z.enum(['open', 'closed', 'in-doubt']),
  })
  .openapi('Call')

export const callsBody = z.object({ calls: z.array(callRow), nextCursor: z.string().optional() }).openapi('CallList')

export const attemptRow = z
  .object({
    seq: z.int(),
    purpose: z.string(),
    method: z.string(),
    path: z.string(),
    status: z.int().nullable(),
    durationMs: z.number().nullable(),
    billed: z.boolean(),
  })
  .openapi('Attempt')

export const callNote = z
  .object({
    kind: z.enum(['ignored', 'unsupported']).openapi({
      description: "`ignored`: names that belong to the tenant's rules. `unsupported`: what the upstream cannot hold.",
    }),
    names: z.array(z.string()).readonly().openapi({ description: 'of attributes, never values; 20 at most' }),
    more: z.literal(true).optional().openapi({ description: 'there were more names than are kept' }),
  })
  .openapi('CallNote')

export const callBody = callRow
  .extend({
    attempts: z.array(attemptRow).readonly(),
    notes: z.array(callNote).readonly().optional().openapi({
      description: 'what the client sent and was left out, by name; absent where that is nothing',
    }),
  })
  .openapi('CallTrace')
