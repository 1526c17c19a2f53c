import { mkdirSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalRecord, parseJournal } from '../ledger/records.ts'
import type { Log } from '../ports.ts'
import { segmentFile } from './segment.ts'

export const journalFolder = (dataFolder: string): string => join(dataFolder, 'journal')

/** The numbers of the journal's files, in the order in which they were written. */
export function segmentNumbers(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => /^(\d{12})\.ndjson$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

export interface SegmentContent {
  readonly records: readonly JournalRecord[]
  readonly corrupt: boolean
}

/** Reads one file of the journal. Corrupt lines are logged as errors. Undefined: the file is gone. */
export async function readSegment(folder: string, number: number, log: Log): Promise<SegmentContent | undefined> {
  const file = segmentFile(folder, number)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const { records, corruptLines } = parseJournal(text)
  for (const line of corruptLines) {
    log.error({ file, line, alert: 'journal-corrupt' }, 'a line of the journal cannot be read; the file will be kept')
  }
  return { records, corrupt: corruptLines.length > 0 }
}

export const deleteSegment = (folder: string, number: number): void => unlinkSync(segmentFile(folder, number))

/** Takes a file out of the journal without losing it. */
export function setSegmentAside(folder: string, number: number): void {
  const aside = join(folder, 'corrupt')
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  renameSync(segmentFile(folder, number), segmentFile(aside, number))
}
