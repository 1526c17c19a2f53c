import type { Context } from 'hono'
import { notRecognised, presentedIn } from '../auth/presented.ts'
import { callerOf, isUsableHost } from '../door/connection.ts'
import { routeOf, splitTarget } from '../door/route.ts'
import { nothingHere } from '../front-door.ts'
import { ScimError } from '../scim/error.ts'
import type { WorkerSettings } from '../settings.ts'
import { namePattern } from '../tenant/template.ts'
import type { TenantObjects } from './bindings.ts'
import { connectionOf } from './connection.ts'
import type { Hosts } from './hosts.ts'
import { isOverloaded } from './runtime-error.ts'

export interface TenantDoorParts {
  readonly objects: TenantObjects
  readonly hosts: Hosts
  readonly settings: Pick<WorkerSettings, 'trustedProxies'>
}

/**
 * The front door's first half: finds the tenant that the credential claims, refuses it where path or host say otherwise,
 * and passes the request on to the tenant's object, which checks the credential and does all the rest.
 */
export function createTenantDoor({ objects, hosts, settings }: TenantDoorParts) {
  return async (context: Context): Promise<Response> => {
    // Its path may have become part of the URL's, or its user part have vanished from it.
    if (!isUsableHost(context.req.header('host'))) throw new ScimError(400, 'the Host header names no host')
    const { pathname, search } = splitTarget(context.req.url)
    const route = routeOf(pathname, search)
    if (route === undefined) throw nothingHere()
    const tenant = presentedIn(context.req.header('authorization'))?.tenant
    const { pathTenant } = route
    const isOne = tenant !== undefined && namePattern.test(tenant) && (pathTenant ?? tenant) === tenant
    if (!isOne) throw notRecognised()
    const { host } = callerOf(connectionOf(context), (name) => context.req.header(name), settings.trustedProxies)
    const holder = await hosts.holderOf(host)
    if (holder !== undefined && holder !== tenant) throw notRecognised()
    try {
      return await objects.getByName(tenant).fetch(context.req.raw)
    } catch (cause) {
      throw failed(cause)
    }
  }
}

/** The runtime says of its own errors whether the object took the request on at all. */
function failed(cause: unknown): ScimError {
  return isOverloaded(cause)
    ? new ScimError(503, 'this tenant has too many requests under way: try again', { retryAfter: '1', cause })
    : new ScimError(502, 'the request was cut off, and its outcome is not known: look before you repeat it', { cause })
}
