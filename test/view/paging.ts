import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isObject, type Json, type JsonObject, parseJson } from '../../src/scim/json.ts'

export interface PagingOptions {
  /** Resources that a page holds at most, whatever is asked. */
  readonly pageSize: number
  /** Pages by cursor only, and does not say how many there are. */
  readonly isByCursor?: boolean
}

/** A SCIM server of users that compares nothing, gives small pages, and can be told to be overtaken. */
export interface PagingServer {
  readonly url: string
  readonly users: JsonObject[]
  /** What it was asked: method, path and query. */
  readonly asked: string[]
  /** How many writes are still answered 412. */
  overtaken: number
  /** Whether it refuses every condition, as who compares weak tags by the letter. */
  isStrict: boolean
  /** Told before each page that it gives. */
  onPage: () => void
  /** How many users it says to have, where that is not how many it has. */
  claimed: number | undefined
  /** Whether it gives the first page whatever is asked. */
  isStuck: boolean
  close(): void
}

export async function startPaging({ pageSize, isByCursor = false }: PagingOptions): Promise<PagingServer> {
  const users: JsonObject[] = []
  const asked: string[] = []
  let port = 0
  const own: PagingServer = {
    url: '',
    users,
    asked,
    overtaken: 0,
    isStrict: false,
    onPage: () => {},
    claimed: undefined,
    isStuck: false,
    close: () => server.close(),
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push(`${request.method} ${decodeURIComponent(url.pathname + url.search)}`)
      const isRefused = own.isStrict && request.headers['if-match'] !== undefined
      const { status, body, etag } = isRefused
        ? { status: 412, body: {}, etag: undefined }
        : answer(request.method ?? '', url, Buffer.concat(chunks).toString())
      response.writeHead(status, {
        'content-type': 'application/scim+json',
        ...(etag === undefined ? {} : { etag }),
      })
      response.end(body === undefined ? '' : JSON.stringify(body))
    })
  })

  function answer(method: string, url: URL, text: string): { status: number; body?: Json; etag?: string } {
    const [, type, id] = url.pathname.split('/').filter((one) => one !== '')
    if (type !== 'Users') return { status: 404, body: { detail: 'nothing here' } }
    if (id === undefined) return { status: 200, body: list(url.searchParams) }
    const user = users.find((one) => one['id'] === id)
    if (user === undefined) return { status: 404, body: {} }
    if (method === 'GET') return { status: 200, body: user, etag: `"${user['revision']}"` }
    if (own.overtaken > 0) {
      own.overtaken -= 1
      user['revision'] = Number(user['revision']) + 1
      return { status: 412, body: {} }
    }
    const given = parseJson(text)
    user['patched'] = isObject(given) ? (given['Operations'] ?? null) : null
    return { status: 204 }
  }

  function list(query: URLSearchParams): JsonObject {
    own.onPage()
    const start = own.isStuck
      ? 0
      : isByCursor
        ? Number(query.get('cursor') ?? 0)
        : Number(query.get('startIndex') ?? 1) - 1
    const Resources = users.slice(start, start + Math.min(pageSize, Number(query.get('count') ?? pageSize)))
    const end = start + Resources.length
    if (!isByCursor)
      return {
        totalResults: own.claimed ?? users.length,
        startIndex: start + 1,
        itemsPerPage: Resources.length,
        Resources,
      }
    return { itemsPerPage: Resources.length, Resources, ...(end < users.length ? { nextCursor: String(end) } : {}) }
  }

  server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const address: AddressInfo | string | null = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  return Object.assign(own, { url: `http://127.0.0.1:${port}/scim` })
}
