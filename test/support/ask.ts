import type { Json, JsonObject } from '../../src/scim/json.ts'

export const adminToken = 'an-admin-token-for-tests-0123456789'

export interface Asked {
  readonly method?: string
  readonly token?: string
  readonly body?: Json | string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as an object; empty where there is none. */
  readonly body: JsonObject
}

/** One request; the body comes as an object where it is one. */
export async function send(url: string, { method, token, body, headers }: Asked = {}): Promise<Answered> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': url.includes('/scim/v2') ? 'application/scim+json' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parseObject(text) }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}
