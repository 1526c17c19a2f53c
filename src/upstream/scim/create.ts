import type { Ports } from '../../ports.ts'
import { ScimError } from '../../scim/error.ts'
import type { ScimReply, ScimRequest } from '../../scim/request.ts'
import type { Outcome } from '../attempt.ts'
import type { PreparedRequest, Sent } from '../exchange.ts'
import type { Errand } from '../upstream.ts'
import { objectIn } from './body.ts'
import { type Finding, judge, type Lookup, lookupFor } from './lookup.ts'
import { readList } from './read-list.ts'
import { readResource } from './read-resource.ts'
import { type Target, writeRequest } from './write.ts'

type CreateRequest = Extract<ScimRequest, { operation: 'create' }>
type ListRequest = Extract<ScimRequest, { operation: 'list' }>

/** What the look-up after a lost create came to. */
export type Recovery =
  | { readonly kind: 'reply'; readonly reply: ScimReply }
  /** Certainly not created: it may be sent once more. */
  | { readonly kind: 'absent' }

export interface RecoveryParts {
  readonly ports: Ports
  readonly target: Target
  readonly send: (request: PreparedRequest, errand: Errand) => Promise<Sent>
}

/**
 * A create was sent and its answer lost, or a gateway on the way had none: looks whether it was served (contract §6: never
 * repeated blindly).
 * @param sentAt when it was sent, in milliseconds since the epoch.
 * @param unproven throws what is to be said where nothing is proven
 * @throws ScimError 409 where the resource is somebody's older one; what `unproven` throws, in doubt
 */
export async function recoverCreate(
  request: CreateRequest,
  errand: Errand,
  { sentAt, unproven }: { readonly sentAt: number; readonly unproven: () => ScimReply },
  parts: RecoveryParts,
): Promise<Recovery> {
  const lookup = lookupFor(request.definition, request.resource)
  const found = lookup && (await look(request, errand, { lookup, sentAt }, parts))
  switch (found?.kind) {
    case 'absent':
      return found
    case 'older':
      throw new ScimError(409, 'the upstream directory holds a resource with this value already', {
        scimType: 'uniqueness',
      })
    case 'ours': {
      const { resource, location } = readResource(found.resource, request.definition, parts.target.locations, true)
      return {
        kind: 'reply',
        reply: { kind: 'resource', status: 201, resource, ...(location === undefined ? {} : { location }) },
      }
    }
    default:
      return { kind: 'reply', reply: unproven() }
  }
}

async function look(
  request: CreateRequest,
  errand: Errand,
  { lookup, sentAt }: { readonly lookup: Lookup; readonly sentAt: number },
  { ports, target, send }: RecoveryParts,
): Promise<Finding | { readonly kind: 'absent' } | undefined> {
  let proven = lookup.unique
  for (const filter of lookup.filters) {
    const list: ListRequest = { operation: 'list', definition: request.definition, query: { filter } }
    const { outcome } = await send({ ...writeRequest(list, target), purpose: 'lookup' }, errand)
    const found = resourcesIn(outcome, list, target)
    if (found === undefined) {
      // This one could not be asked (a filter that the upstream lacks); a later one may still tell.
      proven &&= filter !== lookup.filters.at(-1)
      continue
    }
    if (found.length > 0) return judge(request.resource, found, sentAt + clockDifferenceOf(outcome, ports))
  }
  return proven ? { kind: 'absent' } : undefined
}

function resourcesIn(outcome: Outcome, list: ListRequest, { locations }: Target) {
  if (outcome.kind !== 'answered' || outcome.response.status !== 200) return undefined
  const body = objectIn(outcome.response)
  try {
    return body && readList(body, list, locations).resources
  } catch {
    return undefined
  }
}

/** How far the upstream's clock is ahead of ours, by its `Date` header: `meta.created` is in its time. */
function clockDifferenceOf(outcome: Outcome, ports: Ports): number {
  if (outcome.kind !== 'answered') return 0
  const date = Date.parse(outcome.response.headers['date'] ?? '')
  return Number.isNaN(date) ? 0 : date - ports.now()
}
