import type { z } from '@hono/zod-openapi'
import * as shapes from './shapes.ts'

// What the routes' descriptions have in common.

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})

export const problem = (description: string) => ({
  content: { 'application/problem+json': { schema: shapes.problemBody } },
  description,
})

export const refusals = {
  400: problem('The request is wrong; `errors` names each member.'),
  401: problem('The operator credential is missing or wrong.'),
} as const
export const tenantRefusals = { ...refusals, 404: problem('There is no such tenant, or no such thing of it.') } as const
export const bodyRefusals = {
  ...tenantRefusals,
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not `application/json`.'),
} as const

export const security = [{ operator: [] }]
