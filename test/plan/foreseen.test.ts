import { describe, expect, it } from 'vitest'
import { foreseen } from '../../src/plan/foreseen.ts'
import { defaultChoices, type SingleRequest } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { groupDefinition } from '../../src/scim/schemas.ts'
import { entraUser } from '../support/entra.ts'
import { get, patch, post, put, refused } from './through.ts'

const group = { definition: groupDefinition }
const planning = { capabilities: entra, choices: defaultChoices }
const members = Array.from({ length: 45 }, (_, index) => ({ value: `m${index}` }))

const requests: Readonly<Record<string, SingleRequest>> = {
  'a create': post({ displayName: 'g', members }, group),
  'a PUT': put('1', { displayName: 'g', members }, group),
  'a replacement of members': patch('1', [{ op: 'replace', path: 'members', value: members }], group),
  'a removal of an element': patch('1', [{ op: 'remove', path: 'emails[type eq "work"]' }]),
  'a change of an element': patch('1', [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a' }]),
  'a read': get('1', group),
}

describe('the calls of', () => {
  it.each(Object.entries(requests))('%s are as often as the forecast says', (_, request) => {
    const { calls, total } = foreseen(request, planning)
    expect(calls.reduce((sum, { times }) => sum + times.least, 0)).toBe(total.least)
    const mosts = calls.map(({ times }) => times.most)
    if (total.most === undefined) expect(mosts).toContain(undefined)
    else expect(mosts.reduce((sum = 0, most = 0) => sum + most, 0)).toBe(total.most)
  })

  it('a PUT say what they would say if nothing were there', () => {
    const { calls } = foreseen(put('1', { displayName: 'g', members }, group), planning)
    const written = calls.map(({ method, request, afterRead, times }) => [
      method,
      request?.operation === 'patch' ? request.operations.length : undefined,
      afterRead,
      times.least,
    ])
    expect(written).toEqual([
      ['GET', undefined, false, 1],
      ['GET', undefined, false, 1],
      ['PATCH', 1, true, 0],
      ['PATCH', 1, true, 0],
      ['PATCH', 1, true, 0],
      ['PATCH', 1, true, 0],
      ['PATCH', undefined, true, 0],
    ])
  })

  it('what a standard server serves is the request', () => {
    const request = put('1', entraUser('a'))
    expect(foreseen(request, { capabilities: rfc, choices: defaultChoices }).calls).toMatchObject([
      { method: 'PUT', request: { resource: request.resource }, times: { least: 1, most: 1 } },
    ])
  })

  it('what cannot be served are none', async () => {
    expect(await refused((async () => foreseen(post({ userName: 'a' }), planning))())).toMatchObject({ status: 400 })
  })
})
