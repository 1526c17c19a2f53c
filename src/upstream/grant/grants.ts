import { z } from 'zod'
import { isObject } from '../../scim/json.ts'
import { basicClause, makeBasic } from './basic.ts'
import { bearerClause, makeBearer } from './bearer.ts'
import type { Grant, GrantTools } from './grant.ts'
import { headerClause, makeHeader } from './header.ts'
import { makeNone, noneClause } from './none.ts'
import { makeOauth2, oauth2Clause } from './oauth2.ts'

interface Clauses {
  none: z.infer<typeof noneClause>
  bearer: z.infer<typeof bearerClause>
  basic: z.infer<typeof basicClause>
  header: z.infer<typeof headerClause>
  oauth2: z.infer<typeof oauth2Clause>
}

/** A row a kind: this table and the schema below are the only places that know which kinds there are. */
const makers: { readonly [Kind in keyof Clauses]: (clause: Clauses[Kind], tools: GrantTools) => Grant } = {
  none: makeNone,
  bearer: makeBearer,
  basic: makeBasic,
  header: makeHeader,
  oauth2: makeOauth2,
}

/** Kinds that the contract names (§12) and that no issue has built yet. */
const unbuilt: ReadonlySet<unknown> = new Set(['tokenExchange', 'managedIdentity'])

/** `upstream.auth` of a tenant file (contract §12). */
export const authClause = z.discriminatedUnion(
  'kind',
  [noneClause, bearerClause, basicClause, headerClause, oauth2Clause],
  {
    error: ({ input }) => {
      const kind = isObject(input) ? input['kind'] : undefined
      if (unbuilt.has(kind)) return `auth kind \`${kind}\` is known but not built yet`
      const kinds = Object.keys(makers).join(', ')
      return kind === undefined ? `auth needs a kind: ${kinds}` : `unknown auth kind: use one of ${kinds}`
    },
  },
)

export type AuthClause = z.infer<typeof authClause>

export const makeGrant = <Kind extends keyof Clauses>(kind: Kind, clause: Clauses[Kind], tools: GrantTools): Grant =>
  makers[kind](clause, tools)
