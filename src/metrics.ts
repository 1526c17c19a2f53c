/**
 * Counters and histograms in Prometheus' text format, so few that a library, whose own would not run on both runtimes,
 * is not worth its weight.
 */
export interface Metrics {
  /** Counts one front-door answer. */
  answered(operation: string, status: number, durationMs: number): void
  /** Counts one refused credential. */
  refused(): void
  /** Counts one upstream attempt; status 0 stands for no answer. */
  attempted(purpose: string, status: number): void
  /** The exposition: what was counted, and the gauges given. */
  text(gauges: Readonly<Record<string, { readonly help: string; readonly value: number }>>): string
}

const bucketsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]
/** Operations named by a client's path could be anything: beyond this many they are counted as `other`. */
const mostSeries = 500

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
      const labels = `purpose="${escapeLabel(purpose)}",status="${status}"`
      count(attempts, labels, 'purpose="other",status="0"')
    },
    text(gauges) {
      const lines: string[] = []
      const family = (name: string, help: string, type: string) =>
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
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
      for (const [name, { help, value }] of Object.entries(gauges)) {
        family(name, help, 'gauge')
        lines.push(`${name} ${value}`)
      }
      return `${lines.join('\n')}\n`
    },
  }
}
