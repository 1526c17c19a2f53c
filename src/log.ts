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

/** The kind of an error and its message, for the log's `reason`: a stack or a cause's fields may hold a body. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const cause = error.cause instanceof Error ? `: ${error.cause.name}: ${error.cause.message}` : ''
  return `${error.name}: ${error.message}${cause}`
}
