import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/capabilities.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { parseAttributePath } from '../../src/scim/path.ts'
import type { Beginning, Deed } from './deeds.ts'
import { lesser } from './lesser.ts'
import { begun, type Sides, side, stateOf, stepBoth } from './lockstep.ts'
import { type Asked, entraServer, plainServer, plannedOver } from './sides.ts'
import { enterpriseUrn, groupUrn, patchUrn, userUrn } from './words.ts'

const one = (method: string, path: string, body?: Asked['body'], more: Partial<Asked> = {}): Deed => ({
  kind: method === 'GET' ? 'list' : 'single',
  asked: { method, path, ...(body === undefined ? {} : { body }), ...more },
})
const user = (more: Record<string, unknown> = {}) =>
  JSON.parse(
    JSON.stringify({
      schemas: [userUrn],
      userName: 'anna@contoso.com',
      name: { givenName: 'Anna', familyName: 'Lee' },
      displayName: 'Anna Lee',
      active: true,
      password: 'Correct-horse-1',
      ...more,
    }),
  )
const group = (...members: readonly number[]) => ({
  schemas: [groupUrn],
  displayName: 'staff',
  members: members.map((number) => ({ value: `%u${number}%` })),
})
const patch = (path: string, operation: Record<string, unknown>, more: Partial<Asked> = {}): Deed =>
  one('PATCH', path, JSON.parse(JSON.stringify({ schemas: [patchUrn], Operations: [operation] })), more)
const filtered = (path: string, filter: string, more = '') =>
  one('GET', `${path}?filter=${encodeURIComponent(filter)}${more}`)
const nobody = 'eeeeeeee-0000-7000-8000-eeeeeeeeeeee'

const some: Beginning = { users: 3, groups: [[0, 1]] }

/** What the properties found, as small as it came. */
describe('what was found once stays mended: over Entra', () => {
  it.each<[string, readonly Deed[]]>([
    [
      'null and empty values in a create',
      [one('POST', '/Users', user({ title: null, addresses: [], [enterpriseUrn]: { department: null } }))],
    ],
    ['a member who is nobody, at create', [one('POST', '/Groups', { ...group(0), members: [{ value: nobody }] })]],
    ['a member who is nobody', [patch('/Groups/%g0%', { op: 'add', path: 'members', value: [{ value: nobody }] })]],
    ['a comparison with nothing', [filtered('/Users', 'userName eq ""'), filtered('/Users', 'userName ew ""')]],
    [
      'an attribute that Entra does not know, in a projection',
      [one('GET', '/Users?attributes=nickName'), one('GET', '/Users?excludedAttributes=nickName,title')],
    ],
    [
      'an attribute that Entra does not know, in a filter',
      [filtered('/Users', 'nickName eq "a" and emails.value eq "b0@x.example"', '&attributes=emails')],
    ],
    [
      'members that are named with their type in a removal',
      [
        patch('/Groups/%g0%', {
          op: 'remove',
          path: 'members',
          value: [{ value: '%u0%', type: 'User', display: 'x' }],
        }),
      ],
    ],
    [
      'the members in the answer of a create and of a PUT',
      [one('POST', '/Groups', group(0, 1)), one('PUT', '/Groups/%g0%', group(2))],
    ],
    ['a part of members left out of a list', [one('GET', '/Groups?excludedAttributes=members.value')]],
    [
      'a removal of nobody, answered with the group',
      [patch('/Groups/%g0%?attributes=members', { op: 'remove', path: 'members[value eq "%u2%"]' })],
    ],
  ])('%s', async (_, deeds) => {
    const other = side(entraServer('bbbbbbbb', { choices: { membersOnRead: 'always' } }))
    await play(deeds, { plain: side(plainServer('aaaaaaaa')), other })
  })
})

const without: Partial<Capabilities> = { bulk: false, search: false, sort: false, projection: false }
const hidden = {
  mixed: false,
  replace: false,
  atCreate: false,
  onRead: false,
  removalOfNobodyIs404: false,
  addsPerPatch: 1,
  removalsPerPatch: 1,
  lookup: parseAttributePath('groups.value'),
}
const byId = { path: parseAttributePath('id'), operators: ['eq' as const], negated: [], alone: false }

describe('what was found once stays mended: over an upstream that lacks', () => {
  it.each<[string, Partial<Capabilities>, readonly Deed[]]>([
    [
      'PATCH: a PATCH of a group keeps who is in it',
      { patch: false, etag: false },
      [
        patch('/Groups/%g0%', { op: 'add', path: 'members', value: [{ value: '%u2%' }] }),
        patch('/Groups/%g0%', { op: 'replace', path: 'displayName', value: 'all' }),
      ],
    ],
    [
      'PUT: a PUT of a group lets those go whom it does not name',
      { put: false, patch: { pathless: false, filters: 'any', elements: false } },
      [one('PUT', '/Groups/%g0%', group(2)), one('PUT', '/Groups/%g0%', { schemas: [groupUrn], displayName: 'staff' })],
    ],
    [
      'PATCH, and members at create',
      {
        patch: false,
        members: new Map([['group', { ...hidden, mixed: true, replace: true, onRead: true, addsPerPatch: 20 }]]),
      },
      [one('POST', '/Groups', group(0, 2))],
    ],
    [
      'members on reads: none are decided by',
      {
        members: new Map([['group', hidden]]),
        filter: new Map([['group', { comparisons: [byId], and: false, or: false }]]),
      },
      [
        filtered('/Groups', 'members.value eq "%u0%"'),
        filtered('/Groups', 'id eq "%g0%" and not (members.value eq "%u0%")'),
      ],
    ],
    [
      'members on reads: a PUT shows them',
      { members: new Map([['group', { ...hidden, replace: true }]]) },
      [one('PUT', '/Groups/%g0%', group(0, 2))],
    ],
    [
      'projections: a PATCH that asks for attributes has them',
      { patch: rfc.patch },
      [patch('/Users/%u0%?attributes=title', { op: 'replace', path: 'title', value: 'x' })],
    ],
    [
      'versions: If-Match is not sent',
      { etag: false },
      [
        one('PUT', '/Users/%u0%', user(), { ifMatch: '*' }),
        patch('/Users/%u0%', { op: 'replace', path: 'title', value: 'x' }, { ifMatch: '*' }),
      ],
    ],
    [
      'PUT: who changes nothing under another version is refused',
      {
        put: false,
        patch: { pathless: false, filters: 'any', elements: false },
        members: new Map([['group', hidden]]),
      },
      [
        patch(
          '/Groups/%g0%',
          { op: 'replace', path: 'members', value: [{ value: '%u0%' }, { value: '%u1%' }] },
          { ifMatch: 'W/"none"' },
        ),
        one('PUT', '/Groups/%g0%', group(0, 1), { ifMatch: 'W/"none"' }),
      ],
    ],
  ])('%s', async (_, capabilities, deeds) => {
    const all: Capabilities = { ...rfc, ...without, ...capabilities }
    const server = plainServer('bbbbbbbb', (directory, ports) =>
      plannedOver(lesser(directory, all), ports, all, { membersOnRead: 'always' }),
    )
    const loose = { areMembersBare: true, holdsAll: true }
    await play(deeds, { plain: side(plainServer('aaaaaaaa'), loose), other: side(server, loose) })
  })
})

async function play(deeds: readonly Deed[], sides: Sides): Promise<void> {
  await begun(some, sides)
  for (const deed of deeds) await stepBoth(deed, sides)
  expect(await stateOf(sides.other)).toEqual(await stateOf(sides.plain))
}
