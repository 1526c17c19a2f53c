import type { LoadedDocument } from './document.ts'
import { clauseFault, hostTaken } from './document-fault.ts'
import type { Parsed } from './document-yaml.ts'
import type { Problem } from './position.ts'
import type { HostIndex } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'

/** How one tenant's file stands. */
export interface TenantState {
  readonly id: string
  readonly file: string
  /** The version that serves: the last good one. Absent when no version of the file was good so far. */
  readonly document?: TenantDocument
  /** What is wrong with the file as it is now. */
  readonly problems: readonly Problem[]
  /** A hash of the texts that the serving version was made of. */
  readonly version?: string
  /** Milliseconds since the epoch: when the serving version was taken in. */
  readonly loadedAt?: number
}

/** What the registry keeps of one file. */
export interface Entry<Compiled> extends TenantState {
  readonly serving?: { readonly compiled: Compiled }
  /** The version last tried, good or not. */
  readonly tried: string
  readonly templates: readonly string[]
  /** The file itself, of an heir: a change of its template need not read and parse it again. */
  readonly own: Parsed | undefined
  /** Hosts that another tenant held when this one wanted them. */
  readonly wanting: readonly string[]
}

export interface Judging<Compiled> {
  readonly hosts: HostIndex
  compile(document: TenantDocument): Compiled
  now(): number
}

/** A file's new state, from its last one and what was read of it now. A version that is not good leaves the last good one. */
export function judge<Compiled>(
  id: string,
  last: Entry<Compiled> | undefined,
  loaded: LoadedDocument,
  { hosts, compile, now }: Judging<Compiled>,
): Entry<Compiled> {
  const { file, document, version } = loaded
  // Templates that came with the file change with the file alone.
  const templates = loaded.own.bundled === undefined ? loaded.templates : []
  const own = templates.length > 0 ? loaded.own : undefined
  const kept = { ...last, id, file, tried: version, templates, own, wanting: [] }
  if (document === undefined) return { ...kept, problems: loaded.problems }
  // Mended by taking the change back: what serves is what is wanted.
  if (last?.serving && last.version === version) return { ...kept, problems: [] }
  const wanting = hosts.takenFrom(id, document.frontDoor.hosts)
  if (wanting.length > 0) {
    const problems = wanting.map(({ host, index, holder }) =>
      loaded.problemAt(['frontDoor', 'hosts', index], hostTaken(host, holder, id)),
    )
    return { ...kept, problems, wanting: wanting.map(({ host }) => host) }
  }
  try {
    const serving = { compiled: compile(document) }
    return { ...kept, problems: [], document, version, loadedAt: now(), serving }
  } catch (error) {
    const { path, message } = clauseFault(error)
    return { ...kept, problems: [loaded.problemAt(path, message)] }
  }
}
