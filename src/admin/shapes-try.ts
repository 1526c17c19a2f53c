import { z } from '@hono/zod-openapi'
import { anyObject } from './shapes.ts'

// What `POST /admin/v1/tenants/{id}/try` is asked and answers (contract §9, §10).

export const tryBody = z
  .strictObject({
    type: z.string().max(63).default('User').openapi({ description: 'the resource type', example: 'User' }),
    id: z.string().min(1).max(1024).optional().openapi({ description: 'of a PUT or a PATCH. Absent: a create' }),
    reverse: z.boolean().optional().openapi({ description: "`body` is the upstream's: show what the client sees" }),
    body: anyObject.optional().openapi({ description: 'a resource, or, with `Operations`, a PATCH' }),
    filter: z.string().max(8192).optional().openapi({ example: 'userName eq "ann@contoso.example"' }),
  })
  .openapi('Trying')

const triedCall = z
  .object({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: z.string(),
    body: anyObject.nullable().openapi({
      description:
        'null where there is none, or where only what is read tells it; after a read, as if nothing were there',
    }),
    purpose: z.enum(['forward', 'read', 'members', 'page', 'retry', 'lookup', 'token']),
    times: z
      .object({
        least: z.int().min(0),
        most: z.int().min(0).nullable().openapi({ description: 'null where only what is there tells it' }),
      })
      .openapi({ description: 'how often it is made' }),
    why: z
      .string()
      .optional()
      .openapi({ description: 'what that depends on', example: 'only where something differs' }),
    afterRead: z.boolean().openapi({ description: 'it depends on what the calls before it find' }),
  })
  .openapi('TriedCall')

const ruleTrace = z
  .object({
    path: z.string().openapi({ example: 'rules.User[3]' }),
    rule: z.string(),
    outcome: z.enum([
      'carried',
      'asIs',
      'else',
      'refused',
      'unfit',
      'absent',
      'set',
      'computed',
      'skipped',
      'hidden',
      'direct',
      'read',
    ]),
    client: anyObject.openapi({ description: "the client's values, by place" }),
    upstream: anyObject.openapi({ description: "the upstream's values, by place" }),
    reason: z.string().optional(),
  })
  .openapi('RuleTrace')

export const triedBody = z
  .object({
    operation: z.enum(['create', 'replace', 'patch', 'reverse', 'filter']),
    status: z.int().openapi({ description: 'what the client would be answered with' }),
    client: anyObject.nullable().openapi({ description: 'the body of that answer, as far as it is known' }),
    upstream: z.array(triedCall).readonly(),
    rules: z.array(ruleTrace).readonly(),
    notes: z.array(z.string()).readonly(),
    price: z.object({
      calls: z.int().min(0).openapi({
        description: 'upstream calls where all that is named differs from what is there, and each list is one page',
      }),
      costMicros: z.int().min(0).openapi({ description: "of these calls, in millionths of the currency's unit" }),
      currency: z.string().optional().openapi({ description: 'absent where calls cost nothing', example: 'USD' }),
      least: z.int().min(0).optional().openapi({ description: 'how few calls it may be; absent where all is certain' }),
      most: z.int().min(0).nullable().optional().openapi({ description: 'how many; null where nothing bounds it' }),
    }),
  })
  .openapi('Tried')
