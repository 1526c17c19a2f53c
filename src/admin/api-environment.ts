import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Operator } from './operator.ts'

/** What every request to the admin API carries once it was let in. */
export interface AdminEnvironment {
  Variables: { operator: Operator }
}

export type AdminApi = OpenAPIHono<AdminEnvironment>
