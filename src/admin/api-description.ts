import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Env } from 'hono'

/** Where the admin API is mounted. */
export const adminRoot = '/admin/v1'

/** The OpenAPI 3.1 document of an API's routes, with whole paths. */
export function describeApi<Environment extends Env>(api: OpenAPIHono<Environment>) {
  const { paths, components, ...rest } = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tollgate admin API',
      version: '1',
      description:
        'Errors are RFC 9457 problem documents. Times are RFC 3339 in UTC. Unknown query parameters and members are refused.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
  })
  const operator = { type: 'http', scheme: 'bearer', description: 'the value of TOLLGATE_ADMIN_TOKEN' }
  return {
    ...rest,
    paths: Object.fromEntries(Object.entries(paths ?? {}).map(([path, item]) => [`${adminRoot}${path}`, item])),
    components: { ...components, securitySchemes: { operator } },
  }
}
