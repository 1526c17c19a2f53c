import { defineResource } from '../../scim/definition.ts'
import { fold, isCaseExact } from '../../scim/fold.ts'
import type { Attribute, ResourceDefinition, ResourceType, Schema } from '../../scim/schema.ts'
import { enterpriseUserSchema, groupSchema, groupType, userSchema, userType } from '../../scim/schemas.ts'
import type { AttributeClause, DirectoryClause } from './clause.ts'

/** An attribute whose values are kept as keys, so that equality answers from an index. */
export interface KeyedAttribute {
  /** Resource type and canonical path: `User:emails.value`. */
  readonly name: string
  readonly extension?: Schema
  readonly attribute: Attribute
  readonly sub?: Attribute
  readonly caseExact: boolean
  /** No two resources may share a value (RFC 7643 §7, `uniqueness` server or global). */
  readonly single: boolean
}

/** One resource type of a directory. */
export interface DirectoryType {
  readonly definition: ResourceDefinition
  readonly name: string
  /** By canonical path. */
  readonly keyed: ReadonlyMap<string, KeyedAttribute>
  readonly hasMembers: boolean
  readonly hasGroups: boolean
}

/** What a tenant's directory holds, compiled from its clause. */
export interface DirectoryModel {
  readonly types: readonly DirectoryType[]
  readonly schemas: readonly Schema[]
}

/** Compiles a clause that was parsed by `directoryClause`; that parse has refused what could fail here. */
export function compileDirectory(clause: DirectoryClause): DirectoryModel {
  const extensions = clause.schemas.map(schemaOf)
  const own = clause.resourceTypes.map((one) => ({
    type: {
      name: one.name,
      endpoint: one.endpoint,
      description: one.description,
      schema: one.schema.id,
      schemaExtensions: [],
    },
    schema: schemaOf({ ...one.schema, name: one.schema.name ?? one.name }),
  }))
  const schemas = [userSchema, enterpriseUserSchema, groupSchema, ...own.map(({ schema }) => schema), ...extensions]
  const types = [userType, groupType, ...own.map(({ type }) => type)].map((type: ResourceType) => ({
    ...type,
    schemaExtensions: [
      ...type.schemaExtensions,
      ...clause.schemas
        .filter((schema) => schema.extends === type.name)
        .map(({ id, required }) => ({ schema: id, required })),
    ],
  }))
  return { types: types.map((type) => directoryType(defineResource(type, schemas))), schemas }
}

/** A directory of exactly these types, whatever a clause would make of them: what emulates a foreign one. */
export const modelOf = (definitions: readonly ResourceDefinition[]): DirectoryModel => ({
  types: definitions.map(directoryType),
  schemas: [...new Set(definitions.flatMap(({ core, extensions }) => [core, ...extensions]))],
})

const schemaOf = ({
  id,
  name,
  description,
  attributes,
}: {
  id: string
  name: string
  description: string
  attributes: AttributeClause[]
}): Schema => ({
  id,
  name,
  description,
  attributes: attributes.map(attributeOf),
})

function attributeOf(clause: AttributeClause): Attribute {
  const { subAttributes, canonicalValues, referenceTypes, caseExact, ...rest } = clause
  const type = clause.type ?? (subAttributes === undefined ? 'string' : 'complex')
  return {
    ...rest,
    type,
    caseExact: caseExact ?? (type === 'reference' || type === 'binary'),
    ...(canonicalValues === undefined ? {} : { canonicalValues }),
    ...(referenceTypes === undefined ? {} : { referenceTypes }),
    ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(attributeOf) }),
  }
}

function directoryType(definition: ResourceDefinition): DirectoryType {
  const { name } = definition.type
  return {
    definition,
    name,
    keyed: keyedOf(definition),
    hasMembers: name === 'Group',
    hasGroups: name === 'User',
  }
}

/** Beside what must be unique: what provisioning clients match by. `employeeNumber` is the usual partner of `externalId`. */
const lookedUp = new Set(['externalid', 'displayname', 'employeenumber', 'emails.value', 'mailnickname'])

function keyedOf(definition: ResourceDefinition): ReadonlyMap<string, KeyedAttribute> {
  const keyed = new Map<string, KeyedAttribute>()
  const consider = (attribute: Attribute, extension: Schema | undefined, sub?: Attribute) => {
    const names = sub === undefined ? attribute.name : `${attribute.name}.${sub.name}`
    const leaf = sub ?? attribute
    const single = leaf.uniqueness !== 'none'
    // An id has its own column; RFC 7643 lets `meta` and `schemas` be anything but unique.
    if (leaf.type === 'complex' || leaf.name === 'id' || !(single || lookedUp.has(fold(names)))) return
    const path = extension === undefined ? names : `${extension.id}:${names}`
    keyed.set(path, {
      name: `${definition.type.name}:${path}`,
      ...(extension === undefined ? {} : { extension }),
      attribute,
      ...(sub === undefined ? {} : { sub }),
      caseExact: isCaseExact(leaf),
      single,
    })
  }
  for (const schema of [definition.core, ...definition.extensions])
    for (const attribute of schema.attributes) {
      const extension = schema === definition.core ? undefined : schema
      consider(attribute, extension)
      for (const sub of attribute.subAttributes ?? []) consider(attribute, extension, sub)
    }
  return keyed
}

/** A text that is the same for two models exactly when they keep the same keys: another one means building them anew. */
export function keysFingerprint(model: DirectoryModel): string {
  const known = fingerprints.get(model)
  if (known !== undefined) return known
  const fingerprint = model.types
    .flatMap(({ keyed }) => [...keyed.values()].map(({ name, caseExact, single }) => `${name} ${caseExact} ${single}`))
    .sort()
    .join('\n')
  fingerprints.set(model, fingerprint)
  return fingerprint
}

/** Asked for at every write. */
const fingerprints = new WeakMap<DirectoryModel, string>()

/** The resource type served at `/{segment}`, compared without case. */
export const typeAt = (model: DirectoryModel, segment: string): DirectoryType | undefined =>
  model.types.find(({ definition }) => fold(definition.type.endpoint) === `/${fold(segment)}`)

/** The resource type of a definition that this model gave out, or of one equal to it by name. */
export const typeNamed = (model: DirectoryModel, name: string): DirectoryType | undefined =>
  model.types.find((type) => type.name === name)
