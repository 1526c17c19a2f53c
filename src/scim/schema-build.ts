import type { Attribute, AttributeType } from './schema.ts'

/** Builds an attribute with RFC 7643 §2.2's defaults for every characteristic that is not given. */
export function attribute(
  name: string,
  type: AttributeType,
  description: string,
  characteristics: Partial<Omit<Attribute, 'name' | 'type' | 'description'>> = {},
): Attribute {
  return {
    name,
    type,
    description,
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  }
}
