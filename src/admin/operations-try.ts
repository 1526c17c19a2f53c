import { isObject, parseJson } from '../scim/json.ts'
import { printPath } from '../tenant/position.ts'
import { trialOf, trialTypes } from '../tenant/trial.ts'
import { runTrial, type Tried, type Trying } from '../tenant/trial-run.ts'
import type { AdminDependencies } from './dependencies.ts'
import { requireRecorded } from './operations-tenants.ts'
import { invalid, Problem } from './problem.ts'

/** What an operator wants to see tried. Exactly one of `body` and `filter` is given. */
export interface Asked {
  readonly type: string
  readonly id?: string | undefined
  readonly reverse?: boolean | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
  readonly filter?: string | undefined
}

/** What would become of it. Nothing was called, and nothing is kept. */
export interface TriedView extends Omit<Tried, 'rules' | 'upstream'> {
  readonly upstream: readonly (Omit<Tried['upstream'][number], 'times'> & {
    readonly times: { readonly least: number; readonly most: number | null }
  })[]
  readonly rules: readonly (Omit<Tried['rules'][number], 'path'> & { readonly path: string })[]
}

/**
 * Shows what a tenant's rules and plan make of a body, a PATCH or a filter, by its document in force. What the front door would
 * refuse is an answer, too: its `status` and `client` say so.
 * @throws Problem 404, 400, 409 when the tenant has no good document
 */
export async function tryTenant(admin: AdminDependencies, id: string, asked: Asked): Promise<TriedView> {
  const trying = tryingOf(asked)
  const document = await admin.tenants.document(id)
  if (document === undefined) {
    await requireRecorded(admin, id)
    throw new Problem(409, `tenant ${id} has no document in force: its file is gone, or was never good`)
  }
  const trial = trialOf(document, asked.type)
  if (trial === undefined) {
    const known = trialTypes(document).join(', ')
    throw invalid([{ field: 'type', detail: `must be a resource type of the tenant's upstream: ${known}` }])
  }
  const tried = await runTrial(trial, trying)
  return {
    ...tried,
    rules: tried.rules.map((rule) => ({ ...rule, path: printPath(rule.path) })),
    upstream: tried.upstream.map(({ times: { least, most }, ...call }) => ({
      ...call,
      times: { least, most: most ?? null },
    })),
  }
}

/** @throws Problem 400 */
function tryingOf({ id, reverse = false, body, filter }: Asked): Trying {
  if ((body === undefined) === (filter === undefined))
    throw invalid([{ field: 'body', detail: 'either a `body` or a `filter` is needed, and not both' }])
  if (filter !== undefined) {
    if (reverse) throw invalid([{ field: 'reverse', detail: 'a filter goes outward only' }])
    if (id !== undefined) throw invalid([{ field: 'id', detail: 'a filter is of all resources' }])
    return { kind: 'filter', filter }
  }
  // Read as the front door reads bodies, so that its limits hold.
  const given = parseBody(JSON.stringify(body))
  if (reverse) {
    if (id !== undefined) throw invalid([{ field: 'id', detail: 'what comes from upstream has its own' }])
    return { kind: 'reverse', body: given }
  }
  if ('Operations' in given && id === undefined)
    throw invalid([{ field: 'id', detail: 'a PATCH is of one resource: say which' }])
  return { kind: 'body', body: given, ...(id === undefined ? {} : { id }) }
}

function parseBody(text: string) {
  try {
    const body = parseJson(text)
    if (isObject(body)) return body
  } catch (error) {
    throw invalid([{ field: 'body', detail: error instanceof Error ? error.message : 'cannot be read' }])
  }
  throw invalid([{ field: 'body', detail: 'must be a JSON object' }])
}
