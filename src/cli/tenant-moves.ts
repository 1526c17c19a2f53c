import { openControl } from '../node/control.ts'
import { exportTenant, type TenantMove } from '../node/tenant-export.ts'
import type { Holdings } from '../node/tenant-file.ts'
import { importTenant } from '../node/tenant-import.ts'
import type { Settings } from '../settings.ts'
import { openTenantStorage } from '../store/sqlite.ts'
import { namePattern } from '../tenant/template.ts'
import { Exit, exitCodes } from './exit.ts'
import { explainFolders } from './explain.ts'
import { listeningLog, operatorName } from './transport-local.ts'

type Do = (move: TenantMove) => Promise<Holdings>
type Note = (text: string) => void

export const exportFrom = (settings: Settings, tenant: string, file: string, note: Note): Promise<Holdings> =>
  onFolder(settings, { tenant, file, note, work: exportTenant })

export const importTo = (settings: Settings, tenant: string, file: string, note: Note): Promise<Holdings> =>
  onFolder(settings, { tenant, file, note, work: importTenant })

interface Doing {
  readonly tenant: string
  readonly file: string
  readonly note: Note
  readonly work: Do
}

/** Opens the data folder for one move. @throws Exit that says what is wrong with it. */
async function onFolder(settings: Settings, { tenant, file, note, work }: Doing): Promise<Holdings> {
  if (!namePattern.test(tenant)) throw new Exit(exitCodes.usage, 'ID: must be 1 to 63 characters of a-z, 0-9 and -')
  const { dataFolder } = settings
  const { log, heard } = listeningLog()
  try {
    const storage = openTenantStorage({ dataFolder, maxOpen: 4, idleMs: 60_000 })
    const { control, close } = openControl(dataFolder, Date.now)
    try {
      return await work({ dataFolder, storage, control, log, tenant, file, operator: operatorName() })
    } finally {
      storage.close()
      close()
    }
  } catch (error) {
    throw explainFolders(error, settings)
  } finally {
    for (const line of heard()) note(`warning: ${line}`)
  }
}
