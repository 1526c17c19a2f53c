import { ScimError } from '../../scim/error.ts'
import type { Filter } from '../../scim/filter.ts'
import { compileFilter } from '../../scim/match.ts'
import type { Resource } from '../../scim/resource.ts'
import type { ResourceRow } from '../../store/resources.ts'
import type { DirectoryType } from './model.ts'
import { narrowAll } from './narrow.ts'
import type { DirectoryParts } from './parts.ts'
import { requireKeys } from './rebuild.ts'
import { type Computed, type Shown, showRows } from './show.ts'

export interface Sweep {
  readonly types: readonly DirectoryType[]
  readonly filter: Filter | undefined
  /** What the filter, or the order that the caller makes, asks of each resource. */
  readonly computed: Computed
  /** Begins behind this resource. */
  readonly after: number
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number
}

/** Rows at a time: what is in memory at once, and how long the event loop waits (some milliseconds). */
const chunkLength = 500
/** Members come with their group: a chunk of groups may hold many. */
const chunkOfGroups = 20
/** Look-ups that find more than this are no help: then all is scanned, and memory stays bounded. */
const maxCandidates = 50_000

/**
 * Every resource that the filter matches, in the order of their making, some at a time. An index narrows where it can;
 * the filter itself always decides. Other requests are served between two chunks, so that a resource which is changed
 * meanwhile shows as it is when its turn comes.
 * @throws ScimError 504 when the deadline passes.
 */
export async function* sweep(parts: DirectoryParts, asked: Sweep): AsyncGenerator<readonly Shown[]> {
  const { model, storage, ports } = parts
  const matches = matcher(asked)
  const next = chunks(parts, asked)
  for (;;) {
    const chunk = storage.use((queries) => {
      const { rows, isLast } = next(queries)
      return { isLast, shown: showRows(rows, asked.computed, model, queries) }
    })
    yield chunk.shown.filter(({ type, resource }) => matches(type, resource))
    if (chunk.isLast) return
    await ports.wait(0)
    if (ports.now() > asked.deadlineAt) throw new ScimError(504, 'the directory could not be searched in time')
  }
}

function matcher({ filter, types }: Sweep): (type: DirectoryType, resource: Resource) => boolean {
  if (filter === undefined) return () => true
  const tests = new Map(types.map((type) => [type.name, compileFilter(filter, type.definition)]))
  return (type, resource) => tests.get(type.name)?.(resource) ?? false
}

type Queries = Parameters<Parameters<DirectoryParts['storage']['use']>[0]>[0]
type NextChunk = (queries: Queries) => { readonly rows: readonly ResourceRow[]; readonly isLast: boolean }

function chunks({ storage, model }: DirectoryParts, { filter, types, after, computed }: Sweep): NextChunk {
  const length = computed.members ? chunkOfGroups : chunkLength
  const lookups = filter === undefined ? undefined : narrowAll(filter, types)
  const found =
    lookups === undefined
      ? undefined
      : storage.use((queries) => {
          requireKeys(queries, { model })
          return queries.keys.candidates(lookups, maxCandidates + 1)
        })
  return found === undefined || found.length > maxCandidates
    ? scanned(types, after, length)
    : listed(
        types,
        found.filter((seq) => seq > after),
        length,
      )
}

function scanned(types: readonly DirectoryType[], after: number, length: number): NextChunk {
  const names = types.map(({ name }) => name)
  let seq = after
  return (queries) => {
    const rows = queries.after(names, seq, length)
    seq = rows.at(-1)?.seq ?? seq
    return { rows, isLast: rows.length < length }
  }
}

function listed(types: readonly DirectoryType[], seqs: readonly number[], length: number): NextChunk {
  const names = new Set(types.map(({ name }) => name))
  let at = 0
  return (queries) => {
    const rows = queries.bySeqs(seqs.slice(at, at + length)).filter(({ type }) => names.has(type))
    at += length
    return { rows, isLast: at >= seqs.length }
  }
}
