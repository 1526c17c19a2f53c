import type { AdminDependencies, TenantRecord, TenantRecords } from '../admin/operations.ts'
import { requireErased } from '../admin/records.ts'
import { reasonOf } from '../log.ts'
import type { Ports } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import type { Control } from '../store/control.ts'
import { readBundle } from '../tenant/bundle.ts'
import { createBundleCheck } from '../tenant/bundle-check.ts'
import { compileIdly } from '../tenant/compile-idly.ts'
import type { Environment, TenantObject, TenantObjects } from './bindings.ts'
import type { Hosts } from './hosts.ts'
import { willPass } from './runtime-error.ts'
import { workerSecrets } from './secrets.ts'

/** What the admin API works on: the control store, and each tenant's object. */
export function adminDependencies(
  { objects, variables }: Environment,
  control: Control,
  ports: Ports,
  hosts: Pick<Hosts, 'forget'>,
): AdminDependencies {
  return {
    now: ports.now,
    newId: ports.newId,
    randomBytes: ports.randomBytes,
    wait: (waitMs) => ports.wait(waitMs),
    tenants: {
      list: async () =>
        (await control.documents.list()).map(({ tenant, summary, version }) => ({
          id: tenant,
          summary,
          version,
          problems: [],
        })),
      find: async (id) => {
        const found = await control.documents.current(id)
        return found && { id, summary: found.summary, version: found.version, problems: [] }
      },
      document: async (id) => {
        const found = await control.documents.current(id)
        return found && (await readBundle(id, found)).document
      },
    },
    check: createBundleCheck({
      holders: control.documents.holders,
      secrets: workerSecrets(variables),
      compile: (document) => compileIdly(document),
    }),
    isFile: async () => false,
    probe: async (tenant) =>
      (await control.documents.latest(tenant)).number > 0 ? asked(objects.getByName(tenant).probe()) : undefined,
    unfit: (tenant) => asked(objects.getByName(tenant).unfit()),
    records: objectRecords(objects, control),
    // Each object rolls its own usage up within a minute (docs/workers.md): there is nobody to ask for more.
    usage: { settle: async () => {}, overview: control.usage.overview },
    control: telling(control, async (tenant) => {
      hosts.forget()
      await tell(tenant, objects, ports)
    }),
  }
}

/** The records are the objects' own. Which tenants have any, the control store knows: it has every one's documents. */
const objectRecords = (objects: TenantObjects, control: Control): TenantRecords => ({
  tenants: () => control.documents.tenants(),
  exists: async (tenant) => (await control.documents.latest(tenant)).number > 0,
  of: (tenant) => recordOf(objects.getByName(tenant)),
  erase: async (tenant) => requireErased(tenant, await asked(objects.getByName(tenant).erase())),
})

/** One method after the other: a stub has no methods of its own that could be handed on. */
const recordOf = (object: TenantObject): TenantRecord => ({
  credentials: () => asked(object.credentials()),
  addCredential: (credential) => asked(object.addCredential(credential)),
  revokeCredential: (id, at) => asked(object.revokeCredential(id, at)),
  calls: (search) => asked(object.calls(search)),
  call: (id) => asked(object.call(id)),
  usage: (range) => asked(object.usage(range)),
})

/** An object that is overloaded, or is being moved or renewed, will answer soon. @throws ScimError 503 then */
async function asked<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking
  } catch (cause) {
    if (!willPass(cause)) throw cause
    throw new ScimError(503, "the tenant's object cannot answer at the moment: try again", { retryAfter: '1', cause })
  }
}

/** The control store, whose every change of a tenant is told to the tenant's object before it counts as done. */
const telling = (control: Control, tell: (tenant: string) => Promise<void>): Control => ({
  ...control,
  suspend: async (tenant, operator, reason) => {
    await control.suspend(tenant, operator, reason)
    await tell(tenant)
  },
  resume: async (tenant, operator) => {
    await control.resume(tenant, operator)
    await tell(tenant)
  },
  announce: tell,
  documents: {
    ...control.documents,
    put: async (document) => {
      await control.documents.put(document)
      await tell(document.tenant)
    },
    remove: async (removal) => {
      await control.documents.remove(removal)
      await tell(removal.tenant)
    },
  },
})

async function tell(tenant: string, objects: TenantObjects, { log }: Ports): Promise<void> {
  try {
    await objects.getByName(tenant).refresh()
  } catch (cause) {
    log.error({ tenant, reason: reasonOf(cause) }, "the tenant's object could not be told of a change")
    const detail = `the change is stored, but tenant ${tenant} may not know yet: it looks itself, within seconds of a request`
    throw new ScimError(503, detail, { retryAfter: '1', cause })
  }
}
