import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import { type LoadedDocument, readDocument } from './document.ts'
import { createChanges } from './registry-changes.ts'
import { type Entry, judge, type TenantState, unreadable } from './registry-entry.ts'
import { createHostIndex, type HostIndex, hostKey } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'
import type { SourceChange, TenantSource } from './source.ts'
import { createTemplates, type Templates } from './template.ts'

export interface Registry<Compiled> {
  /** Loads every tenant, then follows the source. @throws Error when the source cannot be read at all. */
  start(): Promise<void>
  get(id: string): Compiled | undefined
  /** The tenant that lists this host; case and port do not matter. */
  byHost(host: string): Compiled | undefined
  state(id: string): TenantState | undefined
  /** Every tenant that has a file, in the order of their ids. */
  list(): TenantState[]
  /** Resolves when everything that was reported up to now is taken in. */
  settled(): Promise<void>
  /** Ends the watching; what is loaded stays. */
  stop(): void
}

export interface RegistryOptions<Compiled> {
  readonly source: TenantSource
  /** Makes a tenant of its document: cheap, without input or output. What it throws is a problem of the file. */
  compile(document: TenantDocument): Compiled
  now(): number
  readonly log: Log
  /** Told when `old` stops serving: replaced by `next`, or, when that is undefined, without a successor. */
  onReplaced(id: string, old: Compiled, next: Compiled | undefined): void
}

/** Files read at a time: enough to keep the disk busy, few enough to hold only their parsed trees in memory. */
const batchSize = 64

/** All tenants of a source, each at its last good version (contract §4, §12). One broken file stops nobody else. */
export function createRegistry<Compiled>(options: RegistryOptions<Compiled>): Registry<Compiled> {
  const { source, log } = options
  const entries = new Map<string, Entry<Compiled>>()
  const hosts = createHostIndex()
  const templates = createTemplates(source)
  const update = createUpdate(entries, hosts, options)
  let unwatch: (() => void) | undefined

  const takeIn = async (change: SourceChange): Promise<void> => {
    templates.forget(change === 'all' ? 'all' : change.templates)
    let ids = change === 'all' ? [...(await source.list()), ...entries.keys()] : touched(entries, change)
    while (ids.length > 0) {
      await loadEach(ids, { source, templates, update })
      ids = unblocked(entries, hosts)
    }
  }
  const changes = createChanges(takeIn, (error) => {
    log.error({ reason: reasonOf(error) }, 'the tenant files cannot be read; what was loaded stays')
  })

  return {
    async start() {
      await takeIn('all')
      unwatch ??= source.watch(changes.add)
    },
    get: (id) => entries.get(id)?.serving?.compiled,
    byHost(host) {
      const id = hosts.holderOf(hostKey(host))
      return id === undefined ? undefined : entries.get(id)?.serving?.compiled
    },
    state: (id) => entries.get(id),
    list: () => [...entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    settled: changes.settled,
    stop() {
      unwatch?.()
      unwatch = undefined
    },
  }
}

type Entries<Compiled> = Map<string, Entry<Compiled>>
type Update = (id: string, loaded: LoadedDocument | undefined) => void

/** Puts what was read of a file in force: synchronously, so that no request meets a tenant half replaced. */
function createUpdate<Compiled>(
  entries: Entries<Compiled>,
  hosts: HostIndex,
  { compile, now, log, onReplaced }: RegistryOptions<Compiled>,
): Update {
  const report = (entry: Entry<Compiled>): void => {
    const { id: tenant, serving, problems } = entry
    const outcome = serving ? 'keeps its last good version' : 'is not served'
    for (const { file, line, column, path, message } of problems) {
      const reason = path === '' ? message : `${path}: ${message}`
      log.error({ tenant, file, line, column, reason }, `tenant file refused; the tenant ${outcome}`)
    }
  }

  const remove = (id: string): void => {
    const last = entries.get(id)
    entries.delete(id)
    hosts.release(id)
    if (last) log.info({ tenant: id, file: last.file }, 'tenant file gone; its service ends')
    if (last?.serving) onReplaced(id, last.serving.compiled, undefined)
  }

  const put = (id: string, loaded: LoadedDocument): void => {
    const last = entries.get(id)
    if (last?.tried === loaded.version && last.wanting.length === 0) return
    const entry = judge(id, last, loaded, { hosts, compile, now })
    entries.set(id, entry)
    if (entry.problems.length > 0) report(entry)
    if (entry.serving === undefined || entry.serving === last?.serving) return
    hosts.hold(id, entry.document?.frontDoor.hosts ?? [])
    if (last) log.info({ tenant: id, file: entry.file }, 'tenant file taken in')
    if (last?.serving) onReplaced(id, last.serving.compiled, entry.serving.compiled)
  }

  return (id, loaded) => (loaded === undefined ? remove(id) : put(id, loaded))
}

/** Reads these tenants and puts them in force in the order of their ids: of two that list one host, the first has it. */
async function loadEach(
  ids: readonly string[],
  { source, templates, update }: { source: TenantSource; templates: Templates; update: Update },
): Promise<void> {
  const sorted = [...new Set(ids)].sort()
  for (let start = 0; start < sorted.length; start += batchSize) {
    const batch = sorted.slice(start, start + batchSize)
    const read = await Promise.all(
      batch.map((id) =>
        readDocument(id, source, templates).catch((error: unknown) => unreadable(source.fileOf(id), error)),
      ),
    )
    for (const [index, id] of batch.entries()) update(id, read[index])
  }
}

/** The tenants that a change concerns: their own file's, or a template's that they inherit from. */
function touched(entries: Entries<unknown>, change: Exclude<SourceChange, 'all'>): string[] {
  const heirs = [...entries.values()].filter((entry) => entry.templates.some((name) => change.templates.includes(name)))
  return [...change.tenants, ...heirs.map((entry) => entry.id)]
}

/** Tenants that were refused for a host that is free by now. */
const unblocked = (entries: Entries<unknown>, hosts: HostIndex): string[] =>
  [...entries.values()]
    .filter(({ id, wanting }) => wanting.length > 0 && hosts.areFree(id, wanting))
    .map(({ id }) => id)
