import type { Planning, SingleRequest } from '../plan/plan.ts'
import { unsupportedIn } from '../plan/unsupported.ts'
import { ScimError } from '../scim/error.ts'

/**
 * What a request loses on its way to this upstream, by name and without values: `emails[…]` where it is some elements.
 * Nothing where it is refused instead.
 */
export function leftOut(request: SingleRequest, planning: Planning): readonly string[] {
  if (planning.choices.unsupported !== 'drop') return []
  try {
    return unsupportedIn(request, planning).map(withoutFilter)
  } catch (error) {
    // What cannot be understood, its plan refuses.
    if (error instanceof ScimError) return []
    throw error
  }
}

/** Not by a pattern: a name is as long as a client likes. */
function withoutFilter(name: string): string {
  const from = name.indexOf('[')
  const to = name.lastIndexOf(']')
  return from < 0 || to < from ? name : `${name.slice(0, from)}[…${name.slice(to)}`
}
