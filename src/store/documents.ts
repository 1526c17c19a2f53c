import { and, desc, eq, inArray, max, type SQL, sql } from 'drizzle-orm'
import { announceChange, type ControlStatement, type ControlStorage, logEntry } from './control-storage.ts'
import { type DocumentSummary, documentHosts, documents } from './control-tables.ts'
import { isTakenIn } from './violation.ts'

type Row = Readonly<typeof documents.$inferSelect>

/** One change of a tenant's document, without its texts. `version` is null for a removal. Times are in ms since the epoch. */
export type DocumentVersion = Pick<Row, 'number' | 'at' | 'operator' | 'action' | 'version'>

/** A document in force, without its texts. */
export interface AppliedTenant extends Pick<Row, 'tenant' | 'number' | 'at' | 'operator' | 'action'> {
  readonly version: string
  readonly summary: DocumentSummary
}

/** A tenant's own file and every template in its `extends` chain, as they were written. */
export interface AppliedDocument extends AppliedTenant {
  readonly file: string
  readonly templates: Readonly<Record<string, string>>
}

export interface LatestDocument {
  readonly number: number
  readonly current: AppliedDocument | undefined
}

export interface NewDocument {
  readonly tenant: string
  /** One more than the number that was read last (`latest`): whoever read the same number comes too late. */
  readonly number: number
  readonly operator: string
  readonly action: 'apply' | 'rollback'
  readonly version: string
  readonly file: string
  readonly templates: Readonly<Record<string, string>>
  /** Its `hosts` are those that the tenant holds from now on; in lower case, without ports. */
  readonly summary: DocumentSummary
  /** For the operator log, beside the version and the number. */
  readonly details?: Readonly<Record<string, string>>
}

export type DocumentRemoval = Pick<NewDocument, 'tenant' | 'number' | 'operator' | 'details'>

/** Somebody else changed the tenant's document in the meantime: read it again. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
}

/** Another tenant holds one of the hosts: `holders` says who. */
export class HostTaken extends Error {
  override readonly name = 'HostTaken'
}

/** Documents that came through the admin API: every version, and which one is in force. */
export interface Documents {
  /** The document in force, with its texts. */
  current(tenant: string): Promise<AppliedDocument | undefined>
  /** The same with the number of the latest change, a removal included, in one look; 0 when there was none ever. */
  latest(tenant: string): Promise<LatestDocument>
  /** The versions of these tenants that are in force, null where one was removed; who never had one is absent. */
  versions(tenants: readonly string[]): Promise<ReadonlyMap<string, string | null>>
  /** Every tenant that has a history, removed ones included, by id. */
  tenants(): Promise<readonly string[]>
  /** Every document in force, by tenant. */
  list(): Promise<readonly AppliedTenant[]>
  /** Newest first, removals included. */
  history(tenant: string): Promise<readonly DocumentVersion[]>
  /** One version, with its texts; undefined when there is none of that number, or it is a removal. */
  at(tenant: string, number: number): Promise<AppliedDocument | undefined>
  /** Puts a version in force, logs and announces it, in one unit. @throws Conflict, HostTaken */
  put(document: NewDocument): Promise<void>
  /** Ends the document's service likewise; what it was stays. @throws Conflict */
  remove(removal: DocumentRemoval): Promise<void>
  /** Which tenant holds which of these hosts (in lower case, without ports); free ones are absent. */
  holders(hosts: readonly string[]): Promise<ReadonlyMap<string, string>>
}

const { tenant: owner, number, at, operator, action, version, summary } = documents
const columns = { tenant: owner, number, at, operator, action, version, summary }

export function createDocuments(storage: ControlStorage, now: () => number): Documents {
  const { db } = storage
  const newest = async (condition: SQL | undefined): Promise<Row | undefined> => {
    const query = db.select().from(documents).where(condition).orderBy(desc(number)).limit(1)
    return (await query).at(0)
  }
  // The numbers come from the key's index alone: no old version's texts are read.
  const latestOf = (condition: SQL | undefined) =>
    db
      .select({ tenant: owner, last: max(number).as('last') })
      .from(documents)
      .where(condition)
      .groupBy(owner)
      .as('latest')
  const isLatest = (latest: ReturnType<typeof latestOf>) => and(eq(owner, latest.tenant), eq(number, latest.last))
  return {
    current: async (tenant) => documentOf(await newest(eq(owner, tenant))),
    at: async (tenant, wanted) => documentOf(await newest(and(eq(owner, tenant), eq(number, wanted)))),
    latest: async (tenant) => {
      const row = await newest(eq(owner, tenant))
      return { number: row?.number ?? 0, current: documentOf(row) }
    },
    versions: async (tenants) => {
      const latest = latestOf(inArray(owner, listed(tenants)))
      const rows = await db.select({ tenant: owner, version }).from(latest).innerJoin(documents, isLatest(latest))
      return new Map(rows.map((row) => [row.tenant, row.version]))
    },
    tenants: async () => {
      const rows = await db.selectDistinct({ tenant: owner }).from(documents).orderBy(owner)
      return rows.map(({ tenant }) => tenant)
    },
    list: async () => {
      const latest = latestOf(undefined)
      const rows = await db.select(columns).from(latest).innerJoin(documents, isLatest(latest)).orderBy(owner)
      return rows.flatMap(tenantOf)
    },
    history: async (tenant) =>
      await db
        .select({ number, at, operator, action, version })
        .from(documents)
        .where(eq(owner, tenant))
        .orderBy(desc(number)),
    put: (document) => commit(storage, putting(storage, now(), document)),
    remove: (removal) => commit(storage, removing(storage, now(), removal)),
    holders: async (hosts) => {
      const rows = await db
        .select()
        .from(documentHosts)
        .where(inArray(documentHosts.host, listed(hosts)))
      return new Map(rows.map((row) => [row.host, row.tenant]))
    },
  }
}

/** One parameter however many texts: D1 takes a hundred a statement. */
const listed = (texts: readonly string[]): SQL => sql`(select value from json_each(${JSON.stringify(texts)}))`

const tenantOf = (row: Pick<Row, keyof typeof columns>): AppliedTenant[] =>
  row.version === null || row.summary === null ? [] : [{ ...row, version: row.version, summary: row.summary }]

const documentOf = (row: Row | undefined): AppliedDocument | undefined =>
  row === undefined || row.version === null || row.file === null || row.summary === null
    ? undefined
    : { ...row, version: row.version, summary: row.summary, file: row.file, templates: row.templates ?? {} }

function putting(storage: ControlStorage, at: number, { details, ...document }: NewDocument): ControlStatement[] {
  const { db } = storage
  const { tenant, operator, action, summary } = document
  const hosts = sql`select distinct value, ${tenant} from json_each(${JSON.stringify(summary.hosts)}) where true`
  return [
    db.insert(documents).values({ ...document, at }),
    db.delete(documentHosts).where(eq(documentHosts.tenant, tenant)),
    db.insert(documentHosts).select(hosts),
    logEntry(storage, at, {
      operator,
      action: `tenant.${action}`,
      tenant,
      details: { number: String(document.number), version: document.version, ...details },
    }),
    announceChange(storage, tenant),
  ]
}

function removing(storage: ControlStorage, at: number, { details, ...removal }: DocumentRemoval): ControlStatement[] {
  const { db } = storage
  const { tenant, operator } = removal
  return [
    db.insert(documents).values({ ...removal, at, action: 'remove' }),
    db.delete(documentHosts).where(eq(documentHosts.tenant, tenant)),
    logEntry(storage, at, {
      operator,
      action: 'tenant.remove',
      tenant,
      details: { number: String(removal.number), ...details },
    }),
    announceChange(storage, tenant),
  ]
}

async function commit({ atomic }: ControlStorage, statements: readonly ControlStatement[]): Promise<void> {
  try {
    await atomic(statements)
  } catch (error) {
    if (isTakenIn('documents', error)) throw new Conflict('somebody else changed this tenant at the same time')
    if (isTakenIn('document_hosts', error)) throw new HostTaken('another tenant holds one of these hosts')
    throw error
  }
}
