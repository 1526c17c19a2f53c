import { createTranslator } from '../rules/create-translator.ts'
import type { TypeRules } from '../rules/rule.ts'
import type { Translator, Unfit } from '../rules/translator.ts'
import { canonicalPath } from '../scim/definition.ts'
import { ScimError } from '../scim/error.ts'
import { type Filter, pathsIn, printFilter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { compileFilter } from '../scim/match.ts'
import type { AttributePath } from '../scim/path.ts'
import type { Projection } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import type { Allow, OnDelete, Operation, Scope } from './clause.ts'
import { detailTranslator } from './detail.ts'
import { createEntityTags, type EntityTags, sameTags } from './entity-tag.ts'
import { leavesMembers } from './members.ts'

/** What a tenant's file says of its view. */
export interface ViewClauses {
  readonly rules?: ReadonlyMap<string, TypeRules>
  /** A short word of letters and digits that changes with the rules: a part of the entity tags. */
  readonly rulesVersion: string
  readonly scope?: Scope
  readonly allow?: Allow
  readonly onDelete: OnDelete
}

/** Which resources of a type there are for clients. */
export interface TypeScope {
  readonly filter: Filter
  /** The paths that it compares. */
  readonly needs: readonly AttributePath[]
  holds(client: Resource): boolean
}

/** One resource type as clients see it. */
export interface TypeView {
  readonly name: string
  /** A text that changes with the rules and the scope. */
  readonly version: string
  readonly translator: Translator
  /** False where no rule changes anything: then replies are the client's as they are. */
  readonly hasRules: boolean
  readonly tags: EntityTags
  readonly scope?: TypeScope
  /** Whether the members of its resources are none of the rules' matter, nor the scope's. */
  readonly leavesMembers: boolean
  /** @throws ScimError 403 naming the operation */
  requireAllowed(operation: Operation): void
  isAllowed(operation: Operation): boolean
  /** An error of the upstream's in the client's words. */
  inClientWords(error: unknown): unknown
}

/** Makes the view of a resource type that an upstream has. */
export function createTypeView(definition: ResourceDefinition, clauses: ViewClauses, unfit: Unfit): TypeView {
  const { name } = definition.type
  const rules = clauses.rules?.get(name)
  const translator = rules === undefined ? untranslated(definition) : createTranslator(rules, definition, unfit)
  const given = clauses.scope?.get(name)
  const filter = given && settled(given, translator.client)
  const allowed = clauses.allow?.get(name)
  const isAllowed = (operation: Operation): boolean => allowed === undefined || allowed.includes(operation)
  return {
    name,
    version: `${clauses.rulesVersion} ${filter === undefined ? '' : printFilter(filter)}`,
    translator,
    hasRules: rules !== undefined,
    tags: rules === undefined ? sameTags : createEntityTags(clauses.rulesVersion),
    ...(filter === undefined
      ? {}
      : { scope: { filter, needs: pathsIn(filter), holds: compileFilter(filter, translator.client) } }),
    leavesMembers: leavesMembers(translator, filter === undefined ? [] : pathsIn(filter)),
    isAllowed,
    requireAllowed(operation) {
      if (isAllowed(operation)) return
      const others = allowed === undefined || allowed.length === 0 ? 'nothing' : allowed.join(', ')
      throw new ScimError(403, `${operation} is not allowed for ${name} here: this tenant allows ${others}`)
    },
    inClientWords: rules === undefined ? (error) => error : detailTranslator(rules),
  }
}

/** A type without rules: everything crosses as it is. */
const untranslated = (definition: ResourceDefinition): Translator => ({
  upstream: definition,
  client: definition,
  toUpstream: (client) => client,
  toClient: (upstream) => upstream,
  carryOver: (_before, client) => client,
  hidesSomething: false,
  isOwned: () => false,
  carried: [],
  crosses: () => true,
  patch: (operations) => ({ kind: 'direct', operations }),
  filter: (filter) => ({ kind: 'exact', filter }),
  sortBy: (path) => path,
  projection: (projection, needed = []) => (needed.length === 0 ? projection : withNeeded(projection, needed)),
})

/** What a client asks to see, and what is read besides. */
function withNeeded(
  { attributes = [], excludedAttributes = [] }: Projection,
  needed: readonly AttributePath[],
): Projection {
  if (attributes.length > 0) return { attributes: [...attributes, ...needed] }
  const names = new Set(needed.map(({ name = '' }) => fold(name)))
  const excluded = excludedAttributes.filter(({ name }) => name !== undefined && !names.has(fold(name)))
  return excluded.length === 0 ? {} : { excludedAttributes: excluded }
}

/** The filter with its paths as the schemas spell them: not every server finds an extension's attribute by its bare name. */
function settled(filter: Filter, definition: ResourceDefinition): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, left: settled(filter.left, definition), right: settled(filter.right, definition) }
    case 'not':
      return { ...filter, of: settled(filter.of, definition) }
    default:
      return { ...filter, path: canonicalPath(definition, filter.path) }
  }
}
