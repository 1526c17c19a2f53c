import type { Purpose } from '../call.ts'
import type { Times } from '../plan/forecast.ts'
import { type ForeseenCall, newId } from '../plan/foreseen.ts'
import type { Planning } from '../plan/planning.ts'
import { printFilter } from '../scim/filter.ts'
import type { JsonObject } from '../scim/json.ts'
import { printPatch } from '../scim/patch-print.ts'
import { printAttributePath } from '../scim/path.ts'
import type { ListQuery, ScimRequest } from '../scim/request.ts'

/** A call that the upstream would get. */
export interface TriedCall {
  readonly method: ForeseenCall['method']
  /** As the upstream spells it, with what is asked of a list. */
  readonly path: string
  /** Null where there is none, or where only what is read before tells it. */
  readonly body: JsonObject | null
  readonly purpose: Purpose
  readonly times: Times
  /** What it depends on whether, or how often, it is made. */
  readonly why?: string
  /** Whether it depends on what the calls before it find. */
  readonly afterRead: boolean
}

/** @param id of the resource that is changed, where the call itself does not say */
export function triedCall(call: ForeseenCall, { capabilities: { wire } }: Planning, id: string | undefined): TriedCall {
  const { method, path, purpose, times, why, afterRead, request } = call
  const template = wire.lowerCase ? path.replace(/^[^{]+/, (endpoint) => endpoint.toLowerCase()) : path
  const known = request !== undefined && 'id' in request ? request.id : id
  const named = known === undefined || known === newId ? template : template.replace('{id}', encodeURIComponent(known))
  return {
    method,
    path: request?.operation === 'list' ? `${named}${printQuery(request.query)}` : named,
    body: request === undefined ? null : bodyOf(request),
    purpose,
    times,
    afterRead,
    ...(why === undefined ? {} : { why }),
  }
}

function bodyOf(request: ScimRequest): JsonObject | null {
  switch (request.operation) {
    case 'create':
    case 'replace':
      return request.resource
    case 'patch':
      return printPatch(request.operations)
    default:
      return null
  }
}

function printQuery({ filter, attributes, excludedAttributes, sortBy, sortOrder, count }: ListQuery): string {
  const names = (paths: ListQuery['attributes']) => paths?.map(printAttributePath).join(',')
  const parameters: readonly (readonly [string, string | undefined])[] = [
    ['filter', filter && printFilter(filter)],
    ['attributes', names(attributes)],
    ['excludedAttributes', names(excludedAttributes)],
    ['sortBy', names(sortBy && [sortBy])],
    ['sortOrder', sortOrder],
    ['count', count === undefined ? undefined : String(count)],
  ]
  const given = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return given.length === 0 ? '' : `?${given.join('&')}`
}
