import type { Control } from '../store/control.ts'
import type { UsageRollups } from '../store/usage-rollups.ts'
import type { BundleCheck } from '../tenant/bundle-check.ts'
import type { Probed } from '../tenant/probed.ts'
import type { TenantDocument } from '../tenant/schema.ts'
import type { DocumentStanding } from '../tenant/summary.ts'
import type { UnfitCount } from '../view/unfit.ts'
import type { TenantRecords } from './records.ts'

export interface TenantDirectory {
  /** Every tenant that has a document, broken ones included. */
  list(): Promise<readonly DocumentStanding[]>
  /** One tenant, without loading the others; `id` may be any text. */
  find(id: string): Promise<DocumentStanding | undefined>
  /** A tenant's document as it is in force; undefined when there is none. `id` may be any text. */
  document(id: string): Promise<TenantDocument | undefined>
}

/** Usage of all tenants at once. */
export interface UsageOfAll {
  /** Resolves when the overview has what was used until now, or as much of it as this home can have there at once. */
  settle(): Promise<void>
  readonly overview: UsageRollups['overview']
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
  /** Checks a tenant's texts as this gateway would take them in, hosts of all other tenants included. */
  readonly check: BundleCheck
  /** Whether the tenant is a file in a folder of this gateway's, so that nothing can be applied over it. */
  isFile(id: string): Promise<boolean>
  readonly records: TenantRecords
  /** The upstream values that fitted no pattern of a tenant's rules; absent where no gateway serves. */
  unfit?(tenant: string): Promise<readonly UnfitCount[]>
  /** Looks at a tenant's upstream; undefined where no good document of the tenant is in force. `tenant` may be any text. */
  probe(tenant: string): Promise<Probed | undefined>
  readonly usage: UsageOfAll
  readonly control: Pick<
    Control,
    | 'documents'
    | 'suspensions'
    | 'suspend'
    | 'resume'
    | 'record'
    | 'entries'
    | 'announce'
    | 'suspension'
    | 'departures'
    | 'usage'
  >
}
