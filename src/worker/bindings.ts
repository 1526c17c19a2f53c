import type { Erasure, TenantRecord } from '../admin/records.ts'
import { parseWorkerSettings, type WorkerSettings } from '../settings.ts'
import type { Probed } from '../tenant/probed.ts'
import type { UnfitCount } from '../view/unfit.ts'

/** A tenant's object, as the Worker asks it: by plain values, which cross from one to the other. */
export interface TenantObject extends TenantRecord {
  /** Serves a front-door request of this tenant. */
  fetch(request: Request): Promise<Response>
  /** Takes the registry's news in: what it says is in force when this resolves. */
  refresh(): Promise<void>
  /** The upstream values that fitted no pattern, as long as the object has been awake. */
  unfit(): Promise<readonly UnfitCount[]>
  /** Looks at the tenant's upstream; undefined where no good document of it is in force. */
  probe(): Promise<Probed | undefined>
  /** Erases all that the object keeps, unless the tenant is served, or calls of it are under way. */
  erase(): Promise<Erasure>
}

/**
 * The tenants' objects, each named by the tenant's id. Not `DurableObjectNamespace<Tenant>`: working out which of all the
 * types beneath can cross to an object takes the compiler many minutes.
 */
export interface TenantObjects {
  getByName(tenant: string): TenantObject
}

/** What the deployment gives the Worker. */
export interface Environment {
  readonly control: D1Database
  readonly objects: TenantObjects
  readonly settings: WorkerSettings
  /** Variables and secrets. */
  readonly variables: Readonly<Record<string, string>>
}

const has = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value)
const isDatabase = (value: unknown): value is D1Database => has(value, 'prepare', 'batch')
const areObjects = (value: unknown): value is TenantObjects => has(value, 'idFromName', 'getByName')

/**
 * Checks everything that the Worker is given, once, before any request.
 * @throws Error that names whatever is missing or not understood, one a line.
 */
export function parseEnvironment(given: Readonly<Record<string, unknown>>): Environment {
  const { CONTROL: control, TENANT: objects } = given
  const faults: string[] = []
  const variables = textsOf(given)
  const settings = settingsOf(variables, faults)
  if (!isDatabase(control)) faults.push('CONTROL: is missing: wrangler.toml needs a [[d1_databases]] of this binding')
  if (!areObjects(objects)) {
    faults.push('TENANT: is missing: wrangler.toml needs a [[durable_objects.bindings]] of this name, of class Tenant')
  }
  if (settings === undefined || !isDatabase(control) || !areObjects(objects))
    throw new Error(`Tollgate cannot start:\n${faults.join('\n')}`)
  return { control, objects, settings, variables }
}

function settingsOf(variables: Readonly<Record<string, string>>, faults: string[]): WorkerSettings | undefined {
  try {
    return parseWorkerSettings(variables)
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
    return undefined
  }
}

const textsOf = (given: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  )
