import autocannon from 'autocannon'

export interface Load {
  readonly url: string
  readonly path: string
  readonly method: 'GET' | 'POST'
  /** Requests take these in turn. */
  readonly tokens: readonly string[]
  readonly connections: number
  readonly seconds: number
}

export interface Figures {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const body = JSON.stringify({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'bjensen@example.com',
  externalId: '701984',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  emails: [{ value: 'bjensen@example.com', type: 'work', primary: true }],
  active: true,
})

/** Loads one server for a while. @throws Error when any answer is not 2xx: a fast refusal is no figure. */
export async function measure({ url, path, method, tokens, connections, seconds }: Load): Promise<Figures> {
  const requests = tokens.map((token) => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(method === 'POST' ? { body } : {}),
  }))
  const result = await autocannon({ url, connections, duration: seconds, requests })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx and ${result.errors} requests failed`)
  }
  return { perSecond: result.requests.average, p50Ms: result.latency.p50, p99Ms: result.latency.p99 }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
