import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { send } from '../support/gateway.ts'
import { type Believed, type BelievedUser, enterprise } from './conversation.ts'

/** What a directory really holds, in the words of a `Believed`: everything that a client could have spoken of. */
export interface Held {
  readonly users: readonly Required<Nullable<BelievedUser>>[]
  readonly groups: Believed['groups']
}

type Nullable<Shape> = { readonly [Name in keyof Shape]: Shape[Name] | undefined }

/** Reads the stand-in itself, by its own rules, past the gateway. */
export async function entraState(url: string): Promise<Held> {
  const users = await entraPages(`${url}/users`)
  const groups = await entraPages(`${url}/groups`)
  const members: [string, readonly string[]][] = []
  for (const group of groups) {
    const filter = encodeURIComponent(`groups.value eq "${text(group['id'])}"`)
    const found = await entraPages(`${url}/users?filter=${filter}`)
    members.push([text(group['displayName']), found.map(({ userName }) => text(userName)).sort()])
  }
  return stateOf(users, Object.fromEntries(members))
}

async function entraPages(url: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const more: string = cursor === '' ? '' : `${url.includes('?') ? '&' : '?'}cursor=${cursor}`
    const { status, body } = await send(url + more, { headers: { accept: 'application/json' } })
    if (status !== 200) throw new Error(`the stand-in answered ${status}: ${JSON.stringify(body)}`)
    found.push(...objects(body['resources']))
    cursor = typeof body['nextCursor'] === 'string' ? encodeURIComponent(body['nextCursor']) : undefined
  }
  return found
}

/** Reads a standard's server through a front door. */
export async function scimState(read: (path: string) => Promise<JsonObject>): Promise<Held> {
  const users = objects((await read('/Users?count=1000'))['Resources'])
  const groups = objects((await read('/Groups?count=1000'))['Resources'])
  const named = new Map(users.map(({ id, userName }) => [text(id), text(userName)]))
  const members = groups.map((group): [string, readonly string[]] => [
    text(group['displayName']),
    objects(group['members'])
      .map(({ value }) => named.get(text(value)) ?? `nobody: ${text(value)}`)
      .sort(),
  ])
  return stateOf(users, Object.fromEntries(members))
}

function stateOf(users: readonly JsonObject[], groups: Held['groups']): Held {
  const named = new Map(users.map(({ id, userName }) => [text(id), text(userName)]))
  return {
    users: users
      .map((user) => {
        const name = object(user['name'])
        const work = object(user[enterprise])
        const manager = work['manager']
        return {
          userName: text(user['userName']),
          active: user['active'] === true,
          displayName: text(user['displayName']),
          givenName: text(name['givenName']),
          familyName: text(name['familyName']),
          mail: optional(objects(user['emails'])[0]?.['value']),
          title: optional(user['title']),
          department: optional(work['department']),
          manager: manager === undefined ? undefined : named.get(text(object(manager)['value'])),
        }
      })
      .sort((a, b) => (a.userName < b.userName ? -1 : 1)),
    groups,
  }
}

/** A belief with every name that it could have had, so that what a client never set must not be there. */
export const wholeOf = ({ users, groups }: Believed): Held => ({
  users: users
    .map((user) => ({ mail: undefined, title: undefined, department: undefined, manager: undefined, ...user }))
    .sort((a, b) => (a.userName < b.userName ? -1 : 1)),
  groups: Object.fromEntries(Object.entries(groups).map(([name, members]) => [name, [...members].sort()])),
})

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const object = (value: Json | undefined): JsonObject => (value !== undefined && isObject(value) ? value : {})
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const optional = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
