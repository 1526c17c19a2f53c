import type { Capabilities } from '../capabilities.ts'
import { fold } from '../scim/fold.ts'
import type { ResourceDefinition } from '../scim/schema.ts'

/** The resource types that capabilities describe. */
export interface KnownTypes {
  readonly definitions: readonly ResourceDefinition[]
  /** Whether the upstream has no others: then nobody needs to ask it. */
  readonly isAll: boolean
  /** By the path segment, in any case. */
  at(segment: string): ResourceDefinition | undefined
}

export function knownTypes({ types }: Capabilities): KnownTypes {
  const definitions = [...types.values()].flatMap(({ definition }) => definition ?? [])
  const bySegment = new Map(definitions.map((one) => [fold(one.type.endpoint.slice(1)), one]))
  return {
    definitions,
    isAll: types.size > 0 && definitions.length === types.size,
    at: (segment) => bySegment.get(fold(segment)),
  }
}
