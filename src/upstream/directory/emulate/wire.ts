import type { OutgoingRequest } from '../../../ports.ts'
import { ScimError } from '../../../scim/error.ts'
import { fold } from '../../../scim/fold.ts'
import { isObject, type JsonObject, parseJson } from '../../../scim/json.ts'
import { bad } from './answer.ts'

/** One request, taken apart. */
export interface Asked {
  readonly method: string
  /** Decoded, below `/rp/scim`; the first is folded. */
  readonly segments: readonly string[]
  /** By the folded name. */
  readonly headers: ReadonlyMap<string, string>
  /** The query as it was sent. */
  readonly query: string
  readonly body: string | undefined
}

/** The path ends its host's part anywhere: `https://graph.microsoft.com/rp/scim` and `http://127.0.0.1:8080/rp/scim` alike. */
const root = /^(?:.*?)\/rp\/scim(?=\/|$)/i

/** Takes a request apart. @throws ScimError 404 for a place outside `/rp/scim`, 400 for one that cannot be decoded. */
export function readRequest({ method, url, headers, body }: OutgoingRequest): Asked {
  const [address = '', query = ''] = url.replace(/#.*$/s, '').split(/\?(.*)/s)
  const path = new URL(address).pathname
  const found = root.exec(path)?.[0]
  if (found === undefined) throw new ScimError(404, `Resource not found for the segment '${path.slice(0, 100)}'.`)
  const [segment = '', ...rest] = path
    .slice(found.length + 1)
    .split('/')
    .map(decoded)
  return {
    method,
    segments: [fold(segment), ...rest],
    headers: new Map(Object.entries(headers).map(([name, value]) => [fold(name), value])),
    query,
    body,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad('The request URI is not valid.')
  }
}

/**
 * The query's parameters. White space round the equals sign, plain or encoded, is refused (facts A3), and so is every
 * parameter that is not among `allowed`, for no others are documented.
 * @throws ScimError 400
 */
export function readParameters(query: string, allowed: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  if (query === '') return parameters
  for (const part of query.split('&')) {
    const [name = '', value] = part.split(/=(.*)/s).map((text) => decoded(text.replaceAll('+', ' ')))
    if (value === undefined) throw bad(`The query parameter '${name.slice(0, 100)}' has no value.`)
    if (/\s$/.test(name) || /^\s/.test(value))
      throw bad(`Whitespace around '=' is not allowed in the query parameter '${name.trim().slice(0, 100)}'.`)
    if (!allowed.includes(name)) throw bad(`The query parameter '${name.slice(0, 100)}' is not supported.`)
    if (parameters.has(name)) throw bad(`The query parameter '${name}' is specified more than once.`)
    // RFC 9865 §2 begins a walk with an empty cursor; nothing else may be empty.
    if (value === '' && name !== 'cursor') throw bad(`The query parameter '${name}' is empty.`)
    parameters.set(name, value)
  }
  return parameters
}

/**
 * Facts A7: `application/json` is named on everything but DELETE, and never on DELETE, which takes any type or none.
 * @throws ScimError 400
 */
export function requireAccept({ method, headers }: Asked): void {
  const accept = headers.get('accept')
  const types = (accept ?? '').split(',').map((range) => fold(range.split(';')[0]?.trim() ?? ''))
  if (method === 'DELETE') {
    if (accept === undefined || types.every((type) => type === '*/*')) return
    throw bad(`Accept header '${accept.slice(0, 100)}' is invalid.`)
  }
  if (accept === undefined) throw bad('Accept header is missing: it must be application/json.')
  if (!types.includes('application/json')) throw bad(`Accept header '${accept.slice(0, 100)}' is invalid.`)
}

/** The body of a POST or a PATCH. @throws ScimError 400 for another content type, or what is no JSON object. */
export function readBody({ headers, body }: Asked): JsonObject {
  const type = fold(headers.get('content-type')?.split(';')[0]?.trim() ?? '')
  if (type !== 'application/scim+json') throw bad('Content-Type header must be application/scim+json.')
  const given = body === undefined || body.trim() === '' ? undefined : parseJson(body)
  if (!isObject(given)) throw bad('The request body must be a JSON object.')
  return given
}
