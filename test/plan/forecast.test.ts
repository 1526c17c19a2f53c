import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Forecast, forecastOf } from '../../src/plan/forecast.ts'
import { defaultChoices, type SingleRequest } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { groupDefinition } from '../../src/scim/schemas.ts'
import { entraUser } from '../support/entra.ts'
import { get, patch, post, put, refused, throughEntra } from './through.ts'

const group = { definition: groupDefinition }
const planning = { capabilities: entra, choices: defaultChoices }
const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ value: `m${index}` }))
const add = (count: number) => ({ op: 'add', path: 'members', value: ids(count) })
const remove = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` })

/** `GET /Users/{id} 1, PATCH /Users/{id} 0-1`. */
const print = ({ steps }: Forecast): string =>
  steps
    .map(({ method, path, times: { least, most } }) => {
      const times = least === most ? String(least) : `${least}-${most ?? ''}`
      return `${method} ${path} ${times}`
    })
    .join(', ')

describe('the forecast', () => {
  it.each<[string, SingleRequest, string]>([
    ['a read of a user', get('1'), 'GET /Users/{id} 1'],
    ['a read of a group', get('1', group), 'GET /Groups/{id} 1, GET /Users 1-20'],
    ['a create', post(entraUser('a')), 'POST /Users 1'],
    [
      'a create with members',
      post({ displayName: 'g', members: ids(41) }, group),
      'POST /Groups 1, PATCH /Groups/{id} 3',
    ],
    ['a PUT', put('1', entraUser('a')), 'GET /Users/{id} 1, PATCH /Users/{id} 0-1'],
    ['a PUT of what is known', put('1', entraUser('a'), { held: entraUser('a') }), ''],
    [
      'a PUT of a group',
      put('1', { displayName: 'g', members: ids(50) }, group),
      'GET /Groups/{id} 1, GET /Users 1-20, PATCH /Groups/{id} 0-1, PATCH /Groups/{id} 0-3, PATCH /Groups/{id} 0-',
    ],
    ['a PATCH', patch('1', [{ op: 'replace', path: 'title', value: 'a' }]), 'PATCH /Users/{id} 1'],
    [
      'a PATCH that reads',
      patch('1', [{ op: 'remove', path: 'emails[type eq "work"]' }]),
      'GET /Users/{id} 1, PATCH /Users/{id} 0-1',
    ],
    [
      'a PATCH of an element',
      patch('1', [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a' }]),
      'PATCH /Users/{id} 1, GET /Users/{id} 0-1, PATCH /Users/{id} 0-1',
    ],
    ['a PATCH of nothing', patch('1', []), 'GET /Users/{id} 1'],
    ['adds', patch('1', [add(21)], group), 'PATCH /Groups/{id} 2'],
    ['removals', patch('1', [remove('a'), remove('b')], group), 'PATCH /Groups/{id} 2, GET /Groups/{id} 0-1'],
    ['adds and removals', patch('1', [add(1), remove('b')], group), 'PATCH /Groups/{id} 2'],
    [
      'a replacement of members',
      patch('1', [{ ...add(21), op: 'replace' }], group),
      'GET /Users 1-20, PATCH /Groups/{id} 0-2, PATCH /Groups/{id} 0-, GET /Groups/{id} 0-1',
    ],
    ['a delete', { operation: 'delete', definition: groupDefinition, id: '1' }, 'DELETE /Groups/{id} 1'],
  ])('of %s on Entra', (_, request, expected) => {
    expect(print(forecastOf(request, planning))).toBe(expected)
  })

  it('of whatever a standard server serves is one call', () => {
    for (const request of [put('1', entraUser('a')), patch('1', [add(50)], group), get('1', group)])
      expect(forecastOf(request, { capabilities: rfc, choices: defaultChoices }).calls).toEqual({ least: 1, most: 1 })
  })

  it('of what cannot be served is its refusal', async () => {
    const work = async () => forecastOf(post({ userName: 'a' }), planning)
    expect(await refused(work())).toMatchObject({ status: 400 })
  })
})

const through = throughEntra()
const pool = through.users(30)
const some = fc.uniqueArray(fc.nat({ max: 29 }), { maxLength: 30 })

describe('the calls that are made', () => {
  it("lie between the forecast's, whatever is there", async () => {
    const all = await pool
    const named = (chosen: readonly number[]) => chosen.map((index) => all[index] ?? '')
    const kinds = fc.constantFrom('put', 'add', 'remove', 'replace', 'both', 'none', 'shown')
    await fc.assert(
      fc.asyncProperty(some, some, kinds, async (held, chosen, kind) => {
        const id = await through.group('g', named(held))
        const members = named(chosen).map((value) => ({ value }))
        const adds = { op: 'add', path: 'members', value: members }
        const removals = named(chosen).map((one) => remove(one))
        const requests: Record<typeof kind, SingleRequest> = {
          put: put(id, { displayName: 'h', members }, group),
          add: patch(id, [adds], group),
          remove: patch(id, removals, group),
          replace: patch(id, [{ ...adds, op: 'replace' }], group),
          both: patch(id, [{ op: 'replace', path: 'displayName', value: 'h' }, adds, ...removals.slice(0, 3)], group),
          none: patch(id, [], group),
          shown: patch(id, [{ ...adds, op: 'replace' }], { ...group, attributes: ['members'] }),
        }
        const { calls } = forecastOf(requests[kind], planning)
        await through.serve(requests[kind])
        const made = through.steps.length
        expect(made).toBeGreaterThanOrEqual(calls.least)
        expect(made).toBeLessThanOrEqual(calls.most ?? Number.POSITIVE_INFINITY)
        if (kind === 'add' && chosen.length > 0) expect(calls).toEqual({ least: made, most: made })
      }),
      { numRuns: 60 },
    )
  })
})
