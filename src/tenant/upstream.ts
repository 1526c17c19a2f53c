import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { createPlanned } from '../planned/planned.ts'
import { compileRules } from '../rules/compile.ts'
import { cursorKey } from '../upstream/directory/cursor-key.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { compileAllow, compileScope } from '../view/clause.ts'
import type { ViewClauses } from '../view/type-view.ts'
import type { UnfitCount } from '../view/unfit.ts'
import { createView } from '../view/view.ts'
import { type Probed, probeUpstream } from './probed.ts'
import type { TenantDocument } from './schema.ts'
import { bareUpstream, openCallOf, planningOf, type UpstreamParts } from './upstream-bare.ts'

export interface MadeUpstream {
  readonly upstream: Upstream
  /** The deadline of a whole client request. */
  readonly timeoutMs: number
  /** The upstream values that fit no pattern of the rules; absent where there are none. */
  readonly unfit?: () => readonly UnfitCount[]
  /** Looks at the upstream, by a call of the ledger's. */
  readonly probe: () => Promise<Probed>
}

/** Makes a tenant's upstream from its clause, one function a kind, and the client view over it where there is one. */
export function makeUpstream(parts: UpstreamParts): MadeUpstream {
  const { id: tenant, frontDoor } = parts.document
  const { ports } = parts
  const { dialect } = frontDoor
  const planning = planningOf(parts.document)
  const bare = bareUpstream(parts, planning)
  const openCall = openCallOf(parts.ledger)
  const made = {
    timeoutMs: bare.timeoutMs,
    upstream: createPlanned({
      tenant,
      upstream: bare.upstream,
      ...planning,
      dialect,
      ports,
      cursorKey: cursorKeyOf(parts),
    }),
    probe: () => probeUpstream({ ...bare, openCall, planning, ports }),
  }
  const clauses = viewClauses(parts.document)
  if (clauses === undefined) return made
  const view = createView({ tenant, upstream: made.upstream, dialect: frontDoor.dialect, ports, ...clauses })
  return { ...made, upstream: view, unfit: view.unfit }
}

/** Kept beside the tenant's records, so that a restart breaks no walk. */
const cursorKeyOf =
  ({ storage, ports }: UpstreamParts) =>
  (): Uint8Array =>
    storage.use((queries) => cursorKey(queries.resources, ports))

/** What of a document makes a view; undefined where clients see the upstream as it is. */
export function viewClauses({ rules, scope, allow, onDelete = 'delete' }: TenantDocument): ViewClauses | undefined {
  if (rules === undefined && scope === undefined && allow === undefined && onDelete === 'delete') return undefined
  return {
    rulesVersion: rules === undefined ? '' : versionOf(rules),
    onDelete,
    ...(rules === undefined ? {} : { rules: compileRules(rules) }),
    ...(scope === undefined ? {} : { scope: compileScope(scope) }),
    ...(allow === undefined ? {} : { allow: compileAllow(allow) }),
  }
}

/** 32 bits tell the versions apart that one tenant's clients may have heard of. */
const versionOf = (rules: NonNullable<TenantDocument['rules']>): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify(rules)))).slice(0, 8)
