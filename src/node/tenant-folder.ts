import { type Stats, stat } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ports.ts'
import type { SourceFile, TenantSource } from '../tenant/source.ts'
import { followFolder, type Listings } from './tenant-folder-watch.ts'
import { readTextFile } from './text-file.ts'

const maxBytes = 1024 * 1024
const maxInFlight = 32

/** What tells one state of a file from another. A file replaced by renaming has another inode; an edited one another time. */
const fingerprint = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    // Follows symbolic links. The callback form costs half of what the promised one does, at 10,000 files a second.
    stat(path, (error: NodeJS.ErrnoException | null, stats: Stats) => {
      // A file that may not be looked at is there all the same, and will be reported when it cannot be read.
      if (error) resolve(error.code === 'ENOENT' ? undefined : `unreadable: ${error.code}`)
      else resolve(stats.isFile() ? `${stats.mtimeMs} ${stats.ctimeMs} ${stats.size} ${stats.ino}` : undefined)
    })
  })

/** Every `*.yaml` directly in a folder. Hidden files, and what editors leave beside (`x.yaml~`, `#x.yaml#`), are not. */
async function listFolder(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
  const listing = new Map<string, string>()
  let next = 0
  const walk = async (): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      const print = await fingerprint(join(folder, name))
      if (print !== undefined) listing.set(name.slice(0, -'.yaml'.length), print)
    }
  }
  await Promise.all(Array.from({ length: maxInFlight }, walk))
  return listing
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Tenant files in a folder, their templates in its folder `templates` (contract §4). */
export function createTenantFolder({ folder, log }: { readonly folder: string; readonly log: Log }): TenantSource {
  const templatesFolder = join(folder, 'templates')
  let seen: Listings | undefined

  const look = async (): Promise<Listings> => ({
    tenants: await listFolder(folder),
    templates: await listFolder(templatesFolder).catch((error: unknown) => {
      if (isMissing(error)) return new Map<string, string>()
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
