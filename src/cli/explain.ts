import { resolve } from 'node:path'
import type { Settings } from '../settings.ts'
import { Exit, exitCodes } from './exit.ts'

type Folders = Pick<Settings, 'dataFolder' | 'tenantsFolder'>

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const folderFaults: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'it is not a folder',
  EEXIST: 'it is not a folder',
  ENOSPC: 'the disk is full',
  SQLITE_FULL: 'the disk is full',
  SQLITE_CANTOPEN: 'a database in it cannot be opened',
  SQLITE_READONLY: 'a database in it cannot be written',
  SQLITE_NOTADB: 'a file in it is not a database',
  SQLITE_CORRUPT: 'a database in it is damaged',
  SQLITE_BUSY: 'a database in it is busy; try again',
}

/** The reason that the data folder gave for an error of its files; undefined for other errors. */
export function folderFault(error: unknown): string | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  const base = Object.keys(folderFaults).find((known) => code === known || code.startsWith(`${known}_`))
  return base === undefined ? undefined : folderFaults[base]
}

/** An error of one of the gateway's folders as what is wrong with that folder; other errors as they are. */
export function explainFolders(error: unknown, { dataFolder, tenantsFolder }: Folders): unknown {
  const fault = folderFault(error)
  if (fault === undefined || (error instanceof Error && 'syscall' in error && error.syscall === 'listen')) return error
  const path = error instanceof Error && 'path' in error ? resolve(String(error.path)) : ''
  const within = (folder: string) => path === resolve(folder) || path.startsWith(`${resolve(folder)}/`)
  const [what, folder, setting] =
    within(tenantsFolder) && !within(dataFolder)
      ? ['tenants', tenantsFolder, 'TOLLGATE_TENANTS']
      : ['data', dataFolder, 'TOLLGATE_DATA']
  return new Exit(exitCodes.wrong, `the ${what} folder ${folder} cannot be used: ${fault}; or set ${setting}`, error)
}

const mends: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already; set PORT',
  EADDRNOTAVAIL: 'this machine has no such address; set HOST',
  EACCES: 'permission is denied',
}

/** What an error that nobody expected amounts to, in one line. */
export function explain(error: unknown): Exit {
  const message = error instanceof Error ? error.message : String(error)
  const mend = mends[codeOf(error) ?? '']
  return new Exit(exitCodes.wrong, `${message.split('\n')[0]}${mend === undefined ? '' : `: ${mend}`}`, error)
}
