import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Exit, exitCodes } from './exit.ts'
import { folderFault } from './explain.ts'

/** A file's text; of `-`, what comes on standard input. @throws Exit when it cannot be read. */
export async function readInput(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const fault = isMissing ? 'there is no such file' : (folderFault(cause) ?? String(cause))
    throw new Exit(exitCodes.wrong, `${file} cannot be read: ${fault}`, cause)
  }
}
