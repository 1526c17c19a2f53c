import { closeSync, constants, fsync, ftruncate, openSync, unlinkSync, write } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { syncFolder } from './database-file.ts'

/** Writes bytes from `offset` at the file's end, and gives how many: perhaps fewer than there are. */
export type Write = (descriptor: number, bytes: Buffer, offset: number) => Promise<number>

/** One file of the journal, `{number}.ndjson`, open for adding. */
export interface Segment {
  readonly number: number
  /** Bytes that are durable. */
  size(): number
  /** Resolves when the bytes are durable. After a failure the file is first cut to what was durable before. */
  append(bytes: Buffer): Promise<void>
  close(): void
}

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_DSYNC } = constants

export const segmentFile = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(12, '0')}.ndjson`)

/** With O_DSYNC a write is durable when it returns, its length included: one system call where write and sync are two. */
const writeDurably: Write = (descriptor, bytes, offset) =>
  new Promise((resolve, reject) => {
    write(descriptor, bytes, offset, bytes.length - offset, null, (error, written) =>
      error === null ? resolve(written) : reject(error),
    )
  })

const truncateAsync = promisify(ftruncate)
const syncAsync = promisify(fsync)

/** Makes the file, which must not exist, and its name durable. */
export function createSegment(folder: string, number: number, writeBytes: Write = writeDurably): Segment {
  const file = segmentFile(folder, number)
  const descriptor = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_DSYNC, 0o600)
  try {
    syncFolder(folder)
  } catch (error) {
    closeSync(descriptor)
    unlinkSync(file)
    throw error
  }
  let size = 0
  let torn = false
  return {
    number,
    size: () => size,
    append: async (bytes) => {
      if (torn) {
        await truncateAsync(descriptor, size)
        await syncAsync(descriptor)
      }
      torn = true
      for (let offset = 0; offset < bytes.length; ) {
        const written = await writeBytes(descriptor, bytes, offset)
        if (written === 0) throw new Error('the journal took no more bytes')
        offset += written
      }
      torn = false
      size += bytes.length
    },
    close: () => closeSync(descriptor),
  }
}
