import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Ledger } from '../ledger/ledger.ts'
import type { Ports } from '../ports.ts'
import { compileRules } from '../rules/compile.ts'
import type { TenantQueries } from '../store/queries.ts'
import type { TenantStorage } from '../store/storage.ts'
import type { OpenCall } from '../upstream/background.ts'
import { createDirectory } from '../upstream/directory/directory.ts'
import { timeoutMsOf } from '../upstream/scim/clause.ts'
import { createScimUpstream } from '../upstream/scim/scim.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { compileAllow, compileScope } from '../view/clause.ts'
import type { ViewClauses } from '../view/type-view.ts'
import type { UnfitCount } from '../view/unfit.ts'
import { createView } from '../view/view.ts'
import type { TenantDocument } from './schema.ts'
import { resolveSecret, type SecretReader } from './secret.ts'

export interface UpstreamParts {
  readonly document: TenantDocument
  readonly ledger: Ledger
  readonly storage: TenantStorage<TenantQueries>
  readonly ports: Ports
  readonly secrets: SecretReader
}

export interface MadeUpstream {
  readonly upstream: Upstream
  /** The deadline of a whole client request. */
  readonly timeoutMs: number
  /** The upstream values that fit no pattern of the rules; absent where there are none. */
  readonly unfit?: () => readonly UnfitCount[]
}

/** The built-in directory answers in milliseconds; this bounds a scan of a very large one. */
const directoryTimeoutMs = 20_000

/** Makes a tenant's upstream from its clause, one function a kind, and the client view over it where there is one. */
export function makeUpstream(parts: UpstreamParts): MadeUpstream {
  const made = bareUpstream(parts)
  const clauses = viewClauses(parts.document)
  if (clauses === undefined) return made
  const { id: tenant, frontDoor } = parts.document
  const { ports } = parts
  const view = createView({ tenant, upstream: made.upstream, dialect: frontDoor.dialect, ports, ...clauses })
  return { ...made, upstream: view, unfit: view.unfit }
}

function bareUpstream({ document, ledger, storage, ports, secrets }: UpstreamParts): MadeUpstream {
  const { id: tenant, upstream: clause } = document
  const { dialect } = document.frontDoor
  if (clause.kind === 'directory') {
    const resources: TenantStorage<TenantQueries['resources']> = {
      use: (work) => storage.use((queries) => work(queries.resources)),
    }
    return { upstream: createDirectory({ tenant, clause, resources, ports, dialect }), timeoutMs: directoryTimeoutMs }
  }
  const secret = (reference: Parameters<typeof resolveSecret>[0]) => resolveSecret(reference, secrets)
  const openCall: OpenCall = (operation) => ledger.open({ ...nobody, operation })
  return {
    upstream: createScimUpstream({ tenant, clause, secret, ports, openCall, dialect }),
    timeoutMs: timeoutMsOf(clause),
  }
}

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

/** The opening of a call that no client made. */
const nobody = {
  credential: null,
  clientAddress: null,
  userAgent: null,
  clientRequestId: null,
  method: 'POST',
  resourceType: null,
  resourceId: null,
  bytesIn: 0,
}
