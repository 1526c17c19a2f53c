import { ScimError } from '../../scim/error.ts'
import type { ResourceQueries } from '../../store/resources.ts'
import { keysOf } from './keys.ts'
import { keysFingerprint } from './model.ts'
import type { DirectoryParts } from './parts.ts'
import { nothingComputed, showRows } from './show.ts'

const noteName = 'keyed attributes'
const chunkLength = 500
/** Noted while keys are rebuilt: no model's own. */
const unfinished = 'unfinished'

/**
 * Sees to it that every resource has the keys that this model wants: a tenant's file may have made another attribute
 * unique since they were written, and a look-up that finds nothing would be a wrong answer. Costs one read when nothing
 * changed. Values that were given twice before they had to be unique stay; the next one that claims them is refused.
 */
export async function ensureKeys({ model, storage, ports }: DirectoryParts): Promise<void> {
  const wanted = keysFingerprint(model)
  if (storage.use((queries) => queries.note(noteName)) === wanted) return
  storage.use((queries) => queries.writeNote(noteName, unfinished, true))
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

/**
 * Stops a request that came in before the tenant's file was replaced and goes on after it, as one does whose body is slow
 * to arrive: it would look up keys that are gone, and leave none of those that are wanted now.
 * @throws ScimError 503
 */
export function requireKeys(queries: Pick<ResourceQueries, 'note'>, { model }: Pick<DirectoryParts, 'model'>): void {
  if (queries.note(noteName) === keysFingerprint(model)) return
  throw new ScimError(503, "the tenant's file was replaced while this request was under way: send it again", {
    retryAfter: '1',
  })
}

function rebuild(queries: ResourceQueries, seq: number, keys: ReturnType<typeof keysOf>): void {
  queries.keys.forget(seq)
  if (queries.keys.add(seq, keys) === undefined) return
  queries.keys.add(
    seq,
    keys.map((key) => ({ ...key, single: false })),
  )
}
