import { z } from '@hono/zod-openapi'

// What the admin API answers. It follows contract §9, "Shapes that scripts rely on".

export const time = z.iso.datetime().openapi({ example: '2026-11-21T09:30:00.000Z', description: 'RFC 3339, in UTC' })
export const count = z.int().min(0)
/** SCIM's own words, which are no concern of this API's. */
export const anyObject = z.record(z.string(), z.unknown()).openapi({ type: 'object', additionalProperties: true })

export const problemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem document' })

const fault = z
  .object({
    file: z.string(),
    line: z.int().min(1),
    column: z.int().min(1),
    path: z.string().openapi({ description: 'the clause; empty where the message concerns the whole file' }),
    message: z.string(),
  })
  .openapi('TenantFault')

const suspension = z
  .object({ operator: z.string(), at: time, reason: z.string().nullable() })
  .openapi('Suspension', { description: 'by an operator; a tenant file can suspend its tenant, too' })

export const unfitCount = z
  .object({
    rule: z.string().openapi({ example: 'rules.User[3]' }),
    place: z.string().openapi({ description: "the upstream's attributes" }),
    count,
  })
  .openapi('UnfitCount')

export const tenantBody = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(['active', 'suspended', 'broken', 'removed']).openapi({
      description: '`broken`: no version of the file could be loaded. `removed`: the file is gone, the ledger is kept.',
    }),
    suspendedBy: z.enum(['file', 'operator']).nullable(),
    suspension: suspension.nullable(),
    upstream: z.object({ kind: z.string(), url: z.string().nullable() }).nullable(),
    hosts: z.array(z.string()).readonly(),
    version: z.string().nullable().openapi({ description: 'a hash of the texts that the serving version was made of' }),
    faults: z.array(fault).readonly().openapi({ description: 'what is wrong with the file now' }),
    unfit: z.array(unfitCount).readonly().optional().openapi({
      description:
        'of one tenant that a gateway serves: upstream values that fitted no pattern, counted since its rules were taken in',
    }),
  })
  .openapi('Tenant')

export const tenantListBody = z.object({ tenants: z.array(tenantBody) }).openapi('TenantList')

const bundle = z
  .object({ file: z.string(), templates: z.record(z.string(), z.string()) })
  .openapi('Bundle', { description: 'a tenant file and every template in its `extends` chain, as they were written' })

export const appliedBody = z
  .object({
    id: z.string(),
    version: z.string().openapi({ description: 'a hash of the texts that were sent' }),
    previousVersion: z.string().nullable(),
    changed: z.boolean().openapi({ description: 'false: these texts were in force already' }),
    dryRun: z.boolean(),
    number: z.int().nullable().openapi({ description: "the version's number in the history; null in a dry run" }),
    previous: bundle.nullable(),
    warnings: z.array(fault).openapi({ description: 'what does not keep the tenant from serving' }),
  })
  .openapi('Applied')

export const historyBody = z
  .object({
    versions: z.array(
      z
        .object({
          number: z.int().min(1),
          version: z.string().nullable().openapi({ description: 'null for a removal' }),
          at: time,
          operator: z.string(),
          action: z.enum(['apply', 'rollback', 'remove']),
          current: z.boolean(),
        })
        .openapi('TenantVersion'),
    ),
  })
  .openapi('TenantHistory')

export const tokenBody = z
  .object({
    id: z.string(),
    tenant: z.string(),
    label: z.string().nullable(),
    scope: z.string().openapi({ example: 'write:User,Group' }),
    createdAt: time,
    createdBy: z.string().nullable().openapi({ description: 'the operator' }),
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .openapi('Token')

export const tokenListBody = z.object({ tokens: z.array(tokenBody) }).openapi('TokenList')

export const mintedTokenBody = z
  .object({
    id: z.string(),
    tenant: z.string(),
    token: z.string().openapi({ description: 'shown here once, stored nowhere' }),
    label: z.string().nullable(),
    expiresAt: time.nullable(),
  })
  .openapi('MintedToken')

export const usageRow = z
  .object({
    tenant: z.string(),
    period: time.openapi({ description: "the bucket's start" }),
    calls: count,
    errors: count,
    inDoubt: count,
    upstreamCalls: count,
    billedCalls: count,
    savedCalls: count,
    costMicros: count,
    currency: z.string().nullable(),
    bytesIn: count,
    bytesOut: count,
  })
  .openapi('UsageRow')

export const usageBody = z.object({ rows: z.array(usageRow) }).openapi('Usage')

export const logBody = z
  .object({
    entries: z.array(
      z
        .object({
          seq: z.int(),
          at: time,
          operator: z.string(),
          action: z.string().openapi({ example: 'token.mint' }),
          tenant: z.string().nullable(),
          details: z.record(z.string(), z.string()).openapi({ description: 'names and ids, never a secret' }),
        })
        .openapi('OperatorAction'),
    ),
  })
  .openapi('OperatorLog')

export const csv = z.string().openapi({ description: 'RFC 4180, with a header line' })
