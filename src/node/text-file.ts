import { close, constants, fstat, open, read } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import type { SecretReader } from '../tenant/secret.ts'

/** An error in the manner of the system's: `code` says why. */
class FileError extends Error {
  readonly code: string

  constructor(path: string, code: string) {
    super(`${path}: ${code}`)
    this.code = code
  }
}

const utf8 = new TextDecoder()

// The FileHandle of node:fs/promises costs three times as much, and there may be ten thousand files.
const opened = promisify(open)
const stated = promisify(fstat)
const closed = promisify(close)
const filled = promisify(read)

/**
 * A regular file's text, as UTF-8, as long as the file was when it was opened.
 * @throws Error with the system's `code`, or with `larger than ... bytes` or `not a file` in its place.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<string> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to waits for ever.
  const file = await opened(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await stated(file)
    if (!stats.isFile()) throw new FileError(path, 'not a file')
    if (stats.size > maxBytes) throw new FileError(path, `larger than ${maxBytes} bytes`)
    const bytes = new Uint8Array(stats.size)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await filled(file, bytes, length, bytes.length - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return utf8.decode(bytes.subarray(0, length))
  } finally {
    await closed(file)
  }
}

/**
 * Reads secrets from this environment and from files; not from the data folder, however it is spelt: the gateway's own
 * admin token lies there, and whoever may write a tenant file could have it sent to an upstream.
 */
export const createSecretReader = (
  environment: Readonly<Record<string, string | undefined>>,
  dataFolder: string,
): SecretReader => ({
  env: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
  readFile: async (path, maxBytes) => {
    const own = await realpath(dataFolder).catch(() => resolve(dataFolder))
    if (`${await realpath(path)}${sep}`.startsWith(`${own}${sep}`))
      throw new FileError(path, "in the gateway's data folder")
    return readTextFile(path, maxBytes)
  },
})
