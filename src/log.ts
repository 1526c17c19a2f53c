import type { LogFields } from './ports.ts'

/** The fields that may be logged, and no others (house rule: an allow-list, since a list of secrets is never complete). */
const allowed: Readonly<Record<keyof LogFields, true>> = {
  tenant: true,
  call: true,
  credential: true,
  operation: true,
  method: true,
  path: true,
  status: true,
  scimType: true,
  durationMs: true,
  upstreamCalls: true,
  attempt: true,
  waitMs: true,
  file: true,
  line: true,
  column: true,
  reason: true,
  count: true,
  host: true,
  port: true,
  url: true,
  alert: true,
  traceId: true,
}

const longestText = 500

/** What of `fields` may be written: allowed names, with texts cut at 500 characters. */
export function loggable(fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(allowed, name) || value === undefined) continue
    line[name] = typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText)}…` : value
  }
  return line
}

/** Causes of causes that are told. */
const maxCauses = 4

/**
 * The kind of an error and its message, and the same of its causes, for the log's `reason`: a stack or an error's fields
 * may hold a body.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const told: string[] = []
  for (let at: unknown = error; at instanceof Error && told.length <= maxCauses; at = at.cause) told.push(wordsOf(at))
  return told.join(': ')
}

/** drizzle repeats a statement's parameters in its message, and `JSON.parse` the text that it could not read. */
const wordsOf = (error: Error): string =>
  'params' in error || error instanceof SyntaxError ? error.name : `${error.name}: ${error.message}`
