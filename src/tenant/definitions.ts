import { fold } from '../scim/fold.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { groupDefinition, userDefinition } from '../scim/schemas.ts'
import { compileDirectory } from '../upstream/directory/model.ts'
import type { TenantDocument } from './schema.ts'
import { planningOf } from './upstream-bare.ts'

/** Whose schemas a tenant's types are known by. */
export type SchemaSource = 'directory' | 'preset' | 'standard'

/**
 * The resource types of a tenant's upstream, as far as its document alone says: the built-in directory's own, or those of
 * the upstream's preset; else the standard's, for what another upstream announces only asking it would tell.
 */
export function definitionsOf(document: TenantDocument): readonly ResourceDefinition[] {
  const { upstream } = document
  if (upstream.kind === 'directory' && upstream.emulate === undefined)
    return compileDirectory(upstream).types.map(({ definition }) => definition)
  const { types } = planningOf(document).capabilities
  return [userDefinition, groupDefinition].map((one) => types.get(fold(one.type.name))?.definition ?? one)
}

/** Whose schemas those are. */
export function schemasOf(document: TenantDocument): SchemaSource {
  if (document.upstream.kind === 'directory' && document.upstream.emulate === undefined) return 'directory'
  const forms = [...planningOf(document).capabilities.types.values()]
  return forms.length > 0 && forms.every(({ definition }) => definition !== undefined) ? 'preset' : 'standard'
}
