import { ScimError } from '../scim/error.ts'
import { idOf } from '../scim/resource.ts'
import { spend } from './budget.ts'
import type { ListCall } from './list-calls.ts'
import { type Reading, whileStill } from './page.ts'
import { type Found, readSequence, startOf } from './sequence.ts'
import { sideBySide } from './side-by-side.ts'
import { attempt, type Plan } from './step.ts'
import type { FoundId } from './walks.ts'

export interface Search {
  readonly ids: readonly FoundId[]
  /** Resources that were looked at. */
  readonly read: number
  /** Whether each of them has an id to be read by. */
  readonly isReadable: boolean
}

/**
 * Which resources count, by pages that hold no more of each than decides it: of users of Entra 999 to a page, where whole
 * ones are 100.
 */
export const search = (calls: readonly ListCall[], reading: Reading): Plan<Search> =>
  whileStill(function* () {
    const ids: FoundId[] = []
    let isReadable = true
    let read = 0
    const onPage = (resources: number): void => {
      read += resources
    }
    const byCall = new Map(calls.map((call, number) => [call.source, number]))
    const start = startOf(Number.MAX_SAFE_INTEGER)
    const whole = { ...reading, isWhole: true }
    yield* readSequence({ calls, isNarrow: true, onPage }, start, whole, ({ source, resource }) => {
      const id = idOf(resource)
      isReadable &&= id !== undefined
      ids.push({ call: byCall.get(source) ?? 0, id: id ?? '' })
      return true
    })
    return { ids, read, isReadable }
  })

/** Reads resources one by one. What is gone, or no longer counts, is left out. @throws ScimError 400 `tooMany` */
export function* readEach(
  calls: readonly ListCall[],
  ids: readonly FoundId[],
  reading: Reading,
): Plan<readonly Found[]> {
  const [first] = calls
  spend(reading.budget, first?.reason ?? 'there are many', ids.length)
  const found = yield* sideBySide(
    ids.map(
      ({ call, id }) =>
        () =>
          readOne(calls[call], id),
    ),
  )
  return found.flatMap((one) => (one === undefined ? [] : [one]))
}

function* readOne(call: ListCall | undefined, id: string): Plan<Found | undefined> {
  if (call === undefined) return undefined
  const { source, query } = call
  const { attributes, excludedAttributes } = query
  const projection = {
    ...(attributes === undefined ? {} : { attributes }),
    ...(excludedAttributes === undefined ? {} : { excludedAttributes }),
  }
  const request = { operation: 'read', definition: source.definition, id, projection } as const
  const outcome = yield* attempt({ request, purpose: 'read' })
  if (outcome.kind === 'refused') {
    if (outcome.error.status === 404) return undefined
    throw outcome.error
  }
  if (outcome.reply.kind !== 'resource')
    throw new ScimError(502, 'the upstream directory answered without the resource')
  const { resource } = outcome.reply
  return call.judge?.(resource) === false ? undefined : { source, resource }
}
