import { ScimError } from './error.ts'
import { fold } from './fold.ts'
import type { JsonObject } from './json.ts'
import { listBody } from './list.ts'
import type { DiscoveryKind } from './request.ts'

/** All resource types or schemas, or the one of this name (RFC 7644 §4). @throws ScimError 404 where there is none */
export function discovered(all: readonly JsonObject[], kind: DiscoveryKind, name: string | undefined): JsonObject {
  if (name === undefined)
    return listBody({ resources: all, totalResults: all.length, startIndex: 1, itemsPerPage: all.length })
  const found = all.find(({ id }) => typeof id === 'string' && fold(id) === fold(name))
  if (found === undefined) throw undiscovered(kind, name)
  return found
}

export const undiscovered = (kind: DiscoveryKind, name: string): ScimError =>
  new ScimError(404, `there is nothing at /${kind}/${name.slice(0, 200)}`)
