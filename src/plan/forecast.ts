import { idOf } from '../scim/resource.ts'
import { afterReading, extras } from './forecast-reading.ts'
import { exactly, type Forecast, type ForecastStep, stepOf, type Times } from './forecast-step.ts'
import { planOf } from './plan.ts'
import type { Planning, SingleRequest } from './planning.ts'
import type { Outcome, Step } from './step.ts'

export type { Forecast, ForecastStep, Times } from './forecast-step.ts'

/**
 * The calls that a request will take, without making one.
 * @throws ScimError as `planOf` does, where no call could serve it
 */
export function forecastOf(request: SingleRequest, planning: Planning): Forecast {
  const plan = planOf(request, planning)
  const seen: Step[] = []
  let turn = plan.next([])
  // As long as nothing is read, what comes next does not depend on any answer.
  while (turn.done !== true && !turn.value.some(isRead)) {
    seen.push(...turn.value)
    turn = plan.next(turn.value.map(served))
  }
  const certain = seen.map((step) => stepOf(step, exactly(1)))
  const rest = turn.done === true ? [] : afterReading(turn.value, request, planning, seen.length > 0)
  return summedUp([...certain, ...rest, ...extras(request, planning, seen)])
}

const isRead = ({ request }: Step): boolean => request.operation === 'read' || request.operation === 'list'

/** An answer as good as any other: plans ask of a write's only whether it came, and for the id of what is new. */
function served({ request }: Step): Outcome {
  if (request.operation === 'create') {
    const resource = { ...request.resource, id: idOf(request.resource) ?? 'new' }
    return { kind: 'done', reply: { kind: 'resource', status: 201, resource } }
  }
  if (request.operation === 'patch' && (request.projection.attributes?.length ?? 0) > 0)
    return { kind: 'done', reply: { kind: 'resource', status: 200, resource: { id: request.id } } }
  return { kind: 'done', reply: { kind: 'empty', status: 204 } }
}

function summedUp(steps: readonly ForecastStep[]): Forecast {
  const merged: ForecastStep[] = []
  for (const step of steps) {
    const { times, ...kind } = step
    const last = merged.at(-1)
    if (last === undefined || !isSameKind(last, step)) merged.push(step)
    else merged[merged.length - 1] = { ...kind, times: sum([last.times, times]) }
  }
  return { steps: merged, calls: sum(merged.map(({ times }) => times)) }
}

const isSameKind = (one: ForecastStep, other: ForecastStep): boolean =>
  one.method === other.method && one.path === other.path && one.purpose === other.purpose && one.why === other.why

function sum(all: readonly Times[]): Times {
  const least = all.reduce((total, times) => total + times.least, 0)
  if (all.some(({ most }) => most === undefined)) return { least }
  return { least, most: all.reduce((total, { most = 0 }) => total + most, 0) }
}
