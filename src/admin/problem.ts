/** One thing wrong with a request: the member it is about (`expires`, `from`), and what would be right. */
export interface FieldFault {
  readonly field: string
  readonly detail: string
}

/** A problem document's body (RFC 9457 §3). */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly FieldFault[]
}

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

/** The statuses that the admin API refuses with. */
export type ProblemStatus = keyof typeof titles

export interface ProblemOptions {
  readonly errors?: readonly FieldFault[]
  readonly headers?: Readonly<Record<string, string>>
  /** What really happened: for the log, never for the operator. */
  readonly cause?: unknown
}

/** A refusal of the admin API: `message` is the `detail` that the operator reads, `cause` is for the log. */
export class Problem extends Error {
  readonly status: ProblemStatus
  readonly errors: readonly FieldFault[] | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: ProblemStatus, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'Problem'
    this.status = status
    this.errors = options.errors
    this.headers = options.headers ?? {}
  }

  /** `type` is `about:blank` (RFC 9457 §4.2.1): the status says what kind of problem it is, `detail` says which. */
  toBody(): ProblemBody {
    return {
      type: 'about:blank',
      title: titles[this.status],
      status: this.status,
      detail: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    }
  }

  toResponse(): Response {
    const headers = { ...this.headers, 'content-type': 'application/problem+json' }
    return new Response(JSON.stringify(this.toBody()), { status: this.status, headers })
  }
}

/** Members that one refusal names: a body may be made to have tens of thousands that are wrong. */
const maxFaults = 20

/** 400 that names the members that are wrong, at most the first twenty. */
export function invalid(faults: readonly FieldFault[]): Problem {
  const errors = faults.slice(0, maxFaults).map(({ field, detail }) => ({ field: printable(field), detail }))
  return new Problem(400, errors.map(({ field, detail }) => `${field}: ${detail}`).join('; '), { errors })
}

export const notFound = (detail: string): Problem => new Problem(404, printable(detail))

/** What a client wrote, fit to be shown in a terminal. */
const printable = (text: string): string => text.slice(0, 300).replace(/\p{Cc}/gu, '\ufffd')

const statusOf = (status: number): ProblemStatus => {
  for (const known of [400, 401, 404, 409, 413, 415, 503] as const) if (known === status) return known
  return 500
}

/** The problem that a refusal of the HTTP layer (a status and a message of its own) amounts to. */
export const problemOf = (status: number, detail: string): Problem => new Problem(statusOf(status), detail)

interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
}

/** What a zod parser found wrong, named as operators name it: an unknown member by its own name. */
export const faultsOf = (issues: readonly Issue[]): FieldFault[] =>
  issues.flatMap(({ code, path, message, keys }) =>
    code === 'unrecognized_keys' && keys !== undefined
      ? keys.map((key) => ({ field: [...path, key].join('.'), detail: 'is not known here' }))
      : [{ field: path.join('.') || 'body', detail: message }],
  )
