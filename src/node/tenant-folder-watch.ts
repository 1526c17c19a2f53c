import { type FSWatcher, watch } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import type { SourceChange } from '../tenant/source.ts'

/** What tells one state of a file from another. A file replaced by renaming has another inode. */
export interface Mark {
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly size: number
  readonly ino: number
}

/** Name without `.yaml` -> the state of that file. */
export type Listing = ReadonlyMap<string, Mark>

export interface Listings {
  readonly tenants: Listing
  readonly templates: Listing
}

export interface FolderFollowing {
  readonly folders: readonly string[]
  look(): Promise<Listings>
  /** The files as they were last seen. */
  last(): Listings | undefined
  keep(now: Listings): void
  onChange(change: SourceChange): void
  readonly log: Log
}

/** An editor writes in several steps: look when they are over. */
const settleMs = 50
/** A file that is gone may be back at once: some editors and tools save by deleting and writing anew. */
const graceMs = 200
/** Changes are served within 2 s (contract §12), also where no event tells of them: network mounts, linked files. */
const shortestPauseMs = 500
const longestPauseMs = 1_500

/** The pause before the next look: twenty times what the last one took, so that looking costs at most a twentieth. */
export const pauseAfter = (tookMs: number): number =>
  Math.min(longestPauseMs, Math.max(shortestPauseMs, Math.round(20 * tookMs)))

const isSame = (a: Mark | undefined, b: Mark): boolean =>
  a?.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino

/** Names whose files are new or other than before, and names whose files are gone. */
export function compareListings(before: Listing, now: Listing): { changed: string[]; gone: string[] } {
  return {
    changed: [...now].flatMap(([name, mark]) => (isSame(before.get(name), mark) ? [] : [name])),
    gone: [...before.keys()].filter((name) => !now.has(name)),
  }
}

/**
 * Looks whenever the system tells of an event in one of the folders, and from time to time in any case. Events only say
 * when to look: what changed is found by comparing.
 */
export function followFolder(following: FolderFollowing): () => void {
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let looking = false
  let again = false
  let stopped = false
  const look = reporting(following, () => stopped)

  const run = async (): Promise<void> => {
    looking = true
    again = false
    dueAt = Number.POSITIVE_INFINITY
    const startedAt = performance.now()
    await look()
    looking = false
    schedule(again ? settleMs : pauseAfter(performance.now() - startedAt))
  }

  const schedule = (waitMs: number): void => {
    const at = performance.now() + waitMs
    // An event never puts a look off: a folder that never rests would never be looked at.
    if (stopped || at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(run, waitMs)
    timer.unref()
  }

  const onEvent = (): void => {
    if (looking) again = true
    else schedule(settleMs)
  }
  const watchers = following.folders.flatMap((folder) => watchFolder(folder, onEvent))
  schedule(0)
  return () => {
    stopped = true
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}

/** One look, which tells of what changed since the last. It never throws: failures are logged, once until one succeeds. */
function reporting(
  { last, look, keep, onChange, log }: FolderFollowing,
  isStopped: () => boolean,
): () => Promise<void> {
  let failing = false
  return async () => {
    try {
      const before = last()
      let now = await look()
      if (before && changesOf(before, now).gone > 0) {
        await wait(graceMs)
        now = await look()
      }
      keep(now)
      failing = false
      const change = before ? changesOf(before, now) : 'all'
      if (isStopped() || (change !== 'all' && change.count === 0)) return
      onChange(change === 'all' ? change : { tenants: change.tenants, templates: change.templates })
    } catch (error) {
      // A folder that cannot be read for a while (a mount that is gone) ends no tenant's service.
      if (!failing) log.error({ reason: reasonOf(error) }, 'the tenants folder cannot be read; what was loaded stays')
      failing = true
    }
  }
}

function changesOf(before: Listings, now: Listings) {
  const tenants = compareListings(before.tenants, now.tenants)
  const templates = compareListings(before.templates, now.templates)
  const names = {
    tenants: [...tenants.changed, ...tenants.gone],
    templates: [...templates.changed, ...templates.gone],
  }
  const count = names.tenants.length + names.templates.length
  return { ...names, gone: tenants.gone.length + templates.gone.length, count }
}

/** Events of one folder, where the system has any to give. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return [watcher]
  } catch {
    return []
  }
}
