import type { Planning } from '../plan/planning.ts'
import { bindRules } from '../rules/bind.ts'
import { type RuleTrace, traceInward, traceOutward, tracePatch } from '../rules/trace.ts'
import type { Translator } from '../rules/translator.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { ScimReply, ScimRequest } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import { createTypeView, type TypeView } from '../view/type-view.ts'
import { createView } from '../view/view.ts'
import { definitionsOf } from './definitions.ts'
import type { TenantDocument } from './schema.ts'
import type { Recorder } from './trial-record.ts'
import { viewClauses } from './upstream.ts'
import { planningOf } from './upstream-bare.ts'

/** One resource type of a tenant, to try things with: pure computation, nothing is called. */
export interface Trial {
  /** What clients are parsed by, and what serves them. */
  readonly translator: Translator
  readonly scope: TypeView['scope']
  readonly dialect: TenantDocument['frontDoor']['dialect']
  /** What the upstream can do. */
  readonly planning: Planning
  /** Serves a request as the tenant would, over an upstream that only writes down. @throws ScimError, NeedsRead */
  carry(request: ScimRequest, recorder: Recorder): Promise<ScimReply>
  /** Rule by rule, what became of a client's resource; `built` is its upstream view, absent where it is refused. */
  traceOutward(client: Resource, built: Resource | undefined): readonly RuleTrace[]
  traceInward(upstream: Resource): readonly RuleTrace[]
  tracePatch(operations: readonly PatchOperation[]): readonly RuleTrace[]
}

/** The types that can be tried, by name. */
export const trialTypes = (document: TenantDocument): readonly string[] =>
  definitionsOf(document).map(({ type }) => type.name)

const ignore = (): void => {}
const noAttempts = {
  callId: 'try',
  begin: async () => ({ seq: 1, requestId: 'try.1', answered: ignore }),
  note: ignore,
}
const ports = {
  now: () => 0,
  wait: () => Promise.resolve(),
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
}

/** A resource type of a document to try things with; undefined when its upstream has none of that name, as far as is known. */
export function trialOf(document: TenantDocument, resourceType: string): Trial | undefined {
  const upstream = definitionsOf(document).find(({ type }) => type.name === resourceType)
  if (upstream === undefined) return undefined
  const { id: tenant, frontDoor } = document
  const { dialect } = frontDoor
  const clauses = viewClauses(document)
  const { translator, scope } = createTypeView(upstream, clauses ?? { rulesVersion: '', onDelete: 'delete' }, ignore)
  const rules = clauses?.rules?.get(resourceType)
  const bound = rules && bindRules(rules, upstream)
  return {
    translator,
    scope,
    dialect,
    planning: planningOf(document),
    async carry(request, recorder) {
      const errand = { attempts: noAttempts, credential: '', deadlineAt: Number.POSITIVE_INFINITY }
      if (clauses === undefined) return recorder.carry(request, errand)
      return createView({ tenant, upstream: recorder, dialect, ports, ...clauses }).carry(
        'definition' in request ? { ...request, definition: upstream } : request,
        errand,
      )
    },
    traceOutward: (client, built) => (bound === undefined ? [] : traceOutward(bound, client, built)),
    traceInward: (resource) => (bound === undefined ? [] : traceInward(bound, resource)),
    tracePatch: (operations) => (bound === undefined ? [] : tracePatch(bound, translator, operations)),
  }
}
