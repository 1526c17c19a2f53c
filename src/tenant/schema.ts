import { z } from 'zod'
import { parseRange } from '../ranges.ts'
import { rulesClause } from '../rules/clause.ts'
import { allowClause, onDeleteClause, scopeClause } from '../view/clause.ts'
import { upstreamClause } from './schema-upstream.ts'
import { namePattern } from './template.ts'

const name = (what: string) => z.string().regex(namePattern, `must be ${what}: 1 to 63 characters of a-z, 0-9 and -`)

/** A DNS name, or an IPv4 address, without a port. Kept in lower case: hosts have none (RFC 9110 §4.2.3). */
const host = z
  .string()
  .regex(
    /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'must be a host name without scheme, port and path, such as contoso.scim.msp.example',
  )
  .toLowerCase()

const range = z
  .string()
  .refine((text) => parseRange(text) !== undefined, 'must be an IP address or a CIDR range, such as 203.0.113.0/24')

const frontDoor = z.strictObject({
  hosts: z.array(host).max(1000).default([]).describe('Host names that lead to this tenant, without a port.'),
  allowFrom: z
    .array(range)
    .max(10_000)
    .optional()
    .describe('Addresses and CIDR ranges that may call. Absent: all of them. An empty list: nobody.'),
  dialect: z
    .enum(['auto', 'strict'])
    .default('auto')
    .describe('auto understands what real clients send; strict refuses what is not in the standard.'),
})

/** The tenant file (contract §4), each clause parsed by the part that serves it. */
export const tenantSchema = z.strictObject({
  id: name('an id').describe('What the tenant is called in URLs and commands. Equals the file name.'),
  name: z.string().min(1).max(200).describe('What people call the customer.'),
  extends: name('the name of a template').optional().describe('Inherits from tenants/templates/NAME.yaml.'),
  status: z
    .enum(['active', 'suspended'])
    .default('active')
    .describe('A suspended tenant answers 403 to its own clients.'),
  frontDoor: frontDoor.prefault({}).describe('How clients reach this tenant.'),
  upstream: upstreamClause.describe('The directory that the gateway calls.'),
  scope: scopeClause.optional(),
  allow: allowClause.optional(),
  onDelete: onDeleteClause.optional(),
  rules: rulesClause
    .optional()
    .describe(
      'The mapping between what clients see and what the upstream holds, by resource type, in both directions.',
    ),
})

/** A tenant's document, inherited, checked, and with its defaults. */
export type TenantDocument = Readonly<z.output<typeof tenantSchema>>

/** The validator as a JSON Schema, without references. */
export const tenantJsonSchema = (): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(tenantSchema, { io: 'input', unrepresentable: 'any' })
