import type { Capabilities, PlanChoices } from '../capabilities.ts'
import { planOf } from '../plan/plan.ts'
import { runPlan } from '../plan/run.ts'
import type { Ports } from '../ports.ts'
import type { Dialect } from '../scim/dialect.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { Errand, Upstream } from '../upstream/upstream.ts'

export interface PlannedParts {
  readonly tenant: string
  readonly upstream: Upstream
  readonly capabilities: Capabilities
  readonly choices: PlanChoices
  /** How the operations inside a Bulk are read. */
  readonly dialect: Dialect
  readonly ports: Pick<Ports, 'now' | 'log' | 'wait' | 'randomBytes'>
}

/** An upstream that serves whatever a standard's server serves, in the fewest calls that its capabilities allow (contract §6). */
export function createPlanned(parts: PlannedParts): Upstream {
  const { upstream } = parts
  return {
    definitionAt: (segment, errand) => upstream.definitionAt(segment, errand),
    carry: (request, errand) => carry(request, errand, parts),
  }
}

function carry(request: ScimRequest, errand: Errand, { upstream, ...planning }: PlannedParts): Promise<ScimReply> {
  if (request.operation === 'bulk' || request.operation === 'discovery' || request.operation === 'list')
    return upstream.carry(request, errand)
  return runPlan(planOf(request, planning), ({ request: asked, purpose }) =>
    upstream.carry(asked, purpose === 'forward' ? errand : { ...errand, purpose }),
  )
}
