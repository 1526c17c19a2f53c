import fc from 'fast-check'
import type { Capabilities, Comparison, FilterList, MemberForms, PatchForms } from '../../src/capabilities.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { type Filter, walkFilter } from '../../src/scim/filter.ts'
import { fold } from '../../src/scim/fold.ts'
import { isObject } from '../../src/scim/json.ts'
import { type AttributePath, parseAttributePath, printAttributePath } from '../../src/scim/path.ts'
import type { ListQuery, ListResult, ScimReply, ScimRequest } from '../../src/scim/request.ts'
import { attributeIn, type Resource } from '../../src/scim/resource.ts'
import type { Upstream } from '../../src/upstream/upstream.ts'

/** What a request asked for that the upstream does not have: never a plan's to ask. */
export class Overstepped extends Error {}

function refuse(what: string): void {
  throw new Overstepped(what)
}

/** A server that serves what its capabilities say, and not one thing more: whatever else is asked of it is a plan's mistake. */
export function lesser(directory: Upstream, capabilities: Capabilities): Upstream {
  return {
    definitionAt: (segment, errand) => directory.definitionAt(segment, errand),
    carry: async (request, errand) => {
      requireServed(request, capabilities)
      if (!capabilities.etag && 'ifMatch' in request && request.ifMatch !== undefined) refuse('If-Match')
      const reply = await directory.carry(
        request.operation === 'list' ? listable(request, capabilities) : request,
        errand,
      )
      return shown(reply, capabilities)
    },
  }
}

function listable(request: Extract<ScimRequest, { operation: 'list' }>, { paging }: Capabilities): ScimRequest {
  const { query } = request
  const largest = paging.sizes.get(fold(request.definition?.type.name ?? '*'))?.max ?? 1000
  const count = Math.min(query.count ?? paging.sizes.get('*')?.default ?? 100, largest)
  // A server with cursors alone answers with one without being asked (RFC 9865 section 2).
  const cursor = paging.cursor && !paging.index ? { cursor: query.cursor ?? '' } : {}
  return { ...request, query: { ...query, ...cursor, count } }
}

function requireServed(request: ScimRequest, capabilities: Capabilities): void {
  const { projection, members } = capabilities
  if ('projection' in request && !projection && names(request.projection)) refuse('a projection')
  switch (request.operation) {
    case 'bulk':
      if (capabilities.bulk === false) refuse('Bulk')
      return
    case 'replace':
      if (!capabilities.put) refuse('PUT')
      if (members.get(fold(request.definition.type.name))?.replace === false) refuse('PUT of a group')
      return
    case 'create':
      if (members.get(fold(request.definition.type.name))?.atCreate === false && 'members' in request.resource)
        refuse('members at create')
      return
    case 'patch':
      requirePatch(request, capabilities)
      return
    case 'list':
      requireList(request, capabilities)
      return
    default:
  }
}

const names = ({
  attributes = [],
  excludedAttributes = [],
}: Pick<ListQuery, 'attributes' | 'excludedAttributes'>): boolean => attributes.length + excludedAttributes.length > 0

function requirePatch(request: Extract<ScimRequest, { operation: 'patch' }>, { patch, members }: Capabilities): void {
  if (patch === false) throw new Overstepped('PATCH')
  const forms = members.get(fold(request.definition.type.name))
  const isOfMembers = (path: AttributePath | undefined) => forms !== undefined && fold(path?.name ?? '') === 'members'
  const own = request.operations.filter(({ path }) => isOfMembers(path))
  if (forms !== undefined) requireMembers(own, request.operations.length - own.length, forms)
  for (const { op, path } of request.operations.filter(({ path: one }) => !isOfMembers(one))) {
    if (path === undefined) {
      if (!patch.pathless) refuse('a PATCH without a path')
      continue
    }
    const { filter } = path
    if (filter !== undefined && (patch.filters === 'none' || (patch.filters === 'type' && !isPlain(filter))))
      refuse('a value filter in a path')
    const isList = /^(emails|phoneNumbers|addresses|ims)$/i.test(path.name ?? '')
    if (
      !patch.elements &&
      isList &&
      path.sub === undefined &&
      (op === 'add' || (op === 'remove' && filter !== undefined))
    )
      refuse(`${op} of elements`)
  }
}

const isPlain = (filter: Filter): boolean =>
  filter.kind === 'compare' && filter.operator === 'eq' && fold(filter.path.name ?? '') === 'type'

type Operations = Extract<ScimRequest, { operation: 'patch' }>['operations']

function requireMembers(operations: Operations, others: number, forms: MemberForms): void {
  let adds = 0
  let removals = 0
  const kinds = new Set<string>(others > 0 ? ['others'] : [])
  for (const operation of operations) {
    const { op, path } = operation
    const isWhole = op === 'replace' || (op === 'remove' && path?.filter === undefined)
    if (isWhole && !forms.replace) refuse('a replacement of members')
    kinds.add(isWhole ? 'whole' : op)
    if (op === 'add' && 'value' in operation) adds += Array.isArray(operation.value) ? operation.value.length : 1
    if (op === 'remove') removals += 1
  }
  if (adds > (forms.addsPerPatch ?? adds)) refuse('too many members at once')
  if (removals > (forms.removalsPerPatch ?? removals)) refuse('too many removals at once')
  if (!forms.mixed && kinds.size > 1) refuse('members and others in one PATCH')
}

function requireList(
  { definition, query }: Extract<ScimRequest, { operation: 'list' }>,
  capabilities: Capabilities,
): void {
  const { paging, sort, projection, search } = capabilities
  if (definition === undefined && !search) refuse('a search from the root')
  if (query.sortBy !== undefined && !sort) refuse('sortBy')
  if (!projection && names(query)) refuse('a projection')
  if (query.startIndex !== undefined && !paging.index) refuse('startIndex')
  if (query.cursor !== undefined && !paging.cursor) refuse('cursor')
  if (query.count === 0 && !paging.countZero) refuse('count=0')
  const forms = capabilities.filter.get(fold(definition?.type.name ?? ''))
  if (query.filter === undefined || forms === undefined || forms === 'any') return
  requireFilter(query.filter, forms)
}

function requireFilter(filter: Filter, { comparisons, and, or }: FilterList): void {
  let comparisonsSeen = 0
  let isAlone = false
  walkFilter(filter, (node, within) => {
    if (within !== undefined) return
    if (node.kind === 'and' && !and) refuse('and')
    if (node.kind === 'or' && !or) refuse('or')
    if (node.kind === 'elements') refuse('a value filter')
    if (node.kind !== 'compare' && node.kind !== 'present') return
    comparisonsSeen += 1
    const operator = node.kind === 'compare' ? node.operator : 'pr'
    const known = comparisons.find(({ path }) => fold(printAttributePath(path)) === fold(printAttributePath(node.path)))
    if (known === undefined || ![...known.operators, ...known.negated].includes(operator))
      refuse(`${printAttributePath(node.path)} ${operator}`)
    isAlone ||= known?.alone === true
  })
  if (isAlone && comparisonsSeen > 1) refuse('something beside what must be alone')
}

/** What the answer of such a server shows. */
function shown(reply: ScimReply, { paging, members, etag }: Capabilities): ScimReply {
  const hides = members.get('group')?.onRead === false
  const hide = (one: Resource): Resource => {
    if (!hides) return one
    const { members: _, ...rest } = one
    return rest
  }
  if (reply.kind === 'list') {
    const { totalResults, startIndex, ...list } = reply.list
    const isByCursor = paging.cursor && !paging.index
    const told: ListResult = {
      ...list,
      resources: list.resources.map(hide),
      ...(paging.totals && totalResults !== undefined ? { totalResults } : {}),
      ...(isByCursor || startIndex === undefined ? {} : { startIndex }),
    }
    return { kind: 'list', list: told }
  }
  if (reply.kind === 'empty') return etag ? reply : { kind: 'empty', status: reply.status }
  if (reply.kind !== 'resource') return reply
  const { etag: tag, ...rest } = reply
  const meta = attributeIn(reply.resource, 'meta')
  const resource = hide(reply.resource)
  if (etag) return { ...rest, resource, ...(tag === undefined ? {} : { etag: tag }) }
  if (!isObject(meta)) return { ...rest, resource }
  const { version: _, ...kept } = meta
  return { ...rest, resource: { ...resource, meta: kept } }
}

const patchForms: fc.Arbitrary<PatchForms | false> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<false>(false) },
  {
    weight: 4,
    arbitrary: fc.record({
      pathless: fc.boolean(),
      filters: fc.constantFrom('any' as const, 'type' as const, 'none' as const),
      elements: fc.boolean(),
    }),
  },
)

const comparison = (
  path: string,
  ...operators: readonly ('eq' | 'ew' | 'co' | 'sw' | 'pr')[]
): fc.Arbitrary<Comparison> =>
  fc
    .record({
      alone: fc.boolean(),
      negated: fc.subarray([...operators]),
      operators: fc.subarray([...operators], { minLength: 1 }),
    })
    .map((one) => ({ path: parseAttributePath(path), ...one }))

const some = (...all: readonly fc.Arbitrary<Comparison>[]) => fc.tuple(...all).chain((list) => fc.subarray(list))

const filterForms = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.record({
      and: fc.boolean(),
      or: fc.boolean(),
      user: some(
        comparison('userName', 'eq', 'sw', 'ew'),
        comparison('externalId', 'eq'),
        comparison('active', 'eq'),
        comparison('id', 'eq'),
        comparison('emails.value', 'eq', 'co'),
        comparison('title', 'eq', 'pr'),
        comparison('displayName', 'co'),
      ),
      group: some(comparison('displayName', 'eq', 'ew'), comparison('members.value', 'eq')),
    }),
  },
)

const pagings = fc
  .record({
    way: fc.constantFrom('index', 'cursor', 'both'),
    countZero: fc.boolean(),
    totals: fc.boolean(),
    max: fc.constantFrom(3, 10, 1000),
  })
  .map(({ way, countZero, totals, max }) => ({
    index: way !== 'cursor',
    cursor: way !== 'index',
    countZero,
    // By index nobody finds the end without the number.
    totals: totals || way !== 'cursor',
    sizes: new Map(['user', 'group', '*'].map((type) => [type, { default: Math.min(2, max), max }] as const)),
  }))

const memberForms: fc.Arbitrary<MemberForms> = fc
  .record({
    mixed: fc.boolean(),
    replace: fc.boolean(),
    atCreate: fc.boolean(),
    onRead: fc.boolean(),
    removalOfNobodyIs404: fc.constant(false),
    addsPerPatch: fc.constantFrom(1, 2, 20, undefined),
    removalsPerPatch: fc.constantFrom(1, 3, undefined),
  })
  .map(
    ({ addsPerPatch, removalsPerPatch, ...forms }): MemberForms => ({
      ...forms,
      ...(addsPerPatch === undefined ? {} : { addsPerPatch }),
      ...(removalsPerPatch === undefined ? {} : { removalsPerPatch }),
      ...(forms.onRead ? {} : { lookup: parseAttributePath('groups.value') }),
    }),
  )

/** Any server that can do enough: something to change resources with, and some way to page. */
export const anyCapabilities: fc.Arbitrary<Capabilities> = fc
  .record({
    put: fc.boolean(),
    patch: patchForms,
    bulk: fc.boolean(),
    search: fc.boolean(),
    sort: fc.boolean(),
    etag: fc.boolean(),
    projection: fc.boolean(),
    paging: pagings,
    filters: filterForms,
    members: memberForms,
  })
  .filter(({ put, patch }) => put || patch !== false)
  .map(({ bulk, filters, members, ...rest }): Capabilities => {
    // Without PATCH members are written with the whole group, or not at all; and a PUT says who is in it.
    const forms: MemberForms =
      rest.patch === false
        ? { mixed: true, replace: true, atCreate: members.atCreate, onRead: true, removalOfNobodyIs404: false }
        : members
    const isHidden = !forms.onRead
    return {
      ...rfc,
      preset: 'any',
      ...rest,
      bulk: bulk ? rfc.bulk : false,
      members: new Map([['group', forms]]),
      filter:
        filters === undefined
          ? new Map()
          : new Map([
              [
                'user',
                {
                  and: filters.and,
                  or: filters.or,
                  comparisons: [
                    ...filters.user,
                    ...(isHidden
                      ? [
                          {
                            path: parseAttributePath('groups.value'),
                            operators: ['eq' as const],
                            negated: [],
                            alone: false,
                          },
                        ]
                      : []),
                  ],
                },
              ],
              ['group', { and: filters.and, or: filters.or, comparisons: filters.group }],
            ]),
    }
  })
