import { bindRules } from '../rules/bind.ts'
import type { BoundRules } from '../rules/bound.ts'
import { compileRules } from '../rules/compile.ts'
import { createTranslator } from '../rules/create-translator.ts'
import { type RuleTrace, traceInward, traceOutward, tracePatch } from '../rules/trace.ts'
import type { FilterTranslation, PatchTranslation, Translator } from '../rules/translator.ts'
import type { Filter } from '../scim/filter.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { definitionsOf } from './definitions.ts'
import type { TenantDocument } from './schema.ts'

/** One resource type of a tenant, to try things with: pure computation, nothing is called. */
export interface Trial {
  readonly definition: ResourceDefinition
  /** What clients are parsed by. */
  readonly client: ResourceDefinition
  /** Whether the tenant has rules for this type. */
  readonly hasRules: boolean
  readonly hidesSomething: boolean
  toUpstream(client: Resource): Resource
  toClient(upstream: Resource): Resource
  patch(operations: readonly PatchOperation[]): PatchTranslation
  filter(filter: Filter): FilterTranslation
  /** Rule by rule, what became of a client's resource; `built` is its upstream view, absent where it is refused. */
  traceOutward(client: Resource, built: Resource | undefined): readonly RuleTrace[]
  traceInward(upstream: Resource): readonly RuleTrace[]
  tracePatch(operations: readonly PatchOperation[]): readonly RuleTrace[]
}

/** The types that can be tried, by name. */
export const trialTypes = (document: TenantDocument): readonly string[] =>
  definitionsOf(document).map(({ type }) => type.name)

/** A resource type of a document to try things with; undefined when its upstream has none of that name, as far as is known. */
export function trialOf(document: TenantDocument, resourceType: string): Trial | undefined {
  const definition = definitionsOf(document).find(({ type }) => type.name === resourceType)
  if (definition === undefined) return undefined
  const rules = document.rules === undefined ? undefined : compileRules(document.rules).get(resourceType)
  if (rules === undefined) return identity(definition)
  const translator = createTranslator(rules, definition, () => {})
  return withRules(definition, translator, bindRules(rules, definition))
}

const withRules = (definition: ResourceDefinition, translator: Translator, bound: BoundRules): Trial => ({
  definition,
  client: translator.client,
  hasRules: true,
  hidesSomething: translator.hidesSomething,
  toUpstream: translator.toUpstream,
  toClient: translator.toClient,
  patch: translator.patch,
  filter: translator.filter,
  traceOutward: (client, built) => traceOutward(bound, client, built),
  traceInward: (upstream) => traceInward(bound, upstream),
  tracePatch: (operations) => tracePatch(bound, translator, operations),
})

/** Without rules both views are one. */
const identity = (definition: ResourceDefinition): Trial => ({
  definition,
  client: definition,
  hasRules: false,
  hidesSomething: false,
  toUpstream: (resource) => resource,
  toClient: (resource) => resource,
  patch: (operations) => ({ kind: 'direct', operations }),
  filter: (filter) => ({ kind: 'exact', filter }),
  traceOutward: () => [],
  traceInward: () => [],
  tracePatch: () => [],
})
