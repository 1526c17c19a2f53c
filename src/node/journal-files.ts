import { mkdirSync } from 'node:fs'
import type { Backlog } from '../ledger/backlog.ts'
import type { Log } from '../ports.ts'
import { createSegment, type Segment, type Write } from './segment.ts'
import { deleteSegment, journalFolder, readSegment, segmentNumbers, setSegmentAside } from './segments.ts'
import type { Settler } from './settler.ts'

/** The journal's files: one that is written to, and older ones that are deleted once nothing needs them. */
export interface JournalFiles {
  /** Resolves with the file's number when the lines are durable in it. */
  append(lines: string, tenants: readonly string[]): Promise<number>
  /** Begins a new file, unless the present one is empty or a call that began in it is not settled. */
  renew(): void
  /** Whether the oldest file waits only for databases to be synced and for usage to be rolled up. */
  retirable(): boolean
  /** Deletes the oldest files as far as nothing needs them, working for about `budgetMs`. False: it got nowhere. */
  retire(budgetMs: number): boolean
  /** Ends the present file; nothing can be appended any more. */
  end(): void
  /** Files that hold something. */
  count(): number
}

export interface JournalFilesOptions {
  readonly dataFolder: string
  readonly backlog: Backlog
  readonly settler: Settler
  readonly log: Log
  readonly segmentBytes: number
  readonly write: Write | undefined
}

interface ClosedFile {
  readonly number: number
  /** Whose records it holds, and who are not known to be synced and rolled up. */
  readonly tenants: Set<string>
  readonly corrupt: boolean
  /** What was applied when all of its rows were. */
  applied?: number
}

/** Takes what a former gateway left into the backlog, and begins a file of its own: it never adds to another's. */
export async function openJournalFiles(options: JournalFilesOptions): Promise<JournalFiles> {
  const { backlog, settler, segmentBytes, write } = options
  const folder = journalFolder(options.dataFolder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const closed = await recover(folder, backlog, options.log)
  let active: Segment = createSegment(folder, (closed.at(-1)?.number ?? 0) + 1, write)
  let tenants = new Set<string>()
  let ended = false

  const close = (): void => {
    active.close()
    closed.push({ number: active.number, tenants, corrupt: false })
    tenants = new Set()
  }

  const rotate = (): void => {
    const next = createSegment(folder, active.number + 1, write)
    close()
    active = next
  }

  const retirable = (): boolean => closed[0] !== undefined && !backlog.pins(closed[0].number)

  return {
    append: async (lines, owners) => {
      if (active.size() >= segmentBytes) rotate()
      await active.append(Buffer.from(lines))
      for (const owner of owners) tenants.add(owner)
      return active.number
    },
    renew: () => {
      if (active.size() > 0 && !backlog.pins(active.number)) rotate()
    },
    retirable,
    retire: (budgetMs) => {
      const until = performance.now() + budgetMs
      let progress = false
      for (let file = closed[0]; file !== undefined && retirable(); file = closed[0]) {
        const before = file.tenants.size
        file.applied ??= settler.applied()
        const synced = settler.synced(file.tenants, file.applied, until)
        progress ||= synced || file.tenants.size < before
        if (!synced) break
        if (file.corrupt) setSegmentAside(folder, file.number)
        else deleteSegment(folder, file.number)
        closed.shift()
      }
      return progress
    },
    end: () => {
      if (!ended) close()
      ended = true
    },
    count: () => closed.length + (!ended && active.size() > 0 ? 1 : 0),
  }
}

async function recover(folder: string, backlog: Backlog, log: Log): Promise<ClosedFile[]> {
  const files: ClosedFile[] = []
  for (const number of segmentNumbers(folder)) {
    const content = await readSegment(folder, number, log)
    if (content === undefined) continue
    for (const record of content.records) backlog.add(record, number)
    files.push({ number, tenants: new Set(content.records.map(({ tenant }) => tenant)), corrupt: content.corrupt })
  }
  backlog.abandonAll()
  if (backlog.finished() > 0) log.info({ count: backlog.finished() }, 'calls were found in the journal')
  return files
}
