import { z } from 'zod'
import { capabilitiesShape, checkPlan, choicesShape } from '../plan/clause.ts'
import { directoryClause } from '../upstream/directory/clause.ts'
import { scimClause } from '../upstream/scim/clause.ts'

/** The `upstream:` clause: one alternative a kind, each parsed by the parts that serve it. */
export const upstreamClause = z.discriminatedUnion('kind', [
  directoryClause.safeExtend(choicesShape),
  scimClause.extend({ ...capabilitiesShape, ...choicesShape }).superRefine(checkPlan),
])
