import type { ResourceDefinition } from '../scim/schema.ts'
import { groupDefinition, userDefinition } from '../scim/schemas.ts'
import { compileDirectory } from '../upstream/directory/model.ts'
import type { TenantDocument } from './schema.ts'

/**
 * The resource types of a tenant's upstream, as far as its document alone says: the built-in directory's own, else the
 * standard's, for what another upstream announces only asking it would tell.
 */
export const definitionsOf = ({ upstream }: TenantDocument): readonly ResourceDefinition[] =>
  upstream.kind === 'directory'
    ? compileDirectory(upstream).types.map(({ definition }) => definition)
    : [userDefinition, groupDefinition]

/** Whose schemas those are. */
export const schemasOf = ({ upstream }: TenantDocument): 'directory' | 'standard' =>
  upstream.kind === 'directory' ? 'directory' : 'standard'
