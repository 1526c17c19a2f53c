import type { Purpose } from './call.ts'

/**
 * Counters and histograms in Prometheus' text format, so few that a library, whose own would not run on both runtimes,
 * is not worth its weight.
 */
export interface Metrics {
  /** Counts one front-door answer. What a client or an upstream can make up is no name of an operation. */
  answered(operation: string, status: number, durationMs: number): void
  /** Counts one refused credential. */
  refused(): void
  /** Counts one upstream attempt; null stands for no answer, and is shown as 0. */
  attempted(purpose: Purpose, status: number | null): void
  /** The exposition: what was counted, and the gauges given. */
  text(gauges: Gauges): string
}

export type Gauges = Readonly<Record<string, { readonly help: string; readonly value: number }>>

const familyLines = (name: string, help: string, type: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]

/** Gauges alone, in the same format. */
export const exposeGauges = (gauges: Gauges): string =>
  Object.entries(gauges)
    .flatMap(([name, { help, value }]) => [...familyLines(name, help, 'gauge'), `${name} ${value}\n`])
    .join('\n')
    .replaceAll('\n\n', '\n')

const bucketsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]
/** Names are few already (`countedOperation`): a slip in that must not cost memory, and is counted as `other`. */
const mostSeries = 1000

/** Statuses that upstreams answer with; the rest is counted by its class, for a server can make up hundreds of them. */
const knownStatuses: ReadonlySet<number> = new Set([
  ...[
    200, 201, 202, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 422,
  ],
  ...[428, 429, 431, 500, 501, 502, 503, 504],
])

const statusLabel = (status: number | null): string => {
  if (status === null) return '0'
  return knownStatuses.has(status) ? String(status) : `${Math.floor(status / 100)}xx`
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

export function createMetrics(): Metrics {
  const calls = new Map<string, number>()
  const attempts = new Map<string, number>()
  const durations = new Array<number>(bucketsMs.length + 1).fill(0)
  let refusals = 0
  let durationSumMs = 0

  const count = (series: Map<string, number>, labels: string, other: string): void => {
    const key = series.has(labels) || series.size < mostSeries ? labels : other
    series.set(key, (series.get(key) ?? 0) + 1)
  }

  return {
    answered(operation, status, durationMs) {
      const labels = (name: string) => `operation="${escapeLabel(name)}",status="${status}"`
      count(calls, labels(operation), labels('other'))
      const slot = bucketsMs.findIndex((bound) => durationMs <= bound)
      const index = slot === -1 ? bucketsMs.length : slot
      durations[index] = (durations[index] ?? 0) + 1
      durationSumMs += durationMs
    },
    refused() {
      refusals += 1
    },
    attempted(purpose, status) {
      const labels = `purpose="${purpose}",status="${statusLabel(status)}"`
      count(attempts, labels, 'purpose="other",status="0"')
    },
    text(gauges) {
      const lines: string[] = []
      const family = (name: string, help: string, type: string) => lines.push(...familyLines(name, help, type))
      family('tollgate_calls_total', 'Front-door calls answered.', 'counter')
      for (const [labels, value] of calls) lines.push(`tollgate_calls_total{${labels}} ${value}`)
      family('tollgate_upstream_attempts_total', 'Upstream attempts; status 0 is no answer.', 'counter')
      for (const [labels, value] of attempts) lines.push(`tollgate_upstream_attempts_total{${labels}} ${value}`)
      family('tollgate_credentials_refused_total', 'Requests refused for their credential.', 'counter')
      lines.push(`tollgate_credentials_refused_total ${refusals}`)
      family('tollgate_call_duration_seconds', 'From request to answer.', 'histogram')
      let below = 0
      for (const [index, bound] of [...bucketsMs, Number.POSITIVE_INFINITY].entries()) {
        below += durations[index] ?? 0
        const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound / 1000)
        lines.push(`tollgate_call_duration_seconds_bucket{le="${le}"} ${below}`)
      }
      lines.push(
        `tollgate_call_duration_seconds_sum ${durationSumMs / 1000}`,
        `tollgate_call_duration_seconds_count ${below}`,
      )
      return `${lines.join('\n')}\n${exposeGauges(gauges)}`
    },
  }
}
