import { planOf, type SingleRequest } from '../../src/plan/plan.ts'
import { defaultChoices } from '../../src/plan/planning.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import type { Outcome, Step } from '../../src/plan/step.ts'
import { createPlanned } from '../../src/planned/planned.ts'
import { normaliseResource } from '../../src/scim/dialect.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import type { ScimReply } from '../../src/scim/request.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { groupUrn, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import type { Upstream } from '../../src/upstream/upstream.ts'
import { median } from './load.ts'
import { errand, patchUrn } from './plan-world.ts'

const rounds = 31

const definitionOf = (type: string): ResourceDefinition => {
  const definition = entra.types.get(type)?.definition
  if (definition === undefined) throw new TypeError(`the preset has no ${type}`)
  return definition
}
const [user, group] = [definitionOf('user'), definitionOf('group')]

const id = '2819c223-7f76-453a-919d-413861904646'
const held: JsonObject = {
  schemas: [userUrn],
  id,
  externalId: '701984',
  userName: 'bjensen@contoso.com',
  displayName: 'Barbara Jensen',
  title: 'Tour Guide',
  preferredLanguage: 'en-US',
  active: true,
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [{ value: 'bjensen@contoso.com', type: 'work', primary: true }],
  addresses: [{ type: 'work', streetAddress: '100 Universal City Plaza', locality: 'Hollywood', country: 'US' }],
  phoneNumbers: [{ value: '555-555-5555', type: 'work' }],
}
const { id: _, ...body } = held
const members = Array.from({ length: 1_000 }, () => ({ value: crypto.randomUUID() }))
const patch = (...Operations: JsonObject[]): JsonObject => ({ schemas: [patchUrn], Operations })

interface Planned {
  readonly name: string
  readonly body: JsonObject
  readonly request: SingleRequest
  readonly times: number
}

const replace = (definition: ResourceDefinition, given: JsonObject): SingleRequest => ({
  operation: 'replace',
  definition,
  id,
  resource: normaliseResource(given, definition, 'auto'),
  projection: {},
})
const change = (definition: ResourceDefinition, given: JsonObject): SingleRequest => ({
  operation: 'patch',
  definition,
  id,
  operations: parsePatch(given, definition, 'auto'),
  projection: {},
})

const changed = { ...body, title: 'Guide', name: { givenName: 'Babs', familyName: 'Jensen' } }
const several = patch({ op: 'replace', value: { title: 'Guide', 'name.givenName': 'Babs', active: false } })
const adds = patch({ op: 'add', path: 'members', value: members.slice(0, 45) })
const staff: JsonObject = { schemas: [groupUrn], displayName: 'Staff', members }

const contenders: readonly Planned[] = [
  { name: 'PUT of a user as it is', body, request: replace(user, body), times: 300 },
  { name: 'PUT of a user, 2 attributes changed', body: changed, request: replace(user, changed), times: 300 },
  { name: 'PATCH of 3 attributes without paths', body: several, request: change(user, several), times: 1000 },
  { name: 'PATCH that adds 45 members', body: adds, request: change(group, adds), times: 300 },
  { name: 'PUT of a group of 1,000, 20 of them new', body: staff, request: replace(group, staff), times: 10 },
]

const users = members.slice(20).map(({ value }) => ({ id: value, displayName: 'Barbara Jensen' }))

/** What is there, from memory. */
function answered({ request }: Step): Outcome {
  return { kind: 'done', reply: replyTo(request) }
}

function replyTo(request: Step['request']): ScimReply {
  if (request.operation === 'list') return { kind: 'list', list: { resources: users, itemsPerPage: users.length } }
  if (request.operation !== 'read') return { kind: 'empty', status: 204 }
  const resource = request.definition === group ? { id, displayName: 'Staff' } : held
  return { kind: 'resource', status: 200, resource }
}

const entraPlanning = { capabilities: entra, choices: defaultChoices }

function planned(request: SingleRequest): void {
  const plan = planOf(request, entraPlanning)
  let turn = plan.next([])
  while (turn.done !== true) turn = plan.next(turn.value.map(answered))
}

const microseconds = (work: () => void, times: number): number => {
  const started = performance.now()
  for (let time = 0; time < times; time += 1) work()
  return ((performance.now() - started) * 1000) / times
}

/** What planning costs, beside reading and writing the request's own body, in one run; answers come from memory. */
export function benchPlanning(): void {
  console.log('Planning for Entra, answers from memory')
  for (const { name, body: given, request, times } of contenders) {
    const text = JSON.stringify(given)
    const own: number[] = []
    const ratios: number[] = []
    for (let round = -10; round < rounds; round += 1) {
      const json = microseconds(() => JSON.stringify(JSON.parse(text)), times)
      const plan = microseconds(() => planned(request), times)
      if (round < 0) continue
      own.push(plan)
      ratios.push(plan / json)
    }
    const ratio = `${median(ratios).toFixed(2)} of JSON.parse + JSON.stringify of its body`
    console.log(`  ${name.padEnd(42)} ${median(own).toFixed(1).padStart(8)} us   ${ratio}`)
  }
}

/** What the plan adds for an upstream that needs none. */
export async function benchOverhead(): Promise<void> {
  const reply: ScimReply = { kind: 'resource', status: 200, resource: held }
  const bare: Upstream = { definitionAt: async () => userDefinition, carry: async () => reply }
  const ignore = (): void => {}
  const through = createPlanned({
    tenant: 'bench',
    upstream: bare,
    capabilities: rfc,
    choices: defaultChoices,
    dialect: 'auto',
    ports: {
      now: Date.now,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      wait: async () => {},
      randomBytes: (count) => new Uint8Array(count),
    },
  })
  const request = replace(userDefinition, body)
  const asked = errand()
  const timed = async (upstream: Upstream): Promise<number> => {
    const times = 20_000
    const started = performance.now()
    for (let time = 0; time < times; time += 1) await upstream.carry(request, asked)
    return ((performance.now() - started) * 1000) / times
  }
  const [direct, added]: [number[], number[]] = [[], []]
  for (let round = -5; round < rounds; round += 1) {
    const without = await timed(bare)
    const within = await timed(through)
    if (round < 0) continue
    direct.push(without)
    added.push(within - without)
  }
  const took = `${median(direct).toFixed(3)} us a PUT without, ${median(added).toFixed(3)} us more with it`
  console.log(`The plan over an \`rfc\` upstream that answers at once\n  ${took}\n`)
}
