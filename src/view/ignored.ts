import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { type AttributePath, printAttributePath } from '../scim/path.ts'
import type { ScimRequest } from '../scim/request.ts'
import type { TypeView } from './type-view.ts'

type Writing = Extract<ScimRequest, { operation: 'create' | 'replace' | 'patch' }>

const protocol: ReadonlySet<string> = new Set(['schemas', 'id', 'meta'])

/** The names of a client's request that belong to the rules, and so count as not sent (contract §12). Never a value. */
export function ignoredIn({ hasRules, translator }: TypeView, request: Writing): readonly string[] {
  if (!hasRules) return []
  const paths = request.operation === 'patch' ? request.operations.flatMap(patched) : namedIn(request.resource)
  return [...new Set(paths.filter(translator.isOwned).map(printAttributePath))]
}

function patched({ path, ...operation }: Extract<Writing, { operation: 'patch' }>['operations'][number]) {
  const value = 'value' in operation ? operation.value : undefined
  if (path === undefined) return isObject(value) ? namedIn(value) : []
  const { filter: _, ...own } = path
  return [own, ...(path.filter === undefined ? partsOf(own, value) : [])]
}

/** The attributes of a resource, and the parts of those that have some. */
function namedIn(resource: JsonObject): readonly AttributePath[] {
  return Object.keys(resource).flatMap((name): readonly AttributePath[] => {
    const value = resource[name]
    if (protocol.has(fold(name))) return []
    if (!name.includes(':')) return [{ name }, ...partsOf({ name }, value)]
    return isObject(value) ? Object.keys(value).map((own) => ({ urn: name, name: own })) : []
  })
}

const partsOf = (path: AttributePath, value: Json | undefined): readonly AttributePath[] =>
  isObject(value) && path.sub === undefined ? Object.keys(value).map((sub) => ({ ...path, sub })) : []
