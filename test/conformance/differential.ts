import { isObject, type Json } from '../../src/scim/json.ts'
import { type Answered, scimTenant, startTestGateway } from '../support/gateway.ts'
import { exchange, remember, type Saved, type Step, startSaved, type Target } from './conversation.ts'
import { type ScimmyServer, startScimmy } from './scimmy-server.ts'

const token = 'a-token-of-the-upstream'
const tokenVariable = 'TEST_SCIMMY_TOKEN'

/** Two equal foreign servers: one asked directly, one through the gateway. */
export interface Pair {
  readonly direct: Target
  readonly through: Target
  /** Sends the request both ways, and gives both answers in words that do not depend on the place. */
  both(step: Pick<Step, 'ask' | 'body' | 'headers' | 'save'>): Promise<Both>
  stop(): Promise<void>
}

export interface Both {
  readonly direct: Seen
  readonly through: Seen
}

/** An answer, its locations relative to the SCIM root that gave it. */
export interface Seen {
  readonly status: number
  readonly body: Json
}

export async function startPair(): Promise<Pair> {
  const [asked, behind] = [await startScimmy(token), await startScimmy(token)]
  process.env[tokenVariable] = token
  const gateway = await startTestGateway({
    foreign: scimTenant('foreign', behind.base, `{ kind: bearer, token: { env: ${tokenVariable} } }`),
  })
  const base = `${gateway.url}/t/foreign/scim/v2`
  const direct = { base: asked.base, token }
  const through = { base, token: await gateway.mint('foreign'), hidden: behind.hidden }
  const saved = { direct: startSaved(direct), through: startSaved(through) }
  return {
    direct,
    through,
    async both(step) {
      return {
        direct: await seen(direct, step, saved.direct, asked),
        through: await seen(through, step, saved.through, { bases: [base] }),
      }
    },
    async stop() {
      await gateway.stop()
      await Promise.all([asked.close(), behind.close()])
    },
  }
}

async function seen(
  target: Target,
  step: Pick<Step, 'ask' | 'body' | 'headers' | 'save'>,
  saved: Saved,
  { bases }: Pick<ScimmyServer, 'bases'>,
): Promise<Seen> {
  const answer = await exchange(target, step, saved)
  if (answer.status < 400) remember(step, answer, saved)
  return placeless(answer, bases)
}

const placeless = ({ status, text, body }: Answered, bases: readonly string[]): Seen => ({
  status,
  body: text === '' ? null : relative(body, bases),
})

function relative(value: Json, bases: readonly string[]): Json {
  if (typeof value === 'string') return relativeText(value, bases)
  if (Array.isArray(value)) return value.map((item) => relative(item, bases))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, relative(item, bases)]))
}

const relativeText = (text: string, bases: readonly string[]): string =>
  bases.reduce((rest, base) => rest.replaceAll(base, ''), text)
