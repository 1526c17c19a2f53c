import type { Capabilities } from '../capabilities.ts'
import { reasonOf } from '../log.ts'
import type { ScimError } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'
import type { JsonObject } from '../scim/json.ts'
import { groupDefinition, userDefinition } from '../scim/schemas.ts'
import type { Planning } from './planning.ts'
import { comparedConfig, comparedSchemas, comparedTypes } from './probe-discovery.ts'
import { type Question, questionsOf } from './probe-questions.ts'
import type { ProbeCheck, ProbeReport } from './probe-report.ts'
import { attempt, type Outcome, type Plan } from './step.ts'

/**
 * Looks at an upstream without changing anything: credential, discovery, one page, and one filter of each kind with a value
 * that nobody has; and tells how it differs from its capabilities. Some twenty calls, one after the other.
 */
export function* probe({ capabilities }: Planning): Plan<ProbeReport> {
  const { preset } = capabilities
  const first = yield* attempt({ request: { operation: 'discovery', kind: 'ServiceProviderConfig' }, purpose: 'read' })
  if (first.kind === 'refused' && isUnreached(first.error))
    return { preset, reached: false, checks: [unreached(first.error)] }
  const checks: ProbeCheck[] = [
    { name: 'credential', outcome: 'ok', detail: "the upstream accepted the gateway's credential" },
  ]
  checks.push(...comparedConfig(bodyOf(first), capabilities))
  const types = yield* attempt({ request: { operation: 'discovery', kind: 'ResourceTypes' }, purpose: 'read' })
  checks.push(...comparedTypes(bodyOf(types)))
  const schemas = yield* attempt({ request: { operation: 'discovery', kind: 'Schemas' }, purpose: 'read' })
  checks.push(...comparedSchemas(bodyOf(schemas), definitionsOf(capabilities)))
  for (const question of questionsOf(capabilities, definitionsOf(capabilities))) checks.push(yield* asked(question))
  return { preset, reached: true, checks }
}

function* asked(question: Question): Plan<ProbeCheck> {
  const outcome = yield* attempt({ request: question.request, purpose: 'read' })
  const { name } = question
  try {
    return { name, ...question.judge(outcome) }
  } catch (error) {
    return { name, outcome: 'failed', detail: reasonOf(error) }
  }
}

function definitionsOf({ types }: Capabilities) {
  const held = (definition: typeof userDefinition) => types.get(fold(definition.type.name))?.definition ?? definition
  return { user: held(userDefinition), group: held(groupDefinition) }
}

const bodyOf = (outcome: Outcome): JsonObject | undefined =>
  outcome.kind === 'done' && outcome.reply.kind === 'discovery' ? outcome.reply.body : undefined

/** Whether nothing can be looked at: the connection, the token or the credential. A missing endpoint is an answer. */
const isUnreached = ({ status }: ScimError): boolean => status >= 500 && status !== 501

function unreached(error: ScimError): ProbeCheck {
  return {
    name: 'credential',
    outcome: 'failed',
    detail: `${error.message} (${reasonOf(error.cause ?? error)})`,
    mend: mendOf(error),
  }
}

function mendOf({ status, message }: ScimError): string {
  if (/token/i.test(message))
    return 'look at upstream.auth: token URL, client id, secret or certificate, and its expiry'
  if (/credential/i.test(message))
    return 'the token is good, but not for this: grant the application its permissions upstream (and admin consent)'
  if (/switched off/i.test(message)) return "switch the upstream's SCIM interface on, and its billing where it has one"
  if (/settings do not allow/i.test(message))
    return 'add the host to TOLLGATE_ALLOW_HOSTS, if it is meant to be reached'
  if (status === 504) return 'the upstream is slow or silent: try again, or raise upstream.timeout'
  if (status === 503) return 'look at upstream.url and at the network: name, port, TLS'
  return 'look at upstream.url: what answers there is no SCIM server'
}
