import type { Planning } from '../plan/planning.ts'
import { probe } from '../plan/probe.ts'
import type { ProbeReport } from '../plan/probe-report.ts'
import { runPlan } from '../plan/run.ts'
import type { Ports } from '../ports.ts'
import type { OpenCall } from '../upstream/background.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** A probe with the call of the ledger that it was. */
export interface Probed extends ProbeReport {
  readonly call: string
}

export interface ProbedParts {
  /** The upstream itself, without plan or rules. */
  readonly upstream: Upstream
  readonly planning: Planning
  readonly ports: Pick<Ports, 'now'>
  readonly openCall: OpenCall
  /** Of each request: a probe may take longer than a client would wait. */
  readonly timeoutMs: number
}

/** Probes a tenant's upstream, by a call of operation `probe` (contract §12). */
export async function probeUpstream({ upstream, planning, ports, openCall, timeoutMs }: ProbedParts): Promise<Probed> {
  const call = openCall('probe')
  let status = 500
  try {
    const report = await runPlan(probe(planning), ({ request, purpose }) =>
      upstream.carry(request, { attempts: call, credential: '', deadlineAt: ports.now() + timeoutMs, purpose }),
    )
    status = report.reached ? 200 : 502
    return { ...report, call: call.callId }
  } finally {
    await call.close({ status, scimType: null, bytesOut: 0 })
  }
}
