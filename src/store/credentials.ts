import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { TenantDatabase } from './storage.ts'
import { credentials } from './tables/credentials.ts'

/** A credential as it is kept. `hash` must not leave the gateway. */
export type CredentialRow = Readonly<typeof credentials.$inferSelect>
export type NewCredential = Omit<CredentialRow, 'revokedAt' | 'lastUsedAt'>

/** A tenant's credentials. Times are in ms since the epoch. */
export interface CredentialQueries {
  insert(credential: NewCredential): void
  /** All of them, revoked and expired ones too, oldest first. */
  list(): CredentialRow[]
  /** Those that a client may use at this moment. */
  live(at: number): CredentialRow[]
  /** False: there is no such credential. Revoking again keeps the first time. */
  revoke(id: string, at: number): boolean
}

export function credentialQueries(db: TenantDatabase): CredentialQueries {
  return {
    insert: (credential) => {
      db.insert(credentials).values(credential).run()
    },
    list: () => db.select().from(credentials).orderBy(asc(credentials.createdAt), asc(credentials.id)).all(),
    live: (at) =>
      db
        .select()
        .from(credentials)
        .where(and(isNull(credentials.revokedAt), or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at))))
        .orderBy(asc(credentials.createdAt), asc(credentials.id))
        .all(),
    revoke: (id, at) =>
      db
        .update(credentials)
        .set({ revokedAt: sql`coalesce(${credentials.revokedAt}, ${at})` })
        .where(eq(credentials.id, id))
        .returning({ id: credentials.id })
        .all().length > 0,
  }
}
