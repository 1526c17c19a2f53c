import { expect, it } from 'vitest'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { type Answered, send } from '../support/gateway.ts'

/** A SCIM root and a credential for it. */
export interface Target {
  /** Without a trailing slash. */
  readonly base: string
  readonly token?: string
  /** Texts that no answer may hold: where this target's upstream is. */
  readonly hidden?: readonly string[]
}

/**
 * One exchange, as a suite or a standard writes it down. `{name}` in a path, a body, a header or an expectation stands
 * for what an earlier step saved; `{base}` for the target's root.
 */
export interface Step {
  /** Where the case is from: an RFC's section or figure, or a suite and its case. */
  readonly from: string
  /** `POST /Users`; the query stands in plain text and is encoded here. */
  readonly ask: string
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string>>
  /** One of these; a PATCH may answer 200 or 204 (RFC 7644 §3.5.2). */
  readonly status: number | readonly number[]
  /** What the body holds at least; lists are compared whole. */
  readonly shows?: JsonObject
  /** Top-level names that the body does not have. */
  readonly lacks?: readonly string[]
  /** Headers by pattern. */
  readonly answers?: Readonly<Record<string, string>>
  /** Name to save under: the place in the body (`Resources.0.id`), or `etag` or `location` for the header. */
  readonly save?: Readonly<Record<string, string>>
  /** Set where only the built-in directory promises it; a foreign server answers as it does. */
  readonly only?: 'directory'
  /** Anything that a subset cannot say. */
  readonly check?: (answer: Answered, saved: ReadonlyMap<string, string>) => void
}

/** What a client remembers between its requests. */
export type Saved = Map<string, string>

export const startSaved = ({ base }: Target): Saved => new Map([['base', base]])

const holes = /\{(\w+)\}/g

function fillText(text: string, saved: Saved): string {
  return text.replace(holes, (whole, name: string) => saved.get(name) ?? whole)
}

/** The value with its holes filled, wherever they stand, names included. */
export function fill<Value extends Json>(value: Value, saved: Saved): Value
export function fill(value: Json, saved: Saved): Json {
  if (typeof value === 'string') return fillText(value, saved)
  if (Array.isArray(value)) return value.map((item) => fill(item, saved))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [fillText(name, saved), fill(item, saved)]))
}

/** Sends one request as its text says, and holds the answer to what every answer must be. */
export async function exchange(target: Target, step: Pick<Step, 'ask' | 'body' | 'headers'>, saved: Saved) {
  const space = step.ask.indexOf(' ')
  const path = fillText(step.ask.slice(space + 1), saved).replace(/[ "[\]]/g, (char) => encodeURIComponent(char))
  const headers = Object.entries(step.headers ?? {}).map(([name, value]) => [name, fillText(value, saved)])
  const answer = await send(path.startsWith('http') ? path : target.base + path, {
    method: step.ask.slice(0, space),
    ...(target.token === undefined ? {} : { token: target.token }),
    headers: { 'content-type': 'application/scim+json', ...Object.fromEntries(headers) },
    ...(step.body === undefined ? {} : { body: fill(step.body, saved) }),
  })
  expectHidden(target, answer)
  return answer
}

/** Nothing of the upstream's place in a header or a body (contract §2). */
function expectHidden({ hidden = [] }: Target, { headers, text }: Answered): void {
  const whole = `${[...headers].map((header) => header.join(': ')).join('\n')}\n\n${text}`.toLowerCase()
  for (const secret of hidden) expect(whole, 'an answer names the upstream').not.toContain(secret.toLowerCase())
}

/** The value at `Resources.0.id`; undefined where there is none. */
export function at(body: Json | undefined, place: string): Json | undefined {
  let value: Json | undefined = body
  for (const name of place.split('.')) {
    if (Array.isArray(value)) value = value[Number(name)]
    else if (isObject(value)) value = value[name]
    else return undefined
  }
  return value
}

/** Remembers what the step wants remembered. @throws Error where the answer has no such thing. */
export function remember({ save = {} }: Pick<Step, 'save'>, answer: Answered, saved: Saved): void {
  for (const [name, place] of Object.entries(save)) {
    const isHeader = place === 'etag' || place === 'location'
    const value = isHeader ? answer.headers.get(place) : at(answer.body, place)
    if (typeof value !== 'string') throw new Error(`the answer has no ${place}: ${answer.status} ${answer.text}`)
    saved.set(name, value)
  }
}

/** Holds one answer to what its step expects. */
export function expectStep(step: Step, answer: Answered, saved: Saved): void {
  const allowed = typeof step.status === 'number' ? [step.status] : step.status
  expect(allowed, answer.text).toContain(answer.status)
  expectShape(answer)
  if (step.shows !== undefined) expect(answer.body).toMatchObject(fill(step.shows, saved))
  for (const name of step.lacks ?? []) expect(answer.body).not.toHaveProperty([name])
  for (const [name, pattern] of Object.entries(step.answers ?? {}))
    expect(answer.headers.get(name) ?? '', name).toMatch(new RegExp(fillText(pattern, saved)))
  step.check?.(answer, saved)
}

/** What RFC 7644 wants of every answer: §3.1 its media type, §3.12 an error's form, §3.14 and RFC 7643 §3.1 one place. */
function expectShape({ status, headers, text, body }: Answered): void {
  if (status === 204 || status === 304) expect(text).toBe('')
  else expect(headers.get('content-type')).toMatch(/^application\/scim\+json(;|$)/)
  if (status >= 400)
    expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status) })
  const location = at(body, 'meta.location')
  if (status === 201) expect(headers.get('location')).toBeTruthy()
  if (typeof location === 'string' && headers.has('location')) {
    expect(headers.get('location')).toBe(location)
    expect(headers.get('content-location')).toBe(location)
  }
  const version = at(body, 'meta.version')
  if (typeof version === 'string' && headers.has('etag')) expect(headers.get('etag')).toBe(version)
}

/** A conversation of one client as tests, one a step, in their order. */
export function converse(target: () => Target, steps: readonly Step[]): void {
  let saved: Saved | undefined
  it.each(steps.map((step) => [step.from, step.ask, step] as const))('%s: %s', async (_from, _ask, step) => {
    saved ??= startSaved(target())
    const answer = await exchange(target(), step, saved)
    expectStep(step, answer, saved)
    remember(step, answer, saved)
  })
}
