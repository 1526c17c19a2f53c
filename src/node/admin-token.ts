import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from './database-file.ts'

/** The least length that `TOLLGATE_ADMIN_TOKEN` may have, too. */
const minLength = 32

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
const isThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'

/**
 * The operators' token: the setting, else the one in `{dataFolder}/admin-token`, which is made at the first start
 * (contract §11) with 256 bits of randomness and mode 0600.
 * @throws Error when that file holds no token.
 */
export function adminTokenOf(dataFolder: string, setting: string | undefined): string {
  if (setting !== undefined) return setting
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const file = join(dataFolder, 'admin-token')
  return readToken(file) ?? makeToken(file, dataFolder)
}

function readToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, 'utf8').trim()
    if (token.length >= minLength && /^[\x21-\x7e]+$/.test(token)) return token
    throw new Error(`${file} holds no admin token: delete it, and a new one is made at the next start`)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Written whole under another name first: whoever reads the file never sees half a token, nor one that is replaced. */
function makeToken(file: string, folder: string): string {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
  const draft = `${file}.${process.pid}`
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeSync(descriptor, `${token}\n`)
    fsyncSync(descriptor)
    // Unlike a rename, a link fails where another process was quicker.
    linkSync(draft, file)
    syncFolder(folder)
    return token
  } catch (error) {
    if (isThere(error)) return readToken(file) ?? token
    throw error
  } finally {
    closeSync(descriptor)
    unlinkSync(draft)
  }
}
