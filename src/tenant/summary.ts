import type { DocumentSummary } from '../store/control-tables.ts'
import type { Problem } from './position.ts'
import type { TenantState } from './registry-entry.ts'
import type { TenantDocument } from './schema.ts'

/** Only some kinds of upstream have a URL. */
const urlOf = (upstream: object): string | null =>
  'url' in upstream && typeof upstream.url === 'string' ? upstream.url : null

/** What lists show of a tenant: nothing of it is looked up again in the document. */
export const summaryOf = ({ name, status, upstream, frontDoor }: TenantDocument): DocumentSummary => ({
  name,
  status,
  upstream: { kind: upstream.kind, url: urlOf(upstream) },
  hosts: frontDoor.hosts,
})

/** How one tenant's document stands, as operators are told. */
export interface DocumentStanding {
  readonly id: string
  /** Of the version that serves; absent when none could ever be loaded. */
  readonly summary?: DocumentSummary
  /** A hash of the texts that the serving version was made of. */
  readonly version?: string
  /** What is wrong with the document now, though the last good version may still serve. */
  readonly problems: readonly Problem[]
}

export const standingOf = ({ id, document, version, problems }: Omit<TenantState, 'file'>): DocumentStanding => ({
  id,
  problems,
  ...(document === undefined ? {} : { summary: summaryOf(document) }),
  ...(version === undefined ? {} : { version }),
})
