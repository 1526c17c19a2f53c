import { z } from 'zod'
import { faultsAt, RuleFault } from '../rules/fault.ts'
import { type Filter, parseFilter } from '../scim/filter.ts'

const typeName = z.string().regex(/^[A-Za-z][\w-]{0,62}$/, 'must be a resource type, such as User')

/** `scope:` of a tenant file (contract §4): who is provisioned at all. */
export const scopeClause = z
  .record(typeName, z.string().min(1).max(8192))
  .superRefine((clause, issues) => {
    for (const [type, text] of Object.entries(clause)) {
      const fault = faultOf(() => readScope(type, text))
      if (fault !== undefined) issues.addIssue({ code: 'custom', path: [type], message: fault.message })
    }
  })
  .describe('By resource type, a SCIM filter over what clients see: other resources are neither written nor shown.')

export const operations = ['create', 'read', 'update', 'delete'] as const

/** What a client may do to resources of a type. Lists and discovery are reading, PUT and PATCH updating. */
export type Operation = (typeof operations)[number]

/** `allow:` of a tenant file. */
export const allowClause = z
  .record(typeName, z.array(z.enum(operations)).max(operations.length))
  .superRefine((clause, issues) => {
    for (const type of Object.keys(clause)) {
      const fault = faultOf(() => requireType(type))
      if (fault !== undefined) issues.addIssue({ code: 'custom', path: [type], message: fault.message })
    }
  })
  .describe('By resource type, what clients may do. A type that is not named: everything. An empty list: nothing.')

/** `onDelete:` of a tenant file. */
export const onDeleteClause = z
  .enum(['delete', 'deactivate', 'reject'])
  .describe('What becomes of a DELETE: it is passed on, it sets `active` to false, or it is refused.')

export type ScopeClause = z.output<typeof scopeClause>
export type AllowClause = z.output<typeof allowClause>
export type OnDelete = z.output<typeof onDeleteClause>

/** By resource type. */
export type Scope = ReadonlyMap<string, Filter>

/** By resource type; everything is allowed to a type that is not named. */
export type Allow = ReadonlyMap<string, readonly Operation[]>

export const compileAllow = (clause: AllowClause): Allow => new Map(Object.entries(clause))

/** @throws RuleFault */
export const compileScope = (clause: ScopeClause): Scope =>
  new Map(Object.entries(clause).map(([type, text]) => [type, faultsAt(['scope', type], () => readScope(type, text))]))

function readScope(type: string, text: string): Filter {
  requireType(type)
  return faultsAt([], () => parseFilter(text))
}

/** Whoever writes `user` or `Users` believes that users are meant. */
function requireType(type: string): void {
  const meant = ['User', 'Group'].find((known) => new RegExp(`^${known}s?$`, 'i').test(type) && known !== type)
  if (meant !== undefined) throw new RuleFault([], `is no resource type: did you mean \`${meant}\`?`)
}

function faultOf(work: () => void): RuleFault | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof RuleFault) return error
    throw error
  }
}
