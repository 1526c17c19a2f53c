import type { Capabilities } from '../capabilities.ts'
import { attributeAt, canonicalPath } from '../scim/definition.ts'
import { badRequest } from '../scim/error.ts'
import { type Filter, pathsIn } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { compileFilter } from '../scim/match.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import type { ListQuery, Projection } from '../scim/request.ts'
import type { Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { askable } from './askable.ts'
import { type CoverCall, coverOf } from './filter-cover.ts'
import type { Source } from './listing.ts'
import { meets } from './meets.ts'
import { type Planning, unseenOf } from './planning.ts'

/** A list without its paging. */
export type ListQuestion = Omit<ListQuery, 'startIndex' | 'count' | 'cursor'>

/** One list that the upstream is asked for, and what of its answer counts. */
export interface ListCall {
  readonly source: Source
  /** With all of each resource that is needed. */
  readonly query: ListQuestion
  /** The same, with no more of each resource than decides whether it counts: its pages may be larger. */
  readonly narrow?: ListQuestion
  /** Absent where the upstream decides all of it. */
  judge?(resource: Resource): boolean
  /** Whether much is read to find a little. */
  readonly expectsMany: boolean
  /** Why pages must be read. */
  readonly reason: string
}

export interface CallsQuestion {
  readonly planning: Planning
  /** What is read besides, to make an order here. */
  readonly sortedBy?: AttributePath
  /** The order that the upstream makes. */
  readonly order?: Pick<ListQuery, 'sortBy' | 'sortOrder'>
  /** Whether a source's guard is left out: then whoever asks looks at what comes. */
  readonly isTrusting: boolean
}

/**
 * The calls that a source comes to; several are a union, whose answers may overlap.
 * @throws ScimError 400 `invalidFilter` where something had to be decided here that no answer shows
 */
export function callsOf(source: Source, question: CallsQuestion): readonly ListCall[] {
  const { definition, filter } = source
  const { capabilities, choices } = question.planning
  const type = fold(definition.type.name)
  const unseen = unseenOf(capabilities, definition)
  const forms = capabilities.filter.get(type) ?? 'any'
  const keep = keepOf(source, unseen, question.isTrusting)
  const covers: readonly CoverCall[] =
    filter === undefined ? [{}] : callsIn(coverOf(filter, { definition, forms, unseen, maxCalls: choices.pageBudget }))
  return covers.map((cover) => callOf(source, cover, { ...question, unseen, keep }))
}

const callsIn = (cover: ReturnType<typeof coverOf>): readonly CoverCall[] =>
  cover.kind === 'union' ? cover.calls : [cover]

type Keep = ((resource: Resource) => boolean) | undefined

/** @throws ScimError 400 `invalidFilter` where what it reads is never shown */
function keepOf(source: Source, unseen: readonly AttributePath[], isTrusting: boolean): Keep {
  const { keep, needs = [], isGuard = false, definition } = source
  if (keep === undefined || (isGuard && isTrusting)) return undefined
  const hidden = needs.find((path) => unseen.some((one) => meets(definition, one, path)))
  if (hidden === undefined) return (resource) => keep.call(source, resource)
  if (isGuard) return undefined
  throw badRequest(
    'invalidFilter',
    `the upstream directory never shows ${printAttributePath(hidden)}, which this list is decided by: leave it out of the filter`,
  )
}

interface Making extends CallsQuestion {
  readonly unseen: readonly AttributePath[]
  readonly keep: Keep
}

function callOf(source: Source, { filter, residual }: CoverCall, making: Making): ListCall {
  const { definition, projection, needs } = source
  const { planning, sortedBy, order = {}, unseen, keep } = making
  const { capabilities } = planning
  const read = residual === undefined ? [] : pathsIn(residual)
  requireShown(definition, read, projection)
  const isKnown = keep === undefined || needs !== undefined
  const deciding = [...read, ...(keep === undefined ? [] : (needs ?? []))]
  const whole = [...deciding, ...(sortedBy === undefined ? [] : [sortedBy])]
  const asked = { ...(filter === undefined ? {} : { filter }), ...order }
  const projected = (one: Projection) =>
    capabilities.projection ? askable(shownOf(definition, one, unseen), definition, planning) : {}
  const judge = judgeOf(definition, residual, keep)
  return {
    source,
    query: { ...asked, ...projected(withPaths(definition, projection, whole)) },
    ...(isKnown && capabilities.projection ? { narrow: { ...asked, ...projected({ attributes: deciding }) } } : {}),
    ...(judge === undefined ? {} : { judge }),
    expectsMany: filter === undefined && judge !== undefined,
    reason: reasonOf(source, read),
  }
}

function judgeOf(definition: ResourceDefinition, residual: Filter | undefined, keep: Keep): Keep {
  const matches = residual === undefined ? undefined : compileFilter(residual, definition)
  if (matches === undefined || keep === undefined) return matches ?? keep
  return (resource) => matches(resource) && keep(resource)
}

const reasonOf = ({ reason }: Source, [first]: readonly AttributePath[]): string =>
  reason ??
  (first === undefined ? 'there are many resources' : `it does not compare ${printAttributePath(first)} itself`)

/** @throws ScimError 400 `invalidFilter` for what is shown only to whom names it (RFC 7643 §7, `returned`) */
function requireShown(
  definition: ResourceDefinition,
  paths: readonly AttributePath[],
  { attributes = [] }: Projection,
): void {
  if (attributes.length > 0) return
  for (const path of paths) {
    const place = attributeAt(definition, path)
    if (place?.attribute.returned === 'request' || place?.sub?.returned === 'request')
      throw badRequest(
        'invalidFilter',
        `the upstream directory shows ${printAttributePath(path)} only where attributes names it, and does not compare it itself`,
      )
  }
}

/** What is asked for, and what is read besides. */
function withPaths(
  definition: ResourceDefinition,
  projection: Projection,
  needed: readonly AttributePath[],
): Projection {
  if (needed.length === 0) return projection
  const { attributes = [], excludedAttributes = [] } = projection
  if (attributes.length > 0) return { attributes: [...attributes, ...needed] }
  const excluded = excludedAttributes.filter((path) => !needed.some((one) => meets(definition, one, path)))
  return excluded.length === 0 ? {} : { excludedAttributes: excluded }
}

const id: AttributePath = { name: 'id' }

/** Each once, and what is never shown not at all. */
function shownOf(definition: ResourceDefinition, projection: Projection, unseen: readonly AttributePath[]): Projection {
  const { attributes, excludedAttributes = [] } = projection
  const shown = (paths: readonly AttributePath[]): readonly AttributePath[] => {
    const once = new Map<string, AttributePath>()
    for (const path of paths)
      if (!unseen.some((one) => covers(definition, one, path))) once.set(fold(printAttributePath(path)), path)
    return [...once.values()]
  }
  if (attributes !== undefined) {
    const named = shown(attributes)
    return { attributes: named.length === 0 ? [id] : named }
  }
  const excluded = shown(excludedAttributes)
  return excluded.length === 0 ? {} : { excludedAttributes: excluded }
}

/** Whether all that `path` names is within `whole`. */
function covers(definition: ResourceDefinition, whole: AttributePath, path: AttributePath): boolean {
  const [outer, inner] = [canonicalPath(definition, whole), canonicalPath(definition, path)]
  return (
    inner.name !== undefined && meets(definition, outer, inner) && (outer.sub === undefined || inner.sub !== undefined)
  )
}

/** Whether the upstream makes the order of a source itself. */
export const sortsItself = ({ sort }: Capabilities, { sortBy }: Source): boolean => sort && sortBy !== undefined
