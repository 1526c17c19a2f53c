import { reasonOf } from '../log.ts'
import type { Log } from '../ports.ts'
import { ScimError } from '../scim/error.ts'
import type { Control } from '../store/control.ts'
import type { Actor } from '../tenant/actor.ts'
import { type Bundle, readBundle } from '../tenant/bundle.ts'
import { clauseFault } from '../tenant/document-fault.ts'
import { printProblem } from '../tenant/position.ts'
import type { TenantDocument } from '../tenant/schema.ts'

/** What the registry says of the tenant. A document of null: it has none in force. */
export interface Standing {
  readonly number: number
  readonly bundle: Bundle | null
  readonly suspended: boolean
}

export interface ServedOptions {
  readonly tenant: string
  readonly control: Pick<Control, 'documents' | 'suspension'>
  now(): number
  readonly log: Log
  /** Makes the tenant of its document. @throws what is wrong with a clause. */
  compile(document: TenantDocument): Promise<Actor>
  /** The standing that was last read: it serves while the registry cannot be read. */
  readonly kept: { read(): Standing | undefined; write(standing: Standing | undefined): void }
  /** Lets work end that no request waits for. */
  background(work: Promise<unknown>): void
}

/** A tenant as its own object serves it. */
export interface Served {
  /** The tenant as it stands; undefined when no good document of it is in force. @throws ScimError 503 */
  current(): Promise<Actor | undefined>
  /** As it was last read; asks nobody. */
  known(): { readonly actor: Actor | undefined; readonly suspended: boolean }
  /** Reads the registry anew, whatever was read before. @throws what the registry threw. */
  refresh(): Promise<void>
}

/**
 * Whoever changes a tenant tells its object. News that got lost on the way is found by the reading after so long, which
 * runs beside the request that prompts it: contract §12 gives a change 2 s.
 */
const freshMs = 2000

export function createServed(options: ServedOptions): Served {
  const { tenant, control, now, log, kept } = options
  let actor: Actor | undefined
  let standing: Standing | undefined
  let readAt = Number.NEGATIVE_INFINITY
  let last: Promise<void> = Promise.resolve()

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
    const isNew = standing?.number !== next.number
    if (isNew) actor = next.bundle === null ? undefined : await compile(next.bundle)
    standing = next
  }

  const read = async (): Promise<void> => {
    const [document, suspension] = await Promise.all([control.documents.current(tenant), control.suspension(tenant)])
    const suspended = suspension !== undefined
    const bundle = document === undefined ? null : { file: document.file, templates: document.templates }
    const next = { number: document?.number ?? 0, bundle, suspended }
    const isNew = standing?.number !== next.number || standing.suspended !== suspended
    await takeIn(next)
    readAt = now()
    if (isNew) kept.write(bundle === null ? undefined : next)
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
      if (known === undefined) {
        throw new ScimError(503, 'the registry of tenants cannot be read: try again', { retryAfter: '1', cause })
      }
      log.warn({ tenant, reason: reasonOf(cause) }, 'the registry cannot be read: the tenant is served as it was')
      await takeIn(known)
    }
  }

  return {
    async current() {
      if (standing === undefined) await first()
      else if (now() - readAt > freshMs) {
        readAt = now()
        const quietly = refresh().catch((error: unknown) => {
          log.warn({ tenant, reason: reasonOf(error) }, 'the registry cannot be read: the tenant is served as it was')
        })
        options.background(quietly)
      }
      return actor
    },
    known: () => ({ actor, suspended: standing?.suspended ?? false }),
    refresh,
  }
}
