import { z } from 'zod'
import { directoryClause } from '../upstream/directory/clause.ts'
import { scimClause } from '../upstream/scim/clause.ts'

/** The `upstream:` clause: one alternative a kind, each parsed by the part that serves it. */
export const upstreamClause = z.discriminatedUnion('kind', [directoryClause, scimClause])
