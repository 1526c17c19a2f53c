import type { Control } from '../store/control.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { Problem } from '../tenant/position.ts'
import type { TenantDocument } from '../tenant/schema.ts'

/** What the tenant files say of one tenant. */
export interface TenantEntry {
  readonly id: string
  /** The version that serves; absent when none could ever be loaded. */
  readonly document?: TenantDocument
  /** What is wrong with the file now, though the last good version may still serve. */
  readonly problems: readonly Problem[]
}

export interface TenantDirectory {
  /** Every tenant that has a file, broken ones included. */
  list(): Promise<readonly TenantEntry[]>
  /** One tenant, without loading the others; `id` may be any text. */
  find(id: string): Promise<TenantEntry | undefined>
}

/** The tenants' own databases, each named first (house rule 3). */
export interface TenantRecords {
  /** The tenants that have a database, whether or not they still have a file. */
  tenants(): Promise<readonly string[]>
  /** Whether this tenant has a database. `tenant` may be any text. */
  exists(tenant: string): boolean
  /** Runs `work` on the tenant's database, which is made if there is none; `work` never awaits. */
  use<Result>(tenant: string, work: (queries: TenantQueries) => Result): Result
  /** Resolves when every durable ledger row of the tenant, or of all, is in its database. */
  flush(tenant: string | 'all'): Promise<void>
}

/** What the use-cases need of whoever runs them. */
export interface AdminDependencies {
  /** Milliseconds since the epoch. */
  now(): number
  newId(): string
  randomBytes(count: number): Uint8Array
  /** Lets other work in during a walk over all tenants. */
  wait(waitMs: number): Promise<void>
  readonly tenants: TenantDirectory
  readonly records: TenantRecords
  readonly control: Pick<Control, 'suspensions' | 'suspend' | 'resume' | 'record' | 'entries' | 'announce'>
}
