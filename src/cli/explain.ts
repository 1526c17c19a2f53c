import { Exit, exitCodes } from './exit.ts'

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
