import { compileRules } from '../../src/rules/compile.ts'
import { createTranslator } from '../../src/rules/create-translator.ts'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { median } from './load.ts'

const rounds = 41
const times = 2000

const user: JsonObject = {
  schemas: [userUrn, enterpriseUserUrn],
  id: '2819c223-7f76-453a-919d-413861904646',
  externalId: '701984',
  userName: 'bjensen@contoso.example',
  displayName: 'Barbara Jensen',
  nickName: 'Babs',
  profileUrl: 'https://login.example.com/bjensen',
  title: 'Tour Guide',
  preferredLanguage: 'en-US',
  locale: 'en-US',
  timezone: 'America/Los_Angeles',
  active: true,
  hireDate: '23.01.2008',
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.example', type: 'home' },
  ],
  addresses: [{ type: 'work', streetAddress: '100 Universal City Plaza', locality: 'Hollywood', country: 'USA' }],
  phoneNumbers: [{ value: '555-555-5555', type: 'work' }],
  roles: [{ value: 'guide' }, { value: 'manager' }],
  entitlements: [{ value: 'tours' }],
  [enterpriseUserUrn]: { costCenter: '4130', division: 'Theme Park', manager: { value: '26118915' } },
  meta: { resourceType: 'User', created: '2010-01-23T04:56:22Z', version: 'W/"3694e05e9dff591"' },
}

/** The rules of contract §5, but for the expression. */
const compiled = compileRules({
  User: [
    { client: 'externalId', upstream: `${enterpriseUserUrn}:employeeNumber` },
    { client: 'active', upstream: 'status', values: { true: 'ENABLED', false: 'DISABLED' } },
    { client: { userName: '{local}@contoso.example' }, upstream: { userName: '{local}@contoso.com' } },
    {
      client: { displayName: '{given} {family}' },
      upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
    },
    { client: 'emails[type eq "work"].value', upstream: 'mail' },
    {
      client: { hireDate: '{day | date "dd.MM.yyyy"}' },
      upstream: { startDate: '{day | date "yyyy-MM-dd"}' },
    },
    { upstream: 'usageLocation', constant: 'DE' },
    { upstream: 'userType', default: 'Member' },
    { upstream: 'mailNickname', template: '{userName | ascii | lower | first 20}', when: 'not (employeeType pr)' },
    { hide: 'password' },
  ],
}).get('User')
if (compiled === undefined) throw new TypeError('there are no rules')
const translator = createTranslator(compiled, userDefinition, () => {})

const text = JSON.stringify(user)
const parsed = JSON.parse(text)
if (!isObject(parsed)) throw new TypeError('the user is no object')
const upstream = translator.toUpstream(parsed)

/** Microseconds that one run takes. */
function measure(work: () => unknown): number {
  const started = performance.now()
  for (let time = 0; time < times; time += 1) work()
  return ((performance.now() - started) * 1000) / times
}

/**
 * What compiled rules cost, as ratios within one run: a user of 20 attributes under 10 rules, each way, beside `JSON.parse`
 * plus `JSON.stringify` of it; and lists of growing length, for the time that a user of each takes. Prints a table; asserts
 * nothing.
 */
export function benchRules(): void {
  const contenders: Readonly<Record<string, () => unknown>> = {
    'JSON.parse + JSON.stringify': () => JSON.stringify(JSON.parse(text)),
    toUpstream: () => translator.toUpstream(parsed),
    toClient: () => translator.toClient(upstream),
    carryOver: () => translator.carryOver(upstream, parsed, true),
  }
  // All of them in turn, round by round, so that a drifting machine drifts for all; the first rounds warm up.
  const taken = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = -10; round < rounds; round += 1)
    for (const [name, work] of Object.entries(contenders)) {
      const microseconds = measure(work)
      if (round >= 0) taken.get(name)?.push(microseconds)
    }
  print(taken)
  console.log('Lists of users, inward')
  for (const length of [10, 100, 1000, 10_000])
    console.log(`  ${String(length).padStart(6)} users ${perUser(length).toFixed(2).padStart(8)} us each`)
  console.log()
}

function print(taken: ReadonlyMap<string, readonly number[]>): void {
  const base = taken.get('JSON.parse + JSON.stringify') ?? []
  console.log(`Rules: a user of ${Object.keys(user).length} attributes, ${compiled?.rules.length} rules`)
  for (const [name, all] of taken) {
    const ratio = median(all.map((one, round) => one / (base[round] ?? Number.NaN)))
    console.log(`  ${name.padEnd(30)} ${median(all).toFixed(2).padStart(8)} us   ${ratio.toFixed(2)} of the JSON`)
  }
}

/** Microseconds that each user of a list takes. */
function perUser(length: number): number {
  const list = Array.from({ length }, () => structuredClone(upstream))
  return median(
    Array.from({ length: 9 }, () => {
      const started = performance.now()
      for (const one of list) translator.toClient(one)
      return ((performance.now() - started) * 1000) / length
    }),
  )
}
