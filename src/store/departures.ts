import { and, eq, type SQL, sql } from 'drizzle-orm'
import { announceChange, type ControlStorage, logEntry } from './control-storage.ts'
import { documents, suspensions } from './control-tables.ts'

/**
 * The suspension of a tenant whose records were exported. Its gateway lets no call of it begin, since that would be in
 * these records only, and the exported ones are in force. `tenant resume` takes it back, as any suspension.
 */
export const departedReason = 'its records were exported to another gateway'

type Suspended = Readonly<typeof suspensions.$inferSelect>

/** A tenant's going away from this control store's gateways. */
export interface Departures {
  /** Suspends the tenant for good, logs who did it and announces it, in one unit. */
  depart(tenant: string, operator: string): Promise<void>
  /** Takes `depart` back: the suspension is again what it was before. */
  stay(tenant: string, operator: string, before: Suspended | undefined): Promise<void>
  /** The tenant's records have come: it has not departed (any more). Logged and announced. */
  arrive(tenant: string, operator: string, details: Readonly<Record<string, string>>): Promise<void>
  /** Drops what is kept of a tenant whose records were erased, its documents too; logs and announces it, in one unit. */
  forget(tenant: string, operator: string, details: Readonly<Record<string, string>>): Promise<void>
}

export function createDepartures(storage: ControlStorage, now: () => number): Departures {
  const { db, atomic } = storage
  return {
    depart: (tenant, operator) => {
      const row = { operator, at: now(), reason: departedReason }
      return atomic([
        db
          .insert(suspensions)
          .values({ tenant, ...row })
          .onConflictDoUpdate({ target: suspensions.tenant, set: row }),
        logEntry(storage, now(), { operator, action: 'tenant.export', tenant, details: {} }),
        announceChange(storage, tenant),
      ])
    },
    stay: (tenant, operator, before) =>
      atomic([
        db.delete(suspensions).where(eq(suspensions.tenant, tenant)),
        ...(before === undefined ? [] : [db.insert(suspensions).values(before)]),
        logEntry(storage, now(), { operator, action: 'tenant.export-failed', tenant, details: {} }),
        announceChange(storage, tenant),
      ]),
    arrive: (tenant, operator, details) =>
      atomic([
        db.delete(suspensions).where(and(eq(suspensions.tenant, tenant), eq(suspensions.reason, departedReason))),
        logEntry(storage, now(), { operator, action: 'tenant.import', tenant, details }),
        announceChange(storage, tenant),
      ]),
    forget: (tenant, operator, details) =>
      atomic([
        db.delete(suspensions).where(eq(suspensions.tenant, tenant)),
        // Not of a tenant that was applied anew in between: that one begins.
        db.delete(documents).where(and(eq(documents.tenant, tenant), sql`${latestAction(tenant)} = 'remove'`)),
        logEntry(storage, now(), { operator, action: 'tenant.erased', tenant, details }),
        announceChange(storage, tenant),
      ]),
  }
}

const latestAction = (tenant: string): SQL =>
  sql`(select action from documents where tenant = ${tenant} order by number desc limit 1)`
