import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { createAdminApi } from '../admin/api.ts'
import { adminRoot } from '../admin/api-description.ts'
import type { AdminDependencies } from '../admin/operations.ts'
import { uuidV7 } from '../id.ts'
import { reasonOf } from '../log.ts'
import { catchUp } from '../node/catch-up.ts'
import { openControl } from '../node/control.ts'
import { askOwner } from '../node/errands.ts'
import { loneErrands } from '../node/leaving.ts'
import { localRecords } from '../node/records.ts'
import { rollUpNow } from '../node/roller.ts'
import { createSecretReader } from '../node/text-file.ts'
import type { Log } from '../ports.ts'
import type { Settings } from '../settings.ts'
import type { Control } from '../store/control.ts'
import { openTenantStorage, type TenantStorages } from '../store/sqlite.ts'
import type { Transport } from './client.ts'
import { Exit, exitCodes } from './exit.ts'
import { folderFault } from './explain.ts'
import { localProbe } from './local-probe.ts'
import { localTenants } from './local-tenants.ts'

/**
 * The admin API over the data folder, in this process, whether or not a gateway runs on it: changes are announced in the
 * control store, so that a running one obeys at once. Who may write the folder needs no other credential.
 * @throws Exit when there is nothing to work on, or the data folder cannot be used.
 */
export function localTransport(settings: Settings): Transport {
  const { dataFolder, tenantsFolder } = settings
  if (!existsSync(dataFolder) && !existsSync(tenantsFolder)) {
    throw new Exit(
      exitCodes.wrong,
      `there is neither a folder ${tenantsFolder} nor a folder ${dataFolder} here: go where the gateway is, set ` +
        'TOLLGATE_TENANTS and TOLLGATE_DATA, or set TOLLGATE_URL; `tollgate tenant new ID` begins',
    )
  }
  const storage = atFolder(dataFolder, () => openTenantStorage({ dataFolder, maxOpen: 16, idleMs: 60_000 }))
  const control = atFolder(dataFolder, () => openControl(dataFolder, Date.now))
  const { log, heard } = listeningLog()
  const operator = { name: operatorName() }
  const api = createAdminApi({
    operators: { identify: () => operator },
    log,
    admin: dependencies(settings, storage, control.control, log),
  })
  const place = `the data folder ${dataFolder}`
  return {
    place,
    send: async (request) => {
      const url = new URL(request.url)
      url.pathname = url.pathname.slice(adminRoot.length)
      const answer = await api.request(new Request(url, request))
      const said = heard()
      if (answer.status >= 500) throw new Exit(exitCodes.wrong, `${place}: ${said.at(-1) ?? 'failed'}`)
      for (const line of said) process.stderr.write(`warning: ${line}\n`)
      return answer
    },
    close: () => {
      storage.close()
      control.close()
    },
  }
}

/**
 * Catches up with one tenant, and, as soon as another is asked for, with all: a command sees the ledger as it was when it
 * began, and reads the journal twice at most, however many tenants there are. One after the other, since only one of them
 * gets the data folder's lock, and without it nobody knows that no gateway is alive.
 */
function catchUpOnce(
  catchUpWith: (tenant: string | 'all') => Promise<void>,
): (tenant: string | 'all') => Promise<void> {
  let first: string | undefined
  let last = Promise.resolve()
  return (tenant) => {
    if (first === 'all' || first === tenant) return last
    first = first === undefined ? tenant : 'all'
    const next = first
    last = last.then(() => catchUpWith(next))
    return last
  }
}

/** Runs what opens the data folder. @throws Exit that says what is wrong with the folder. */
function atFolder<Result>(dataFolder: string, open: () => Result): Result {
  try {
    return open()
  } catch (cause) {
    const fault = folderFault(cause) ?? reasonOf(cause)
    throw new Exit(
      exitCodes.wrong,
      `the data folder ${dataFolder} cannot be used: ${fault}; or set TOLLGATE_DATA`,
      cause,
    )
  }
}

/** As the operator audit log names whoever works on the data folder itself. */
export function operatorName(): string {
  try {
    return `local:${userInfo().username}`
  } catch {
    // A container may run under a number that has no name.
    return `local:${process.getuid?.() ?? 'unknown'}`
  }
}

/** A log that keeps what went wrong until it is asked for. */
export function listeningLog(): { log: Log; heard(): string[] } {
  const lines: string[] = []
  const keep: Log['error'] = ({ reason }, message) =>
    lines.push(reason === undefined ? message : `${message}: ${reason}`)
  const ignore = (): void => {}
  return { log: { debug: ignore, info: ignore, warn: keep, error: keep }, heard: () => lines.splice(0) }
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

const dependencies = (settings: Settings, storage: TenantStorages, control: Control, log: Log): AdminDependencies => {
  const { dataFolder, tenantsFolder } = settings
  const applied = new Set<string>()
  const caughtUp = catchUpOnce((tenant) =>
    catchUp({ dataFolder, storage, log, applied: (each) => applied.add(each) }, tenant),
  )
  return {
    now: Date.now,
    newId: () => uuidV7(Date.now(), randomBytes(10)),
    randomBytes,
    // Nobody else waits for this process.
    wait: async () => {},
    ...localTenants({
      folder: tenantsFolder,
      documents: control.documents,
      secrets: createSecretReader(process.env, dataFolder),
    }),
    records: localRecords(storage, caughtUp, (tenant) => {
      // The gateway would find this very process reading the tenant's records.
      storage.close()
      const errand = { dataFolder, kind: 'erase', tenant, patienceMs: 5000 } as const
      return askOwner(errand, () => loneErrands({ dataFolder, storage, log }).erase(tenant))
    }),
    usage: {
      settle: async () => {
        await caughtUp('all')
        await rollUpNow({ storage, usage: control.usage, log, now: Date.now }, applied)
      },
      overview: control.usage.overview,
    },
    probe: (tenant) => localProbe(settings, tenant),
    control,
  }
}
