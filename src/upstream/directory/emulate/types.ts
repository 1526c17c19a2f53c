import { attribute } from '../../../scim/schema-build.ts'
import { entraGroupDefinition, entraUserWith } from '../../../scim/schemas-entra.ts'
import { type DirectoryModel, modelOf } from '../model.ts'
import type { EmulateOptions } from './clause.ts'

/** What the stand-in stores: Entra's types, with the tenant's own custom security attributes. */
export function entraModel({ customSecurityAttributes = {} }: EmulateOptions): DirectoryModel {
  const sets = Object.entries(customSecurityAttributes).map(([name, members]) =>
    attribute(name, 'complex', 'A set of custom security attributes.', {
      returned: 'request',
      subAttributes: Object.entries(members).map(([member, type]) =>
        attribute(member, typeIn(type), 'A custom security attribute.', { multiValued: type.endsWith('[]') }),
      ),
    }),
  )
  return modelOf([entraUserWith(sets), entraGroupDefinition])
}

const typeIn = (type: string): 'string' | 'integer' | 'boolean' =>
  type.startsWith('integer') ? 'integer' : type === 'boolean' ? 'boolean' : 'string'
