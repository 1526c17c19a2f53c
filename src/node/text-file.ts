import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { SecretReader } from '../tenant/secret.ts'

/** An error in the manner of the system's: `code` says why. */
class FileError extends Error {
  readonly code: string

  constructor(path: string, code: string) {
    super(`${path}: ${code}`)
    this.code = code
  }
}

/**
 * A regular file's text, as UTF-8. Reads one byte more than allowed at most.
 * @throws Error with the system's `code`, or with `larger than ... bytes` or `not a file` in its place.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<string> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to waits for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new FileError(path, 'not a file')
    const bytes = new Uint8Array(Math.min(Math.max(stats.size, 4096), maxBytes) + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length)
      length += bytesRead
      if (bytesRead === 0) break
      if (length > maxBytes) throw new FileError(path, `larger than ${maxBytes} bytes`)
      if (length === bytes.length) throw new FileError(path, 'it grew while it was read')
    }
    return new TextDecoder().decode(bytes.subarray(0, length))
  } finally {
    await file.close()
  }
}

/** Reads secrets from this environment and from files. */
export const createSecretReader = (environment: Readonly<Record<string, string | undefined>>): SecretReader => ({
  env: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
  readFile: readTextFile,
})
