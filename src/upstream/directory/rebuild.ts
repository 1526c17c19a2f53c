import type { ResourceQueries } from '../../store/resources.ts'
import { keysOf } from './keys.ts'
import { keysFingerprint } from './model.ts'
import type { DirectoryParts } from './parts.ts'
import { nothingComputed, showRows } from './show.ts'

const noteName = 'keyed attributes'
const chunkLength = 500

/**
 * Sees to it that every resource has the keys that this model wants: a tenant's file may have made another attribute
 * unique since they were written, and a look-up that finds nothing would be a wrong answer. Costs one read when nothing
 * changed. Values that were given twice before they had to be unique stay; the next one that claims them is refused.
 */
export async function ensureKeys({ model, storage, ports }: DirectoryParts): Promise<void> {
  const wanted = keysFingerprint(model)
  if (storage.use((queries) => queries.note(noteName)) === wanted) return
  const types = model.types.map(({ name }) => name)
  let seq = 0
  for (;;) {
    const isLast = storage.use((queries) =>
      queries.transaction(() => {
        const rows = queries.after(types, seq, chunkLength)
        for (const { row, type, resource } of showRows(rows, nothingComputed, model, queries))
          rebuild(queries, row.seq, keysOf(resource, type))
        seq = rows.at(-1)?.seq ?? seq
        if (rows.length === chunkLength) return false
        // In the last chunk's own transaction: no row can come between.
        queries.writeNote(noteName, wanted, true)
        return true
      }),
    )
    if (isLast) return
    await ports.wait(0)
  }
}

function rebuild(queries: ResourceQueries, seq: number, keys: ReturnType<typeof keysOf>): void {
  queries.keys.forget(seq)
  if (queries.keys.add(seq, keys) === undefined) return
  queries.keys.add(
    seq,
    keys.map((key) => ({ ...key, single: false })),
  )
}
