import { z } from 'zod'
import { isAttributeName } from '../../scim/attribute-path.ts'
import { contradictions, inconsistencies, repetitions } from './clause-check.ts'
import { emulateClause } from './emulate/clause.ts'

/** `:` and what a URN may hold (RFC 8141), without what would end a word of a filter or leave a URL's path segment. */
const urn = z
  .string()
  .max(200)
  .regex(
    /^urn:[a-z0-9][a-z0-9-]{0,31}:[\w.:+-]*\w$/i,
    'a URN, such as urn:example:params:scim:schemas:extension:hr:2.0:User',
  )
const attributeName = z.string().max(64).refine(isAttributeName, 'a letter, then letters, digits, "-" or "_"')

const plainTypes = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'] as const

/** RFC 7643 §7, all but the name optional. */
const characteristics = {
  name: attributeName,
  description: z.string().default(''),
  multiValued: z.boolean().default(false),
  required: z.boolean().default(false),
  /** Default: true for references and binaries, else false. */
  caseExact: z.boolean().optional(),
  mutability: z.enum(['readOnly', 'readWrite', 'immutable', 'writeOnly']).default('readWrite'),
  returned: z.enum(['always', 'never', 'default', 'request']).default('default'),
  uniqueness: z.enum(['none', 'server', 'global']).default('none'),
  canonicalValues: z.array(z.string()).optional(),
  referenceTypes: z.array(z.string()).optional(),
}

const subAttribute = z.strictObject({ ...characteristics, type: z.enum(plainTypes).default('string') })

const attribute = z
  .strictObject({
    ...characteristics,
    /** Default: `complex` where there are sub-attributes, else `string`. */
    type: z.enum([...plainTypes, 'complex']).optional(),
    subAttributes: z.array(subAttribute).min(1).optional(),
  })
  .superRefine((one, issues) => {
    const refuse = (message: string, ...path: (string | number)[]) => issues.addIssue({ code: 'custom', message, path })
    const subs = one.subAttributes ?? []
    if (one.type === 'complex' && subs.length === 0) refuse('a complex attribute needs subAttributes', 'type')
    if (one.type !== undefined && one.type !== 'complex' && subs.length > 0)
      refuse('only a complex attribute has subAttributes', 'subAttributes')
    for (const problem of contradictions({ ...one, type: subs.length === 0 ? one.type : 'complex' })) refuse(problem)
    for (const [index, sub] of subs.entries())
      for (const problem of contradictions(sub)) refuse(problem, 'subAttributes', index)
    for (const { index, message } of repetitions(subs.map(({ name }) => name)))
      refuse(message, 'subAttributes', index, 'name')
  })

const attributes = z
  .array(attribute)
  .min(1)
  .superRefine((all, issues) => {
    for (const { index, message } of repetitions(all.map(({ name }) => name)))
      issues.addIssue({ code: 'custom', message, path: [index, 'name'] })
  })

const extensionSchema = z.strictObject({
  id: urn,
  name: z.string().min(1),
  description: z.string().default(''),
  /** The resource type that it extends: `User`, `Group`, or one of `resourceTypes`. */
  extends: z.string().min(1),
  /** Resources of that type must then have it. */
  required: z.boolean().default(false),
  attributes,
})

const resourceType = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[A-Za-z][\w-]*$/),
  endpoint: z
    .string()
    .max(64)
    .regex(/^\/[A-Za-z][\w-]*$/, 'a slash and one path segment, such as /Devices'),
  description: z.string().default(''),
  schema: z.strictObject({
    id: urn,
    name: z.string().min(1).optional(),
    description: z.string().default(''),
    attributes,
  }),
})

/**
 * The `upstream:` clause of a tenant file for the built-in directory (contract §6):
 *
 *     upstream:
 *       kind: directory
 *       schemas:                     # more attributes for users, groups or resource types of one's own
 *         - id: urn:example:params:scim:schemas:extension:hr:2.0:User
 *           name: HR
 *           extends: User
 *           attributes:
 *             - { name: badge, uniqueness: server }
 *             - { name: desks, multiValued: true, subAttributes: [{ name: value }, { name: floor, type: integer }] }
 *       resourceTypes:               # beside User and Group
 *         - name: Device
 *           endpoint: /Devices
 *           schema: { id: urn:example:params:scim:schemas:core:2.0:Device, attributes: [{ name: serial, required: true }] }
 *
 * An attribute is as in RFC 7643 §7; what is left out is `string`, single-valued, optional, not case exact, readWrite,
 * returned by default, not unique. Values of writeOnly attributes are accepted and kept nowhere, like passwords.
 */
export const directoryClause = z
  .strictObject({
    kind: z.literal('directory'),
    schemas: z.array(extensionSchema).default([]),
    resourceTypes: z.array(resourceType).default([]),
    /** Answer as another provider's API does. */
    emulate: emulateClause.optional(),
  })
  .superRefine((clause, issues) => {
    for (const name of ['schemas', 'resourceTypes'] as const)
      if (clause.emulate !== undefined && clause[name].length > 0)
        issues.addIssue({
          code: 'custom',
          path: [name],
          message: 'what emulates Entra holds what Entra holds, no more',
        })
    for (const problem of inconsistencies(clause)) issues.addIssue({ code: 'custom', ...problem })
  })

export type DirectoryClause = z.output<typeof directoryClause>
export type AttributeClause = z.output<typeof attribute>
