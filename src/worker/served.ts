import { reasonOf } from '../log.ts'
import type { Log, Ports } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import type { Control } from '../store/control.ts'
import type { Actor } from '../tenant/actor.ts'
import { type Bundle, readBundle } from '../tenant/bundle.ts'
import { clauseFault } from '../tenant/document-fault.ts'
import { printProblem } from '../tenant/position.ts'
import type { TenantDocument } from '../tenant/schema.ts'

/** What the registry says of the tenant. Without a bundle, and with a version of null, it has no document in force. */
export interface Standing {
  readonly version: string | null
  readonly bundle: Bundle | null
  readonly suspended: boolean
}

export interface ServedOptions {
  readonly tenant: string
  readonly control: Pick<Control, 'documents' | 'suspension'>
  readonly ports: Pick<Ports, 'now' | 'wait'>
  readonly log: Log
  /** Makes the tenant of its document. @throws what is wrong with a clause. */
  compile(document: TenantDocument): Promise<Actor>
  /** The standing that was last read: it serves while the registry cannot be read. */
  readonly kept: { read(): Standing | undefined; write(standing: Standing | undefined): void }
  /** Lets work end that no request waits for. */
  background(work: Promise<unknown>): void
}

/** A tenant as it stood when the registry was last read. */
export interface Known {
  /** Undefined when no good document of it is in force. */
  readonly actor: Actor | undefined
  readonly standing: Standing | undefined
  /** False while the registry cannot be read: then nobody can say who is no tenant. */
  readonly isCertain: boolean
}

/** A tenant as its own object serves it. */
export interface Served {
  /** The tenant as it stands. @throws ScimError 503 when nothing is known of it. */
  current(): Promise<Known>
  /** As it was last read; asks nobody. */
  known(): Known
  /** Reads the registry anew, whatever was read before. @throws what the registry threw. */
  refresh(): Promise<void>
  /** Forgets all. */
  reset(): void
}

/**
 * Whoever changes a tenant tells its object. News that got lost on the way is found by the next reading: after so long it
 * runs beside the request that prompts it (contract §12 gives a change 2 s), after a longer pause the request waits.
 */
const freshMs = 2000
const staleMs = 10_000
/** A control store that hangs must not hold up a tenant that is known. */
const patienceMs = 1000

export function createServed(options: ServedOptions): Served {
  const { tenant, control, log, kept } = options
  const { now, wait } = options.ports
  let actor: Actor | undefined
  let standing: Standing | undefined
  let isCertain = false
  let readAt = Number.NEGATIVE_INFINITY
  let last: Promise<void> = Promise.resolve()
  let starting: Promise<void> | undefined

  const compile = async (bundle: Bundle): Promise<Actor | undefined> => {
    const { document, problems, problemAt } = await readBundle(tenant, bundle)
    try {
      if (document !== undefined) return await options.compile(document)
    } catch (error) {
      const { path, message } = clauseFault(error)
      log.error({ tenant, reason: printProblem(problemAt(path, message)) }, 'tenant document refused')
    }
    // It was checked before it was put in force: only a newer gateway can think otherwise.
    for (const problem of problems) log.error({ tenant, reason: printProblem(problem) }, 'tenant document refused')
    return undefined
  }

  const takeIn = async (next: Standing): Promise<void> => {
    if (standing === undefined || standing.version !== next.version)
      actor = next.bundle === null ? undefined : await compile(next.bundle)
    standing = next
  }

  const read = async (): Promise<void> => {
    readAt = now()
    try {
      const before = standing
      const next = await readStanding(tenant, control, before)
      isCertain = true
      await takeIn(next)
      if (before?.version === next.version && before.suspended === next.suspended) return
      kept.write(next.bundle === null ? undefined : next)
    } catch (error) {
      isCertain = false
      throw error
    }
  }

  /** One after the other: a reading that began before a change must not end after the one that saw it. */
  const refresh = (): Promise<void> => {
    last = last.catch(() => {}).then(read)
    return last
  }

  const first = async (): Promise<void> => {
    try {
      await refresh()
    } catch (cause) {
      const known = kept.read()
      if (known === undefined) throw unreadable(cause)
      sayUnread(cause)
      await takeIn(known)
    }
  }
  const sayUnread = (error: unknown): void =>
    log.warn({ tenant, reason: reasonOf(error) }, 'the registry cannot be read: the tenant is served as it was')

  /** Resolves at the latest when patience ends. */
  const soon = async (reading: Promise<void>): Promise<void> => {
    const over = new AbortController()
    await Promise.race([reading, wait(patienceMs, over.signal).catch(() => {})])
    over.abort()
  }

  const known = (): Known => ({ actor, standing, isCertain })
  return {
    async current() {
      const ageMs = now() - readAt
      if (standing === undefined) {
        // Within one object a promise may be shared: many requests at a cold one are one reading.
        starting ??= first().finally(() => {
          starting = undefined
        })
        await starting
      } else if (ageMs > freshMs) {
        const reading = refresh().catch(sayUnread)
        if (ageMs > staleMs) await soon(reading)
        options.background(reading)
      }
      return known()
    },
    known,
    refresh,
    reset() {
      actor = undefined
      standing = undefined
      readAt = Number.NEGATIVE_INFINITY
    },
  }
}

/** The texts are asked for only when their version is not the one at hand. */
async function readStanding(
  tenant: string,
  { documents, suspension }: ServedOptions['control'],
  before: Standing | undefined,
): Promise<Standing> {
  const isKnown = before === undefined ? undefined : documents.versions([tenant])
  const [versions, stopped] = await Promise.all([isKnown, suspension(tenant)])
  const suspended = stopped !== undefined
  if (before !== undefined && versions !== undefined && (versions.get(tenant) ?? null) === before.version)
    return { ...before, suspended }
  const document = await documents.current(tenant)
  if (document === undefined) return { version: null, bundle: null, suspended }
  const { version, file, templates } = document
  return { version, bundle: { file, templates }, suspended }
}

/** Also what a wrong credential is told while the registry is away: else known tenants could be told from others. */
export const unreadable = (cause?: unknown): ScimError =>
  new ScimError(503, 'the registry of tenants cannot be read: try again', { retryAfter: '1', cause })
