import { expect } from 'vitest'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { unordered } from '../view/support.ts'
import type { Beginning, Deed } from './deeds.ts'
import type { Answer, Asked, PlainServer, Server } from './sides.ts'
import { enterpriseUrn, groupUrn, userUrn } from './words.ts'

/** A server, and the ids of what was made there, in the order of making. */
export interface Side<One extends Server = Server> {
  readonly server: One
  readonly ids: { readonly u: string[]; readonly g: string[] }
  /** Whether members are told by their ids alone: what else there is to tell of them, only the upstream knows. */
  readonly areMembersBare?: boolean
  /** Whether it holds whatever a plain server holds. */
  readonly holdsAll?: boolean
  /** Whether `schemas` is not looked at: behind rules it names what the answer has something of. */
  readonly areSchemasLoose?: boolean
}

export const side = <One extends Server>(server: One, more: Omit<Side, 'server' | 'ids'> = {}): Side<One> => ({
  server,
  ids: { u: [], g: [] },
  ...more,
})

const nobody = 'ffffffff-0000-7000-8000-ffffffffffff'

/** The request as this side's ids make it. */
export function addressed(asked: Asked, { ids }: Pick<Side, 'ids'>): Asked {
  const idOf = (kind: 'u' | 'g', number: string) => ids[kind][Number(number) % Math.max(1, ids[kind].length)] ?? nobody
  const fill = (text: string) =>
    text.replace(/(?:%25|%)([ug])(\d+)(?:%25|%)/g, (_, kind: string, number: string) =>
      idOf(kind === 'u' ? 'u' : 'g', number),
    )
  const body: Json = asked.body === undefined ? null : JSON.parse(fill(JSON.stringify(asked.body)))
  return { ...asked, path: fill(asked.path), ...(asked.body === undefined ? {} : { body }) }
}

const guid = /[0-9a-f]{8}-0000-7000-8000-[0-9a-f]{12}/gi

/** The same with numbers for ids. */
export function told<T extends Json>(value: T, { ids }: Pick<Side, 'ids'>): Json {
  const numbers = new Map([
    ...ids.u.map((id, index): [string, string] => [id, `u${index}`]),
    ...ids.g.map((id, index): [string, string] => [id, `g${index}`]),
  ])
  return JSON.parse(JSON.stringify(value).replace(guid, (id) => numbers.get(id.toLowerCase()) ?? id))
}

/** What is by nature different between a server that is all of SCIM and Entra behind the plan; no more than this. */
export function common(resource: JsonObject): JsonObject {
  // `groups`: Entra never shows them (facts A6). `password`: shown by nobody.
  const { schemas, meta, emails, members, groups: _, ...rest } = resource
  const own = Object.entries(rest).filter(([name]) => !name.includes('Microsoft:Entra'))
  // Entra's own extension is its own, and which extensions are named beside it.
  const named = Array.isArray(schemas) ? schemas.filter((urn) => !String(urn).includes('Microsoft:Entra')) : schemas
  return {
    ...Object.fromEntries(own.map(([name, value]) => [name, name === enterpriseUrn ? withoutTold(value) : value])),
    ...(named === undefined ? {} : { schemas: named }),
    // Entra says no times and no versions (facts A7).
    ...(isObject(meta)
      ? { meta: { location: meta['location'] ?? null, resourceType: meta['resourceType'] ?? null } }
      : {}),
    // It says itself which e-mail is the primary one, and spells types in its own way (facts A6).
    ...(Array.isArray(emails) ? { emails: once(emails.map(plainEmail)) } : emails === undefined ? {} : { emails }),
    // A group that nobody is in may have an empty list of members or none (RFC 7643 section 2.5); `display` is who it was
    // when the list was read.
    ...(Array.isArray(members) && members.length > 0
      ? { members: members.map((one) => (isObject(one) ? { ...one, display: null } : one)) }
      : {}),
  }
}

/** Two elements that are alike are one (RFC 7643 section 2.4), and an answer that is made here may repeat the client. */
const once = (elements: readonly Json[]): Json[] => [
  ...new Map(elements.map((element) => [JSON.stringify(unordered(element)), element])).values(),
]

const plainEmail = (email: Json): Json => {
  if (!isObject(email)) return email
  const { primary: _, type, ...rest } = email
  return { ...rest, ...(typeof type === 'string' ? { type: type.toLowerCase() } : {}) }
}

/** A manager is who it is: of the rest Entra keeps nothing. */
function withoutTold(extension: Json): Json {
  if (!isObject(extension)) return extension
  const { manager, ...rest } = extension
  if (!isObject(manager)) return extension
  return { ...rest, ...(manager['value'] === undefined ? {} : { manager: { value: manager['value'] } }) }
}

export interface Seen {
  readonly status: number
  readonly scimType?: Json
  readonly body?: Json
}

/** An answer as a client sees it, without what differs by nature. */
export function seen({ status, body }: Answer, on: Side): Seen {
  if (status >= 400) return { status, scimType: body['scimType'] ?? null }
  return { status, ...(Object.keys(body).length === 0 ? {} : { body: shown(body, on) }) }
}

/** Each once: who is named twice is there once, and an answer that is made here may repeat the client's words. */
const idsIn = (members: readonly Json[]): readonly Json[] => [
  ...new Set(members.map((one) => (isObject(one) ? (one['value'] ?? null) : one))),
]

function shown(resource: JsonObject, on: Side): Json {
  const { members, schemas, ...others } = common(resource)
  const rest = schemas === undefined || on.areSchemasLoose === true ? others : { ...others, schemas }
  if (!Array.isArray(members)) return unordered(told(rest, on))
  const bared = on.areMembersBare === true ? idsIn(members).map((value): Json => ({ value })) : members
  return unordered(told({ ...rest, members: bared }, on))
}

const resourcesOf = ({ body }: Answer): JsonObject[] =>
  Array.isArray(body['Resources']) ? body['Resources'].filter(isObject) : []

/** Writes down what was made. */
export function noteMade({ asked }: Deed, { status, body }: Answer, { ids }: Side): void {
  const { id } = body
  const at = asked.path.split('?')[0]
  if (asked.method !== 'POST' || status !== 201 || (at !== '/Users' && at !== '/Groups')) return
  // Whoever asked for some attributes only is told the id all the same (RFC 7643 section 7, `always`).
  expect(typeof id).toBe('string')
  ids[at === '/Users' ? 'u' : 'g'].push(String(id))
}

const everything = '?count=1000'

/** Every resource of a list, page by page: a server may give less than it is asked for. */
async function allOf(path: string, on: Side): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = []
  for (;;) {
    const answer = await on.server.send({ method: 'GET', path: `${path}&startIndex=${all.length + 1}` })
    expect(answer).toMatchObject({ status: 200 })
    const page = resourcesOf(answer)
    all.push(...page)
    if (page.length === 0 || all.length >= Number(answer.body['totalResults'])) return all
  }
}

/** All that there is, by number. */
export async function stateOf(on: Side): Promise<Json> {
  const users = await allOf(`/Users${everything}`, on)
  const groups = await allOf(`/Groups${everything}&attributes=displayName,members,externalId`, on)
  const byId = (all: readonly JsonObject[]) =>
    Object.fromEntries(all.map((one) => [JSON.stringify(told(one['id'] ?? null, on)), shown(one, on)]))
  return { users: byId(users), groups: byId(groups) }
}

export interface Sides<Other extends Server = Server> {
  readonly plain: Side<PlainServer>
  readonly other: Side<Other>
}

/** What is there at the beginning, made in the plainest way. */
export async function begun(beginning: Beginning, sides: Sides): Promise<void> {
  const make = async (path: string, body: JsonObject) => {
    for (const on of [sides.plain, sides.other]) {
      const asked = { method: 'POST', path, body }
      const answer = await on.server.send(addressed(asked, on))
      expect(answer).toMatchObject({ status: 201 })
      noteMade({ kind: 'single', asked }, answer, on)
    }
  }
  // What a server writes for itself at its first request is not to be taken back with a deed.
  await sides.plain.server.send({ method: 'GET', path: '/Users?count=0' })
  for (let index = 0; index < beginning.users; index++)
    await make('/Users', {
      schemas: [userUrn],
      userName: `b${index}@contoso.com`,
      displayName: `User ${index}`,
      name: { givenName: 'User', familyName: String(index) },
      active: index % 2 === 0,
      password: 'Correct-horse-1',
      ...(index % 3 === 0 ? { emails: [{ type: 'work', value: `b${index}@x.example` }], title: 'a' } : {}),
    })
  for (const members of beginning.groups)
    await make('/Groups', {
      schemas: [groupUrn],
      displayName: 'staff',
      ...(beginning.users === 0 ? {} : { members: members.map((one) => ({ value: `%u${one}%` })) }),
    })
}

/** Whether Entra can hold what a plain server holds: what it must have, and one work e-mail (facts A4, A6). */
export function isHoldable(user: JsonObject): boolean {
  const { userName, displayName, active, name, emails } = user
  if ([userName, displayName, active].some((one) => one === undefined)) return false
  if (!isObject(name) || name['familyName'] === undefined || name['givenName'] === undefined) return false
  return hasFitting(emails, ['work', 'other'], (type) => type !== 'work') && fittingLists(user)
}

/** A manager who is somebody: Entra looks, a plain server need not. */
async function hasManager(user: JsonObject, { server }: Side): Promise<boolean> {
  const extension = user[enterpriseUrn]
  const manager = isObject(extension) ? extension['manager'] : undefined
  if (!isObject(manager)) return true
  return (await server.send({ method: 'GET', path: `/Users/${manager['value']}` })).status === 200
}

const fittingLists = ({ phoneNumbers, addresses, ims }: JsonObject): boolean =>
  hasFitting(phoneNumbers, ['work', 'mobile', 'fax'], () => false) &&
  hasFitting(addresses, ['work'], () => false) &&
  hasFitting(ims, ['work'], () => false)

function hasFitting(list: Json | undefined, types: readonly string[], isMany: (type: string) => boolean): boolean {
  const own = (Array.isArray(list) ? list : []).map((one) => (isObject(one) ? String(one['type']).toLowerCase() : ''))
  return own.every((type, index) => types.includes(type) && (isMany(type) || own.indexOf(type) === index))
}

/** Does a deed on both sides, one after the other, and compares what their clients see. */
export async function stepBoth(deed: Deed, sides: Sides): Promise<void> {
  if (deed.kind === 'list') return compareLists(deed, sides)
  if (deed.kind === 'walk') return compareWalks(deed, sides)
  if (deed.kind === 'bulk') return compareBulks(deed, sides)
  return compareSingle(deed, sides)
}

async function compareSingle(deed: Deed, { plain, other }: Sides): Promise<void> {
  const before = plain.server
  before.mark()
  const calls = other.server.attempts.length
  const made = await other.server.send(addressed(deed.asked, other))
  const wanted = await plain.server.send(addressed(deed.plainly ?? deed.asked, plain))
  const label = { deed, made: made.body }
  if (wanted.status < 400 && wanted.status !== 204) noteMade(deed, wanted, plain)
  noteMade(deed, made, other)
  const isRefusal = made.status === 400 && ['invalidValue', 'mutability'].includes(String(made.body['scimType']))
  if (wanted.status < 400 && /^(POST|PUT|PATCH)$/.test(deed.asked.method) && deed.asked.path.startsWith('/Users')) {
    const held = (await plain.server.send({ method: 'GET', path: `/Users/${idIn(deed, wanted, plain)}` })).body
    const isHeld = other.holdsAll === true || (isHoldable(held) && (await hasManager(held, plain)))
    if (!isHeld) return settleUnholdable({ deed, made, held, isRefusal }, { plain, other })
  }
  const isBefore = other.server.attempts
    .slice(calls)
    .every(({ method, status }) => method === 'GET' || (status ?? 0) >= 400)
  // What must be there cannot be taken away, not even for a moment, whatever it is to be afterwards.
  if (isBefore && made.body['scimType'] === 'mutability' && takesRequired(deed)) return before.undo()
  // What is wrong with a request itself is said before its id is looked up (contract section 12); of two things that are
  // wrong, which one is told is nobody's matter.
  before.keep()
  if (wanted.status >= 400 && isRefusal && isBefore) return
  // Without versions no call is needed to know that the one that is named is not there; else a read may show first what
  // else is wrong.
  if (deed.asked.ifMatch?.startsWith('W/') === true && wanted.status >= 400)
    // Behind rules a change of nothing is known before any version is asked for.
    return void expect(other.areSchemasLoose === true ? [200, 204, 400, 404, 412] : [400, 404, 412]).toContain(
      made.status,
    )
  expect({ ...label, seen: seen(made, other) }).toEqual({ ...label, seen: seen(wanted, plain) })
  // A plan of several calls may come to a part of what was refused: it says so (contract section 6).
  if (made.status >= 400 && made.status !== 404 && String(made.body['detail']).includes('Done: '))
    await follow(deed.asked, { plain, other })
}

const takesRequired = ({ asked }: Deed): boolean =>
  isObject(asked.body) &&
  Array.isArray(asked.body['Operations']) &&
  asked.body['Operations'].some(
    (one) =>
      isObject(one) &&
      /^remove$/i.test(String(one['op'])) &&
      /^(userName|displayName|active|name)\b/.test(String(one['path'])),
  )

const idIn = ({ asked }: Deed, answer: Answer, on: Side): string =>
  asked.method === 'POST' ? String(answer.body['id']) : (addressed(asked, on).path.split('?')[0]?.split('/')[2] ?? '')

interface Unholdable {
  readonly deed: Deed
  readonly made: Answer
  readonly held: JsonObject
  readonly isRefusal: boolean
}

/** What Entra cannot hold is refused, or a part of it left out; then the plain server is told to hold no more, either. */
async function settleUnholdable({ deed, made, held, isRefusal }: Unholdable, { plain, other }: Sides): Promise<void> {
  if (made.status >= 400) {
    expect({ deed, made: made.body, isRefusal }).toEqual({ deed, made: made.body, isRefusal: true })
    if (deed.asked.method === 'POST') plain.ids.u.pop()
    plain.server.undo()
    return
  }
  plain.server.keep()
  const id = idIn(deed, made, other)
  const { body } = await other.server.send({ method: 'GET', path: `/Users/${id}` })
  expect(isHoldable(body)).toBe(true)
  const [reduced, whole] = [told(common(body), other), told(common(held), plain)]
  expect({ deed, reduced: withoutLists(reduced) }).toEqual({ deed, reduced: withoutLists(whole) })
  for (const list of multiple) {
    const elements = (isObject(whole) && Array.isArray(whole[list]) ? whole[list] : []).map(bare)
    const kept = (isObject(reduced) && Array.isArray(reduced[list]) ? reduced[list] : []).map(bare)
    expect({ deed, list, kept: kept.filter((one) => !elements.includes(one)) }).toEqual({ deed, list, kept: [] })
  }
  await copy('Users', { plain, other }, other.ids.u.indexOf(id))
}

const bare = (one: Json): string => JSON.stringify(unordered(one)).toLowerCase()
const multiple = ['emails', 'phoneNumbers', 'addresses', 'ims']
const withoutLists = (resource: Json): Json =>
  isObject(resource)
    ? unordered(Object.fromEntries(Object.entries(resource).filter(([name]) => !multiple.includes(name))))
    : resource

/** Makes the plain server hold what the other one holds under a number. */
async function copy(endpoint: 'Users' | 'Groups', { plain, other }: Sides, index: number): Promise<void> {
  const kind = endpoint === 'Users' ? 'u' : 'g'
  const { status, body } = await other.server.send({ method: 'GET', path: `/${endpoint}/${other.ids[kind][index]}` })
  // What came later in the same Bulk may have taken it away.
  if (status === 404) return
  const held = JSON.stringify(told(common(body), other)).replace(/"([ug])(\d+)"/g, (_, k: string, n: string) =>
    JSON.stringify((k === 'u' ? plain.ids.u : plain.ids.g)[Number(n)]),
  )
  const answer = await plain.server.send({
    method: 'PUT',
    path: `/${endpoint}/${plain.ids[kind][index]}`,
    body: JSON.parse(held),
  })
  expect(answer).toMatchObject({ status: 200 })
}

async function follow({ method, path }: Pick<Asked, 'method' | 'path'>, sides: Sides): Promise<void> {
  const [, endpoint, id = ''] = addressed({ method, path }, sides.other).path.split('?')[0]?.split('/') ?? []
  if (endpoint !== 'Groups' || method === 'POST') return
  await copy('Groups', sides, sides.other.ids.g.indexOf(id))
}

/** Filters by what Entra compares and nobody shows (`groups`, `members`) may be refused where they are joined to others. */
const mayBeRefused = ({ asked }: Deed): boolean => /groups|members/.test(JSON.stringify(asked))
const isUndecidable = ({ status, body }: Answer): boolean => status === 400 && body['scimType'] === 'invalidFilter'

async function compareLists(deed: Deed, { plain, other }: Sides): Promise<void> {
  const made = await other.server.send(addressed(deed.asked, other))
  const wanted = await plain.server.send(addressed(deed.asked, plain))
  const label = { deed, made: made.body }
  if (isUndecidable(made) && mayBeRefused(deed)) return
  if (wanted.status >= 400)
    return void expect({ ...label, seen: seen(made, other) }).toEqual({ ...label, seen: seen(wanted, plain) })
  // Whose pages are small gives less than it is asked for, and says so.
  const length = resourcesOf(made).length
  const isShort = other.holdsAll === true && length > 0 && length < resourcesOf(wanted).length
  const told = ({ totalResults, startIndex, itemsPerPage, schemas }: JsonObject) => ({
    totalResults,
    startIndex,
    itemsPerPage: isShort ? length : itemsPerPage,
    schemas,
  })
  expect({ ...label, status: made.status, ...told(made.body) }).toEqual({
    ...label,
    status: wanted.status,
    ...told(wanted.body),
  })
  expect(Array.isArray(made.body['Resources'])).toBe(Array.isArray(wanted.body['Resources']))
  const found = resourcesOf(made).map((one) => shown(one, other))
  const page = resourcesOf(wanted).map((one) => shown(one, plain))
  if (isOrdered(deed)) {
    const keys = await sortKeys(deed, plain)
    expect({ ...label, keys: found.map(keys) }).toEqual({ ...label, keys: page.slice(0, length).map(keys) })
  }
  const all = resourcesOf(await plain.server.send(addressed(whole(deed.asked), plain))).map((one) =>
    JSON.stringify(shown(one, plain)),
  )
  if (!isShort) expect(found).toHaveLength(page.length)
  const texts = found.map((one) => JSON.stringify(one))
  expect({ ...label, strangers: texts.filter((one) => !all.includes(one)) }).toEqual({ ...label, strangers: [] })
  expect(new Set(texts).size).toBe(texts.length)
}

/** Without sortBy the order is the server's own (RFC 7644 section 3.4.2.3), and so what is on which page. */
const isOrdered = ({ asked }: Deed): boolean => /sortBy/.test(JSON.stringify(asked))

/** What a list is ordered by: which of two that have the same comes first is the server's own matter. */
async function sortKeys({ asked }: Deed, plain: Side): Promise<(resource: Json) => Json> {
  const name = /sortBy(?:=|":")([\w.]+)/.exec(JSON.stringify(asked))?.[1] ?? ''
  const all = [...(await allOf(`/Users${everything}`, plain)), ...(await allOf(`/Groups${everything}`, plain))]
  const byId = new Map(all.map((one) => [told(one['id'] ?? null, plain), one]))
  return (resource) => {
    const held = byId.get(isObject(resource) ? (resource['id'] ?? null) : null) ?? {}
    const [first = '', sub = ''] = name.split('.')
    const value = held[first] ?? null
    // Of several the primary one counts, or the first.
    const one = Array.isArray(value)
      ? (value.find((each) => isObject(each) && each['primary'] === true) ?? value[0] ?? null)
      : value
    const key = isObject(one) ? (one[sub === '' ? 'value' : sub] ?? null) : one
    return typeof key === 'string' ? String(told(key, plain)).toLowerCase() : key
  }
}

function whole(asked: Asked): Asked {
  if (isObject(asked.body)) {
    const { startIndex: _, count: __, ...body } = asked.body
    return { ...asked, body: { ...body, count: 1000 } }
  }
  return { ...asked, path: `${asked.path.replace(/([?&])(startIndex|count)=\d+/g, '$1')}&count=1000` }
}

/** Page by page to the end: the pages may be cut otherwise, what is on them all may not. */
async function compareWalks(deed: Deed, { plain, other }: Sides): Promise<void> {
  const [made, wanted] = [await walk(deed.asked, other), await walk(deed.asked, plain)]
  const label = { deed }
  if (made.refusal !== undefined && isUndecidable(made.refusal) && mayBeRefused(deed)) return
  const sorted = (all: readonly Json[]) => all.map((one) => JSON.stringify(one)).sort()
  if (isOrdered(deed)) {
    const keys = await sortKeys(deed, plain)
    expect({ ...label, keys: made.all.map(keys) }).toEqual({ ...label, keys: wanted.all.map(keys) })
  }
  expect({
    ...label,
    refusal: made.refusal && seen(made.refusal, other),
    all: sorted(made.all),
    totals: made.totals,
  }).toEqual({
    ...label,
    refusal: wanted.refusal && seen(wanted.refusal, plain),
    all: sorted(wanted.all),
    totals: wanted.totals,
  })
}

interface Walked {
  readonly all: readonly Json[]
  readonly totals: readonly Json[]
  readonly refusal?: Answer
}

async function walk(asked: Asked, on: Side): Promise<Walked> {
  const all: Json[] = []
  const totals = new Set<Json>()
  const isByCursor = asked.path.endsWith('cursor')
  let more = isByCursor ? '=' : '&startIndex=1'
  for (let pages = 0; pages < 200; pages++) {
    const { path } = addressed(asked, on)
    const answer = await on.server.send({ ...asked, path: `${path}${more}` })
    if (answer.status !== 200) return { all, totals: [], refusal: answer }
    const { nextCursor, totalResults, itemsPerPage } = answer.body
    const resources = resourcesOf(answer)
    expect(itemsPerPage).toBe(resources.length)
    all.push(...resources.map((one) => shown(one, on)))
    if (isByCursor) {
      if (nextCursor === undefined) return { all, totals: [] }
      more = `=${encodeURIComponent(String(nextCursor))}`
      continue
    }
    totals.add(totalResults ?? null)
    if (resources.length === 0 || all.length >= Number(totalResults)) return { all, totals: [...totals] }
    more = `&startIndex=${all.length + 1}`
  }
  throw new Error('the walk does not end')
}

async function compareBulks(deed: Deed, { plain, other }: Sides): Promise<void> {
  const asked = addressed(deed.asked, other)
  const operations = isObject(asked.body) && Array.isArray(asked.body['Operations']) ? asked.body['Operations'] : []
  const made = await other.server.send(asked)
  const wanted = await plain.server.send(addressed(deed.asked, plain))
  expect(made.status).toBe(wanted.status)
  const [ourResults, theirResults] = [noteBulk(made, other), noteBulk(wanted, plain)]
  const ours = ourResults.map((one) => resultOf(one, other))
  const theirs = theirResults.map((one) => resultOf(one, plain))
  expect({ operations, made: made.body, results: ours }).toEqual({ operations, made: made.body, results: theirs })
  for (const [index, { response }] of ourResults.entries()) {
    const operation = operations[index]
    if (!isObject(operation) || !isObject(response) || !String(response['detail']).includes('Done: ')) continue
    if (response['status'] === '404') continue
    await follow({ method: String(operation['method']), path: String(operation['path']) }, { plain, other })
  }
}

function noteBulk({ body }: Answer, on: Side): JsonObject[] {
  const results = (Array.isArray(body['Operations']) ? body['Operations'] : []).filter(isObject)
  for (const { method, location } of results) {
    const [, kind, id] = /\/(User|Group)s\/([^/]+)$/.exec(String(location)) ?? []
    if (method === 'POST' && id !== undefined) on.ids[kind === 'User' ? 'u' : 'g'].push(id)
  }
  return results
}

function resultOf({ method, bulkId, status, location, response }: JsonObject, on: Side): Json {
  const { scimType = null } = isObject(response) ? response : {}
  return told(
    { method: method ?? null, bulkId: bulkId ?? null, status: status ?? null, location: location ?? null, scimType },
    on,
  )
}
