import { once } from 'node:events'
import { createServer } from 'node:http'
import { isObject, type JsonObject, parseJson } from '../../src/scim/json.ts'

export interface Received {
  readonly method: string
  readonly path: string
  /** `X-Request-Id`: the gateway's `{callId}.{seq}`. */
  readonly requestId: string
  readonly authorization: string
  readonly body: JsonObject
}

/** A foreign SCIM server that keeps its users in memory and remembers whatever reached it. */
export interface ForeignUpstream {
  /** Its SCIM root. */
  readonly url: string
  readonly received: Received[]
  close(): void
}

const resourceType = { resourceType: 'User' }
const type = { 'content-type': 'application/scim+json' }

/** Starts one on a free port; `pauseMs` gives how long each answer takes. */
export async function foreignUpstream(pauseMs: () => number = () => 0): Promise<ForeignUpstream> {
  const users = new Map<string, JsonObject>()
  const received: Received[] = []
  let made = 0

  const answer = (method: string, id: string | undefined, body: JsonObject): [status: number, body?: JsonObject] => {
    const known = users.get(id ?? '')
    if (method === 'POST') {
      const user = { ...body, id: String(++made), meta: resourceType }
      users.set(user.id, user)
      return [201, user]
    }
    if (id === undefined) {
      return [200, { schemas: [], totalResults: users.size, Resources: [...users.values()].slice(0, 10) }]
    }
    if (known === undefined) return [404, { schemas: [], status: '404', detail: 'no such user' }]
    if (method === 'DELETE') users.delete(id)
    return method === 'GET' ? [200, known] : [204]
  }

  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const path = url.replace(/^\/scim|\?.*$/g, '')
    const chunks: Buffer[] = []
    const head = { requestId: String(headers['x-request-id']), authorization: headers.authorization ?? '' }
    // Written down as soon as the head is there: the rest may never come.
    const index = received.push({ method, path, ...head, body: {} }) - 1
    try {
      for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    } catch {
      return
    }
    const text = Buffer.concat(chunks).toString('utf8')
    const parsed = text === '' ? {} : parseJson(text)
    const body = isObject(parsed) ? parsed : {}
    received[index] = { method, path, ...head, body }
    const [status, given] = answer(method, path.split('/')[2], body)
    setTimeout(() => outgoing.writeHead(status, type).end(given && JSON.stringify(given)), pauseMs())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/scim`,
    received,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
