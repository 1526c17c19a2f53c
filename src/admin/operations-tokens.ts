import type { Scope } from '../auth/principal.ts'
import { mintToken } from '../auth/token.ts'
import type { CredentialRow } from '../store/credentials.ts'
import { departedReason } from '../store/departures.ts'
import type { AdminDependencies } from './dependencies.ts'
import { recordOf, requireTenant } from './operations-tenants.ts'
import type { Operator } from './operator.ts'
import { type FieldFault, invalid, notFound, Problem } from './problem.ts'
import { parseScope, printScope } from './scope.ts'
import { parseExpiry, rfc3339, rfc3339OrNull } from './time.ts'

/** What an operator asks of a new token, in the operator's own words; nothing of it is checked yet. */
export interface Minting {
  readonly label?: string | null | undefined
  /** RFC 3339, or a time from now: `30d`, `12h`, `15m`, `5s`. Absent or null: never. */
  readonly expires?: string | null | undefined
  /** `read|write[:User,Group]`. Absent: `write`. */
  readonly scope?: string | undefined
}

/** The only place where a token is ever shown (contract §9). */
export interface MintedTokenView {
  readonly id: string
  readonly tenant: string
  readonly token: string
  readonly label: string | null
  readonly expiresAt: string | null
}

export interface TokenView {
  readonly id: string
  readonly tenant: string
  readonly label: string | null
  readonly scope: string
  readonly createdAt: string
  readonly createdBy: string | null
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

function checkMinting(minting: Minting, now: number): { scope: Scope; expiresAt: number | null } {
  const faults: FieldFault[] = []
  const expires = minting.expires ?? undefined
  const expiresAt = expires === undefined ? null : parseExpiry(expires, now)
  if (expiresAt === undefined) {
    faults.push({
      field: 'expires',
      detail: 'must be RFC 3339 (2027-01-31T00:00:00Z), or a time from now (30d, 12h, 5s)',
    })
  } else if (expiresAt !== null && expiresAt <= now) {
    faults.push({ field: 'expires', detail: 'must lie in the future' })
  }
  const scope = parseScope(minting.scope ?? 'write')
  if (scope === undefined) {
    faults.push({ field: 'scope', detail: 'must be read or write, perhaps with resource types: write:User,Group' })
  }
  if (scope === undefined || expiresAt === undefined || faults.length > 0) throw invalid(faults)
  return { scope, expiresAt }
}

/** Makes a credential for the tenant's clients. @throws Problem 404, 400 */
export async function mintCredential(
  admin: AdminDependencies,
  operator: Operator,
  tenant: string,
  minting: Minting,
): Promise<MintedTokenView> {
  await requireTenant(admin, tenant)
  await requireInForce(admin, tenant)
  const createdAt = admin.now()
  const { scope, expiresAt } = checkMinting(minting, createdAt)
  const label = minting.label ?? null
  const id = admin.newId()
  const { token, hash } = mintToken(tenant, (count) => admin.randomBytes(count))
  // Written down before it is done: an audit log may name a mint that failed, but never miss one.
  const details = { token: id, scope: printScope(scope), ...(label === null ? {} : { label }) }
  await admin.control.record({ operator: operator.name, action: 'token.mint', tenant, details })
  await admin.records.of(tenant).addCredential({
    id,
    label,
    hash,
    access: scope.access,
    resourceTypes: scope.resourceTypes ?? null,
    createdAt,
    createdBy: operator.name,
    expiresAt,
  })
  await admin.control.announce(tenant)
  return { id, tenant, token, label, expiresAt: rfc3339OrNull(expiresAt) }
}

/** What is done to records that were exported counts nowhere. @throws Problem 409 */
async function requireInForce(admin: AdminDependencies, tenant: string): Promise<void> {
  if ((await admin.control.suspension(tenant))?.reason !== departedReason) return
  throw new Problem(409, `the records of ${tenant} were exported: do it on the gateway that serves it now`)
}

const tokenView = (tenant: string, row: CredentialRow): TokenView => ({
  id: row.id,
  tenant,
  label: row.label,
  scope: printScope({
    access: row.access,
    ...(row.resourceTypes === null ? {} : { resourceTypes: row.resourceTypes }),
  }),
  createdAt: rfc3339(row.createdAt),
  createdBy: row.createdBy,
  expiresAt: rfc3339OrNull(row.expiresAt),
  lastUsedAt: rfc3339OrNull(row.lastUsedAt),
  revokedAt: rfc3339OrNull(row.revokedAt),
})

/** Every credential of the tenant, oldest first, revoked and expired ones too; never a token or its hash. @throws Problem 404 */
export async function listCredentials(admin: AdminDependencies, tenant: string): Promise<TokenView[]> {
  const rows = await (await recordOf(admin, tenant)).credentials()
  return rows.map((row) => tokenView(tenant, row))
}

/** Ends a credential from the next request on. Revoking again changes nothing. @throws Problem 404 */
export async function revokeCredential(
  admin: AdminDependencies,
  operator: Operator,
  tenant: string,
  id: string,
): Promise<void> {
  const record = await recordOf(admin, tenant)
  await requireInForce(admin, tenant)
  const stored = (await record.credentials()).find((row) => row.id === id)
  if (stored === undefined) throw notFound(`tenant ${tenant} has no token ${id}`)
  if (stored.revokedAt === null) {
    await admin.control.record({ operator: operator.name, action: 'token.revoke', tenant, details: { token: id } })
    await record.revokeCredential(id, admin.now())
  }
  // Announced also when it was revoked before: whoever died between the two is made good by asking again.
  await admin.control.announce(tenant)
}
