import type { Scope } from '../auth/principal.ts'

/**
 * Reads a scope as operators write it: `read`, `write`, or either with resource types, `write:User,Group`.
 * Undefined when it is none of these.
 */
export function parseScope(text: string): Scope | undefined {
  const [, access, list] = /^(read|write)(?::(.+))?$/.exec(text) ?? []
  if (access !== 'read' && access !== 'write') return undefined
  if (list === undefined) return { access }
  const resourceTypes = list.split(',').map((name) => name.trim())
  return resourceTypes.every((name) => /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name))
    ? { access, resourceTypes: [...new Set(resourceTypes)] }
    : undefined
}

/** The text that `parseScope` reads back. */
export const printScope = (scope: Scope): string =>
  scope.resourceTypes === undefined ? scope.access : `${scope.access}:${scope.resourceTypes.join(',')}`
