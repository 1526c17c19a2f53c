import { send } from '../support/gateway.ts'

/** What a client knows of a request of its own. */
export interface Sent {
  readonly tenant: string
  readonly method: string
  /** The user name of a create, else the path. */
  readonly what: string
  /** Undefined when no answer came. */
  readonly status: number | undefined
  /** The call's id by `X-Request-Id`. */
  readonly call: string | undefined
  /** When it was sent, by `performance.now()`. */
  readonly sentAt: number
}

/** A user that a client made and that only it changes. */
export interface OwnUser {
  readonly tenant: string
  readonly id: string
  /** The last `displayName` that was acknowledged, and the last that was sent: counted upward. */
  acknowledged: number
  sent: number
}

export interface Load {
  readonly url: string
  readonly tenant: string
  readonly token: string
  /** Makes user names that nobody else makes. */
  readonly prefix: string
  random(): number
  stopped(): boolean
  /** Told of every request as soon as its outcome is known. */
  note(sent: Sent): void
  /** Told of every user that was created. */
  made(user: OwnUser): void
}

/** One client: creates, reads, patches and lists until it is stopped or gets no answer. */
export async function runClient(load: Load): Promise<void> {
  const root = `${load.url}/scim/v2/Users`
  const own: OwnUser[] = []
  let made = 0

  const request = async (method: string, path: string, body?: string, what = path) => {
    const sentAt = performance.now()
    const noted = { tenant: load.tenant, method, what, sentAt }
    try {
      const { token } = load
      const answer = await send(root + path, { method, token, ...(body === undefined ? {} : { body }) })
      load.note({ ...noted, status: answer.status, call: answer.headers.get('x-request-id') ?? undefined })
      return answer
    } catch {
      load.note({ ...noted, status: undefined, call: undefined })
      return undefined
    }
  }

  const create = async () => {
    const userName = `${load.prefix}-${made++}`
    const answer = await request('POST', '', JSON.stringify({ userName, displayName: '0' }), userName)
    const id = answer?.body['id']
    if (answer?.status !== 201 || typeof id !== 'string') return answer
    const user = { tenant: load.tenant, id, acknowledged: 0, sent: 0 }
    own.push(user)
    load.made(user)
    return answer
  }

  const patch = async (user: OwnUser) => {
    const value = ++user.sent
    const operation = { op: 'replace', path: 'displayName', value: String(value) }
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']
    const answer = await request('PATCH', `/${user.id}`, JSON.stringify({ schemas, Operations: [operation] }))
    if (answer !== undefined && answer.status < 300) user.acknowledged = value
    return answer
  }

  while (!load.stopped()) {
    const user = own[Math.floor(load.random() * own.length)]
    const dice = load.random()
    const answer =
      user === undefined || dice < 0.5
        ? await create()
        : dice < 0.7
          ? await request('GET', `/${user.id}`)
          : dice < 0.95
            ? await patch(user)
            : await request('GET', '?count=5')
    if (answer === undefined) return
  }
}
