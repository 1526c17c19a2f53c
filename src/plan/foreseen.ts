import { ScimError } from '../scim/error.ts'
import type { ScimReply } from '../scim/request.ts'
import { idOf } from '../scim/resource.ts'
import { forecastOf } from './forecast.ts'
import { exactly, type ForecastStep, stepOf, type Times } from './forecast-step.ts'
import { planOf } from './plan.ts'
import type { Planning, SingleRequest } from './planning.ts'
import type { Outcome, Plan, Step } from './step.ts'

/** A call that would be made, as far as that can be said without making one. */
export interface ForeseenCall extends ForecastStep {
  /** As it is where nothing of what is named is there yet; absent where only what is there tells it. */
  readonly request?: Step['request']
  readonly afterRead: boolean
}

export interface Foreseen {
  readonly calls: readonly ForeseenCall[]
  readonly total: Times
  /** What the client is answered with where nothing of what is named is there yet; absent where only what is there tells it. */
  readonly reply?: ScimReply
}

/** Stands for the id of what is made. */
export const newId = '{id}'

/**
 * The calls that a request will take, with what each of them says: its plan, played through over an upstream that holds
 * nothing but ids, and how often each call is made, whatever there is.
 * @throws ScimError as `planOf` does, where no call could serve it
 */
export function foreseen(request: SingleRequest, planning: Planning): Foreseen {
  const { steps, calls: total } = forecastOf(request, planning)
  const { played, reply } = playedThrough(planOf(request, planning))
  const left = [...played]
  const calls = steps.flatMap((step): readonly ForeseenCall[] => {
    const own = taken(left, step)
    if (own.length === 0) return [{ ...step, afterRead: played.some(isRead) }]
    return own.map(({ request: sent, afterRead }, index) => ({
      ...step,
      request: sent,
      afterRead,
      times: timesOf(step.times, index, own.length),
    }))
  })
  return { calls, total, ...(reply === undefined ? {} : { reply }) }
}

interface Played extends Step {
  readonly afterRead: boolean
}

/** Takes the calls of a kind out of those that were played, no more than there can be. */
function taken(left: Played[], { method, path, purpose, times }: ForecastStep): readonly Played[] {
  const own: Played[] = []
  for (let at = 0; at < left.length && own.length < (times.most ?? Number.POSITIVE_INFINITY); ) {
    const one = left[at]
    const kind = one && stepOf(one, exactly(1))
    if (one === undefined || kind?.method !== method || kind.path !== path || kind.purpose !== purpose) at += 1
    else own.push(...left.splice(at, 1))
  }
  return own
}

/** One of several calls of a kind: the last one stands for the rest of them. */
function timesOf({ least, most }: Times, index: number, count: number): Times {
  if (index < count - 1) return { least: index < least ? 1 : 0, most: 1 }
  return { least: Math.max(0, least - index), ...(most === undefined ? {} : { most: most - index }) }
}

interface PlayedThrough {
  readonly played: readonly Played[]
  readonly reply?: ScimReply
}

/** A plan's calls where all of them are served, and what is read is empty. */
function playedThrough(plan: Plan<ScimReply>): PlayedThrough {
  const played: Played[] = []
  try {
    let turn = plan.next([])
    while (turn.done !== true) {
      const afterRead = played.some(isRead)
      played.push(...turn.value.map((step) => ({ ...step, afterRead })))
      turn = plan.next(turn.value.map(served))
    }
    return { played, reply: turn.value }
  } catch (error) {
    // What is read may be too little to go on with: then what was played so far is all that is known.
    if (error instanceof ScimError && played.some(isRead)) return { played }
    throw error
  }
}

const isRead = ({ request }: Step): boolean => request.operation === 'read' || request.operation === 'list'

function served({ request }: Step): Outcome {
  return { kind: 'done', reply: answerTo(request) }
}

/** As if all went well. */
function answerTo(request: Step['request']): ScimReply {
  switch (request.operation) {
    case 'create':
      return {
        kind: 'resource',
        status: 201,
        resource: { ...request.resource, id: idOf(request.resource) ?? newId },
      }
    case 'replace':
      return { kind: 'resource', status: 200, resource: request.resource }
    case 'read':
      return { kind: 'resource', status: 200, resource: { id: request.id } }
    case 'list':
      return { kind: 'list', list: { resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 } }
    default:
      return { kind: 'empty', status: 204 }
  }
}
