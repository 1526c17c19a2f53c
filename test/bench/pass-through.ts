/** What the gateway is compared with: hono and undici, passing on and nothing else. Takes the upstream's URL, prints its own. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { Pool } from 'undici'

const [, , upstream = ''] = process.argv
const pool = new Pool(upstream, { connections: 64 })
const app = new Hono()

app.all('*', async (context) => {
  const { method } = context.req
  const path = new URL(context.req.url).pathname
  const headers = {
    authorization: 'Bearer upstream',
    accept: 'application/scim+json',
    'content-type': 'application/scim+json',
  }
  const body = method === 'POST' ? await context.req.text() : null
  const answer = await pool.request({ method: method === 'POST' ? 'POST' : 'GET', path, headers, body })
  return new Response(await answer.body.text(), {
    status: answer.statusCode,
    headers: { 'content-type': String(answer.headers['content-type']) },
  })
})

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(`http://127.0.0.1:${port}`))
