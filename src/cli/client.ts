import { z } from 'zod'
import { Exit, exitCodes } from './exit.ts'

/** Carries a request to an admin API, wherever that is. */
export interface Transport {
  send(request: Request): Promise<Response>
  /** What messages call it. */
  readonly place: string
  close(): void
}

/** A request to the admin API; `query` members that are undefined are left out. */
export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The path under `/admin/v1`, each segment unencoded. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: object
}

/** The admin API as the commands use it: the same over HTTP and in process. */
export interface AdminClient {
  /** The answer's JSON, checked. @throws Exit for every refusal. */
  ask<Answer>(asking: Asking, shape: z.ZodType<Answer>): Promise<Answer>
  /** The answer's text. */
  askText(asking: Asking): Promise<string>
  close(): void
}

const problemShape = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
})

export function createClient(transport: Transport): AdminClient {
  const send = async (asking: Asking): Promise<Response> => {
    const answer = await transport.send(requestOf(asking))
    if (!answer.ok) throw await refusal(answer, asking, transport.place)
    return answer
  }
  return {
    ask: async (asking, shape) => {
      const answer = await send(asking)
      const body: unknown = answer.status === 204 ? undefined : await answer.json().catch(() => undefined)
      const parsed = shape.safeParse(body)
      if (!parsed.success) throw stranger(answer, transport.place)
      return parsed.data
    },
    askText: async (asking) => (await send(asking)).text(),
    close: () => transport.close(),
  }
}

function requestOf({ method = 'GET', path, query = {}, body }: Asking): Request {
  // As part of a URL these would name another path.
  if (path.some((segment) => /^\.{0,2}$/.test(segment)))
    throw new Exit(exitCodes.wrong, 'there is nothing of that name')
  // Where the API is, is the transport's affair: only path and query count.
  const url = new URL(`http://gateway/admin/v1/${path.map(encodeURIComponent).join('/')}`)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
  return new Request(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
}

/** `contoso.yaml:3:7: ...`: a place in a file, and what is wrong there. */
const placed = /^\S+:\d+:\d+: /

async function refusal(answer: Response, { method }: Asking, place: string): Promise<Exit> {
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true
  const parsed = problemShape.safeParse(isProblem ? await answer.json().catch(() => undefined) : undefined)
  if (!parsed.success) return stranger(answer, place)
  const { detail, errors = [] } = parsed.data
  if (answer.status === 401) {
    return new Exit(exitCodes.gateway, `${place} refused the credential: check TOLLGATE_ADMIN_TOKEN`)
  }
  if (answer.status >= 500) return new Exit(exitCodes.gateway, `${place}: ${detail}`)
  if (errors.some((fault) => placed.test(fault.detail))) {
    // One a line, as `tenant check` prints them: editors and terminals make the beginning a link.
    return new Exit(exitCodes.wrong, errors.map((fault) => fault.detail).join('\n'))
  }
  if (answer.status === 404 || answer.status === 409) return new Exit(exitCodes.wrong, detail)
  // The API's members and the command's options have the same names; what a PUT brings comes from files.
  const option = method === 'PUT' ? '' : '--'
  const faults = errors.map((fault) => `${option}${fault.field} ${fault.detail}`).join('; ')
  return new Exit(exitCodes.usage, faults === '' ? detail : faults)
}

const stranger = (answer: Response, place: string): Exit =>
  new Exit(
    exitCodes.gateway,
    `${place} answered ${answer.status}, but not as a Tollgate gateway does: check TOLLGATE_URL or --to (without /admin/v1)`,
  )
