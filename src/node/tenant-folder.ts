import { type Stats, stat } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ports.ts'
import type { SourceFile, TenantSource } from '../tenant/source.ts'
import { followFolder, type Listings, type Mark } from './tenant-folder-watch.ts'
import { readTextFile } from './text-file.ts'

const maxBytes = 1024 * 1024
/** A few at a time: the threads that look are those that write the ledger's journal, too. */
const maxInFlight = 8

/** Every `*.yaml` directly in a folder. Hidden files, and what editors leave beside (`x.yaml~`, `#x.yaml#`), are not. */
async function listFolder(folder: string): Promise<Map<string, Mark>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
  const marks = await Promise.all(lanes(names).map((lane) => lookAtEach(folder, lane)))
  return new Map(marks.flat())
}

const lanes = (names: readonly string[]): string[][] =>
  Array.from({ length: maxInFlight }, (_, lane) => names.filter((_, index) => index % maxInFlight === lane))

/** One after the other, following symbolic links. With callbacks: promises cost twice as much, and this never ends. */
const lookAtEach = (folder: string, names: readonly string[]): Promise<[string, Mark][]> =>
  new Promise((resolve) => {
    const marks: [string, Mark][] = []
    const look = (index: number): void => {
      const name = names[index]
      if (name === undefined) {
        resolve(marks)
        return
      }
      stat(`${folder}/${name}`, (error, stats) => {
        const mark = markOf(error, stats)
        if (mark) marks.push([name.slice(0, -'.yaml'.length), mark])
        look(index + 1)
      })
    }
    look(0)
  })

function markOf(error: NodeJS.ErrnoException | null, stats: Stats): Mark | undefined {
  // A file that may not be looked at is there all the same, and will be reported when it cannot be read.
  if (error) return error.code === 'ENOENT' ? undefined : { mtimeMs: 0, ctimeMs: 0, size: 0, ino: 0 }
  const { mtimeMs, ctimeMs, size, ino } = stats
  return stats.isFile() ? { mtimeMs, ctimeMs, size, ino } : undefined
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Tenant files in a folder, their templates in its folder `templates` (contract §4). */
export function createTenantFolder({ folder, log }: { readonly folder: string; readonly log: Log }): TenantSource {
  const templatesFolder = join(folder, 'templates')
  let seen: Listings | undefined

  const look = async (): Promise<Listings> => ({
    tenants: await listFolder(folder),
    templates: await listFolder(templatesFolder).catch((error: unknown) => {
      if (isMissing(error)) return new Map<string, Mark>()
      throw error
    }),
  })

  const read = async (inFolder: string, name: string): Promise<SourceFile | undefined> => {
    const file = join(inFolder, `${name}.yaml`)
    try {
      return { file, text: await readTextFile(file, maxBytes) }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  return {
    async list() {
      // What changes after this moment is a change to whoever watches, though the files are read later.
      seen = await look()
      return [...seen.tenants.keys()]
    },
    read: (id) => read(folder, id),
    template: (name) => read(templatesFolder, name),
    fileOf: (id) => join(folder, `${id}.yaml`),
    watch(onChange) {
      return followFolder({
        folders: [folder, templatesFolder],
        look,
        log,
        onChange,
        last: () => seen,
        keep: (now) => {
          seen = now
        },
      })
    },
  }
}
