import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import { inherit, type LoadedDocument, readOwn } from './document.ts'
import { readFault } from './document-fault.ts'
import { brokenFile, type Parsed } from './document-yaml.ts'
import { createChanges } from './registry-changes.ts'
import { type Entry, judge, type TenantState } from './registry-entry.ts'
import { createHostIndex, type HostIndex, hostKey } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'
import type { SourceChange, TenantSource } from './source.ts'
import { createTemplates, type Templates } from './template.ts'

export interface Registry<Compiled> {
  /** Loads every tenant, then follows the source. @throws Error when the source cannot be read at all. */
  start(): Promise<void>
  /** Takes these tenants' files in, ahead of whatever else was reported. */
  takeIn(ids: readonly string[]): Promise<void>
  /** Whether this is the version that was last taken in, or refused; null asks whether there is none. */
  isAt(id: string, version: string | null): boolean
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

/** Files read ahead, while those before are parsed. */
const batchSize = 64

/** All tenants of a source, each at its last good version (contract §4, §12). One broken file stops nobody else. */
export function createRegistry<Compiled>(options: RegistryOptions<Compiled>): Registry<Compiled> {
  const { source, log } = options
  const entries = new Map<string, Entry<Compiled>>()
  const hosts = createHostIndex()
  const templates = createTemplates(source)
  const update = newestOnly(createUpdate(entries, hosts, options))
  let unwatch: (() => void) | undefined

  const load = async (ids: readonly string[], heirs: ReadonlySet<string>): Promise<void> => {
    await loadEach(ids, { read: readingFrom(source, entries, heirs), templates, update })
    for (let freed = unblocked(entries, hosts); freed.length > 0; freed = unblocked(entries, hosts))
      await loadEach(freed, { read: readingFrom(source), templates, update })
  }
  const takeIn = async (change: SourceChange): Promise<void> => {
    templates.forget(change === 'all' ? 'all' : change.templates)
    const files = change === 'all' ? [...(await source.list()), ...entries.keys()] : change.tenants
    const heirs = new Set(change === 'all' ? [] : heirsOf(entries, change.templates))
    for (const id of files) heirs.delete(id)
    await load([...files, ...heirs], heirs)
  }
  const changes = createChanges(takeIn, (error) => {
    log.error({ reason: reasonOf(error) }, 'the tenant files cannot be read; what was loaded stays')
  })

  return {
    async start() {
      await takeIn('all')
      unwatch ??= source.watch(changes.add)
    },
    takeIn: (ids) => load(ids, new Set()),
    isAt: (id, version) => (entries.get(id)?.tried ?? null) === version,
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

/** An update that knows when the reading began, as a number from `begin`. */
interface OrderedUpdate {
  begin(): number
  put(id: string, begun: number, loaded: LoadedDocument | undefined): void
}

/** Files may be read ahead while the same one is taken in by itself: what was read earlier must not replace it. */
function newestOnly(update: Update): OrderedUpdate {
  const taken = new Map<string, number>()
  let last = 0
  return {
    begin: () => {
      last += 1
      return last
    },
    put: (id, begun, loaded) => {
      if (begun < (taken.get(id) ?? 0)) return
      taken.set(id, begun)
      update(id, loaded)
    },
  }
}

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

type Read = (id: string) => Promise<Parsed | undefined>

/** Reads from the source, except heirs, whose own files are at hand. What cannot be read is a file with one problem. */
const readingFrom =
  <Compiled>(source: TenantSource, entries?: Entries<Compiled>, heirs?: ReadonlySet<string>): Read =>
  async (id) =>
    (heirs?.has(id) ? entries?.get(id)?.own : undefined) ??
    readOwn(id, source).catch((error: unknown) => brokenFile(source.fileOf(id), readFault(error)))

/** Lets requests in between: without it, ten thousand heirs of a template would hold them up. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Reads these tenants and puts them in force in the order of their ids: of two that list one host, the first has it. */
async function loadEach(
  ids: readonly string[],
  { read, templates, update }: { read: Read; templates: Templates; update: OrderedUpdate },
): Promise<void> {
  const sorted = [...new Set(ids)].sort()
  const readBatch = (start: number) =>
    Promise.all(
      sorted.slice(start, start + batchSize).map(async (id) => ({ id, begun: update.begin(), own: await read(id) })),
    )
  let reading = readBatch(0)
  for (let start = 0; start < sorted.length; start += batchSize) {
    const batch = await reading
    reading = readBatch(start + batchSize)
    for (const { id, begun, own } of batch) update.put(id, begun, own && (await inherit(id, own, templates)))
    await pause()
  }
}

/** The tenants that inherit from one of these templates. */
const heirsOf = (entries: Entries<unknown>, templates: readonly string[]): string[] =>
  templates.length === 0
    ? []
    : [...entries.values()]
        .filter((entry) => entry.templates.some((name) => templates.includes(name)))
        .map(({ id }) => id)

/** Tenants that were refused for a host that is free by now. */
const unblocked = (entries: Entries<unknown>, hosts: HostIndex): string[] =>
  [...entries.values()]
    .filter(({ id, wanting }) => wanting.length > 0 && hosts.areFree(id, wanting))
    .map(({ id }) => id)
