import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import type { Answered } from '../support/gateway.ts'
import type { Deed } from './sequences.ts'
import { type Client, listed, unordered } from './support.ts'

/** What a client sees of an answer that does not depend on who gave it. */
export interface Seen {
  readonly status: number
  readonly scimType?: Json
  readonly body?: Json
}

/** One server, and the resources that were made there. */
export interface Side {
  readonly client: Client
  readonly ids: string[]
  /** How the ids of a deed's resources are told from those of the other side. */
  readonly numbers: Map<string, number>
}

export const side = (client: Client): Side => ({ client, ids: [], numbers: new Map() })

/** Does a deed, and tells what was seen. */
export async function act(deed: Deed, { client, ids, numbers }: Side): Promise<Seen> {
  const path = (which: number, query = '') =>
    `/Users/${ids[which % Math.max(1, ids.length)] ?? 'nobody'}${query === '' ? '' : `?${query}`}`
  switch (deed.kind) {
    case 'create': {
      const answer = await client.post('/Users', deed.body)
      const { id } = answer.body
      if (answer.status === 201 && typeof id === 'string') {
        numbers.set(id, ids.length)
        ids.push(id)
      }
      return seen(answer, numbers)
    }
    case 'put':
      return seen(await client.put(path(deed.which), deed.body), numbers)
    case 'patch':
      return seen(await client.patch(path(deed.which, deed.query), deed.operations), numbers)
    case 'get':
      return seen(await client.get(path(deed.which, deed.query)), numbers)
    case 'delete':
      return seen(await client.delete(path(deed.which)), numbers)
    case 'list':
      return seen(await client.get(`/Users?${new URLSearchParams(deed.parameters)}`), numbers)
  }
}

/**
 * Does a deed on both sides. What rules cannot carry is refused, and is judged by what a plain server made of it, which
 * then takes it back.
 */
export async function actBoth(
  deed: Deed,
  { plain, ruled }: Sides,
): Promise<{ readonly plain: Seen; readonly ruled: Seen }> {
  const id = 'which' in deed ? plain.ids[deed.which % Math.max(1, plain.ids.length)] : undefined
  const before = id === undefined ? undefined : (await plain.client.get(`/Users/${id}`)).body
  const made = await act(deed, ruled)
  const wanted = await act(deed, plain)
  const isRefused = made.status === 400 && made.scimType === 'invalidValue'
  if (!isRefused) return { plain: wanted, ruled: made }
  // Wrong in two ways: which one is told first is nobody's matter.
  if (wanted.status >= 400) return { plain: made, ruled: made }
  const changed = id ?? plain.ids.at(-1) ?? ''
  const { body } = await plain.client.get(`/Users/${changed}`)
  if (before === undefined) await plain.client.delete(`/Users/${plain.ids.pop()}`)
  else await plain.client.put(`/Users/${changed}`, before)
  return { plain: isCarriable(body) && !makesTwins(deed) ? wanted : made, ruled: made }
}

/** Whether a PATCH may make two elements alike, which a server then keeps once (RFC 7643 §2.4) and rules refuse. */
function makesTwins(deed: Deed): boolean {
  const operations = deed.kind === 'patch' ? deed.operations : []
  const paths = operations.flatMap(({ path, value }) =>
    typeof path === 'string' ? [path] : isObject(value) ? Object.keys(value) : [],
  )
  return paths.includes('emails') && paths.some((path) => path.startsWith('emails['))
}

export interface Sides {
  readonly plain: Side
  readonly ruled: Side
}

/** Whether the rules of the test can carry a resource (contract §5), by the plainest means. */
function isCarriable({ emails, displayName, userName }: JsonObject): boolean {
  const work = Array.isArray(emails) ? emails.filter((one) => isObject(one) && /^work$/i.test(String(one['type']))) : []
  const isName =
    displayName === undefined ||
    (typeof displayName === 'string' && displayName.indexOf(' ', 1) > 0 && !displayName.endsWith(' '))
  return work.length < 2 && isName && !String(userName).endsWith('@contoso.com')
}

export async function clear({ client, ids }: Side): Promise<void> {
  for (const id of ids) await client.delete(`/Users/${id}`)
}

function seen(answer: Answered, numbers: ReadonlyMap<string, number>): Seen {
  const { status, body } = answer
  if (status >= 400) return { status, scimType: body['scimType'] ?? null }
  if (!Array.isArray(body['Resources'])) return { status, body: unordered(placeless(body, numbers)) }
  const { totalResults, startIndex, itemsPerPage } = body
  const resources = listed(answer).map((one) => unordered(placeless(one, numbers)))
  const numbersOf = { totalResults, startIndex, itemsPerPage }
  return { status, body: { numbers: JSON.stringify(numbersOf), resources } }
}

/** Without what each server gives on its own. */
function placeless(resource: JsonObject, numbers: ReadonlyMap<string, number>): JsonObject {
  const { meta: _, id, ...rest } = resource
  const { resourceType } = isObject(resource['meta']) ? resource['meta'] : {}
  const { emails } = rest
  return {
    ...rest,
    ...(Array.isArray(emails) ? { emails: emails.map(typed) } : {}),
    ...(typeof id === 'string' ? { id: numbers.get(id) ?? id } : {}),
    ...(resourceType === undefined ? {} : { resourceType }),
  }
}

/** How a claimed element's literal is spelt, is let go. */
const typed = (email: Json): Json =>
  isObject(email) && typeof email['type'] === 'string' ? { ...email, type: email['type'].toLowerCase() } : email

/**
 * What every server shows alike, whoever wrote it: whether it did as it was told, and what there is. Not which refusal, not
 * how long a page is, and not whether a PATCH is answered with a body.
 */
export function loosely({ status, body }: Seen): Json {
  if (status >= 400) return 'refused'
  if (!isObject(body)) return 'done'
  const { resources } = body
  return Array.isArray(resources) ? [...resources].map((one) => JSON.stringify(one)).toSorted() : 'done'
}
