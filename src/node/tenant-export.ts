import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import type { Log } from '../ports.ts'
import type { Control } from '../store/control.ts'
import { departedReason } from '../store/departures.ts'
import type { TenantStorages } from '../store/sqlite.ts'
import { askOwner } from './errands.ts'
import { loneErrands } from './leaving.ts'
import { type Holdings, hasOpenCalls, holdingsOf, makeWhole, removeParts } from './tenant-file.ts'

export interface TenantMove {
  readonly dataFolder: string
  readonly storage: TenantStorages
  readonly control: Pick<Control, 'suspension' | 'departures' | 'announce' | 'usage'>
  readonly log: Log
  readonly tenant: string
  readonly file: string
  /** As the audit log names whoever does it. */
  readonly operator: string
}

/** For calls that end soon, and for a gateway that is just taking in what changed. */
const patienceMs = 5000

/**
 * Writes all records of a tenant that is not served into a new file. From the moment at which they are complete, this data
 * folder's gateways let no call of the tenant begin, so that none can be answered and missing in the file.
 * @throws Error that says what stands against it; then everything is as before.
 */
export async function exportTenant(move: TenantMove): Promise<Holdings> {
  const { storage, control, tenant, operator } = move
  const file = resolve(move.file)
  if (existsSync(file)) {
    removeParts(file)
    throw new Error(`${file} exists already: it was left as it is`)
  }
  if (!existsSync(dirname(file))) throw new Error(`the folder ${dirname(file)} does not exist`)
  if (!storage.exists(tenant)) throw new Error(`there are no records of ${tenant} here`)
  const before = await control.suspension(tenant)
  await control.departures.depart(tenant, operator)
  try {
    await complete(move)
    return await makeWhole(
      file,
      (part) => copyInto(part, move),
      async () => {
        if ((await control.suspension(tenant))?.reason === departedReason) return
        throw new Error(`${tenant} cannot be exported: it was resumed meanwhile`)
      },
    )
  } catch (error) {
    await control.departures.stay(tenant, operator, before)
    throw error
  }
}

async function complete({ dataFolder, storage, log, tenant }: TenantMove): Promise<void> {
  const errand = { dataFolder, kind: 'release', tenant, patienceMs } as const
  const answer = await askOwner(errand, () => loneErrands({ dataFolder, storage, log }).release(tenant))
  if (!answer.done) throw new Error(`${tenant} cannot be exported: ${answer.busy}`)
}

function copyInto(part: string, { dataFolder, tenant }: TenantMove): Holdings {
  const source = new Database(join(dataFolder, 'tenants', `${tenant}.db`), { readonly: true, timeout: patienceMs })
  try {
    source.prepare('VACUUM INTO ?').run(part)
  } finally {
    source.close()
  }
  const copy = new Database(part)
  try {
    if (hasOpenCalls(copy)) throw new Error(`${tenant} cannot be exported: calls of it are still under way: try again`)
    // A credential is kept as a hash, so that nothing else in it names the tenant.
    copy.exec('CREATE TABLE exported (tenant TEXT NOT NULL)')
    copy.prepare('INSERT INTO exported VALUES (?)').run(tenant)
    return holdingsOf(copy)
  } finally {
    copy.close()
  }
}
