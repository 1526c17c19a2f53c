import type { Control } from '../store/control.ts'
import type { DocumentStanding } from '../tenant/summary.ts'
import type { TenantRecords } from './records.ts'

export interface TenantDirectory {
  /** Every tenant that has a document, broken ones included. */
  list(): Promise<readonly DocumentStanding[]>
  /** One tenant, without loading the others; `id` may be any text. */
  find(id: string): Promise<DocumentStanding | undefined>
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
