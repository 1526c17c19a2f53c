import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { at, converse, type Step } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { group, patch, scimError, user } from './words.ts'

let targets: Targets

beforeAll(async () => {
  targets = await startTargets()
})
afterAll(() => targets.stop())

const done = [200, 204]
const babsRef = { display: 'Babs Jensen', $ref: '{base}/Users/{babs}', value: '{babs}' }
const jamesRef = { display: 'James Smith', $ref: '{base}/Users/{james}', value: '{james}' }
const member = (id: string): JsonObject => ({ value: `{${id}}` })

const home = {
  type: 'home',
  streetAddress: '456 Hollywood Blvd',
  locality: 'Hollywood',
  country: 'US',
  primary: true,
}
const work = {
  type: 'work',
  streetAddress: '911 Universal City Plaza',
  locality: 'Hollywood',
  region: 'CA',
  postalCode: '91608',
  country: 'US',
  formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
  primary: true,
}

const group1 = { from: 'afterwards', ask: 'GET /Groups/{group}', status: 200 }
const user1 = { from: 'afterwards', ask: 'GET /Users/{babs}', status: 200 }

/** RFC 7644 §3.5.2's own examples in their order. Where it adds and shows nothing, a read shows it. */
const examples: readonly Step[] = [
  { from: 'before', ask: 'POST /Users', body: user('babs'), status: 201, save: { babs: 'id' } },
  { from: 'before', ask: 'POST /Users', body: user('james'), status: 201, save: { james: 'id' } },
  { from: 'before', ask: 'POST /Groups', body: group('Tour Guides'), status: 201, save: { group: 'id' } },
  {
    from: '§3.5.2.1 add a member',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'add', path: 'members', value: [babsRef] }),
    status: done,
  },
  { ...group1, shows: { displayName: 'Tour Guides', members: [{ value: '{babs}', $ref: '{base}/Users/{babs}' }] } },
  {
    from: '§3.5.2.1 a member that is there already is success, and no change',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'add', path: 'members', value: [member('babs')] }),
    only: 'directory',
    status: 204,
    answers: { etag: '^W/"2"$' },
  },
  {
    from: '§3.5.2.1 add attributes without a path',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'add', value: { emails: [{ value: 'babs@jensen.org', type: 'home' }], nickname: 'Babs' } }),
    only: 'directory',
    status: done,
  },
  { ...user1, only: 'directory', shows: { emails: [{ value: 'babs@jensen.org', type: 'home' }], nickName: 'Babs' } },
  {
    from: '§3.5.2.1 a multi-valued attribute is added to, a single-valued one is replaced',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'add', value: { emails: [{ value: 'b@example.com', type: 'work' }], nickName: 'Barb' } }),
    only: 'directory',
    status: done,
  },
  {
    ...user1,
    only: 'directory',
    shows: {
      emails: [
        { value: 'babs@jensen.org', type: 'home' },
        { value: 'b@example.com', type: 'work' },
      ],
      nickName: 'Barb',
    },
  },
  {
    from: '§3.5.2.2 remove one member',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'remove', path: 'members[value eq "{babs}"]' }),
    status: done,
  },
  { ...group1, lacks: ['members'] },
  {
    from: '§3.5.2.2 remove somebody who is no member',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'remove', path: 'members[value eq "{babs}"]' }),
    status: done,
  },
  {
    from: '§3.5.2.2 remove all members',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'remove', path: 'members' }),
    status: done,
  },
  { ...group1, lacks: ['members'] },
  {
    from: '§3.5.2.2 remove a value chosen by two conditions',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }),
    only: 'directory',
    status: done,
  },
  { ...user1, only: 'directory', shows: { emails: [{ value: 'babs@jensen.org', type: 'home' }] } },
  {
    from: '§3.5.2.2 a remove without a path',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'remove' }),
    status: 400,
    shows: scimError(400, 'noTarget'),
  },
  {
    from: '§3.5.2.2 a required attribute cannot be removed',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'remove', path: 'userName' }),
    only: 'directory',
    status: 400,
    shows: scimError(400, 'mutability'),
  },
  {
    from: '§3.5.2.2 a readOnly attribute cannot be removed',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'remove', path: 'id' }),
    status: 400,
    shows: scimError(400, 'mutability'),
  },
  {
    from: '§3.5.2.2 remove and add members in one request',
    ask: 'PATCH /Groups/{group}',
    body: patch(
      { op: 'remove', path: 'members[value eq "{babs}"]' },
      { op: 'add', path: 'members', value: [jamesRef] },
    ),
    status: done,
  },
  { ...group1, shows: { members: [member('james')] } },
  {
    from: '§3.5.2.2 replace all members by remove and add',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'remove', path: 'members' }, { op: 'add', path: 'members', value: [babsRef, jamesRef] }),
    status: done,
  },
  { ...group1, shows: { members: [member('babs'), member('james')] } },
  {
    from: '§3.5.2.3 replace all members at once',
    ask: 'PATCH /Groups/{group}',
    body: patch({ op: 'replace', path: 'members', value: [jamesRef, babsRef] }),
    status: done,
  },
  {
    ...group1,
    check: ({ body }) => {
      const members: Json | undefined = at(body, 'members')
      expect(members).toHaveLength(2)
    },
  },
  {
    from: 'before',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'add', path: 'addresses', value: [home, { type: 'work', streetAddress: 'old' }] }),
    status: done,
  },
  {
    from: '§3.5.2.3 replace the whole work address; a new primary resets the others',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'replace', path: 'addresses[type eq "work"]', value: work }),
    only: 'directory',
    status: done,
  },
  { ...user1, only: 'directory', shows: { addresses: [{ ...home, primary: false }, work] } },
  {
    from: '§3.5.2.3 replace one part of the work address',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' }),
    only: 'directory',
    status: done,
  },
  {
    ...user1,
    only: 'directory',
    shows: {
      addresses: [
        { ...home, primary: false },
        { ...work, streetAddress: '1010 Broadway Ave' },
      ],
    },
  },
  {
    from: '§3.5.2.3 replace attributes without a path; others stay',
    ask: 'PATCH /Users/{babs}',
    body: patch({
      op: 'replace',
      value: {
        emails: [
          { value: 'bjensen@example.com', type: 'work', primary: true },
          { value: 'babs@jensen.org', type: 'home' },
        ],
        nickName: 'Babs',
      },
    }),
    status: done,
  },
  {
    ...user1,
    shows: {
      userName: 'babs',
      nickName: 'Babs',
      emails: [
        { value: 'bjensen@example.com', type: 'work', primary: true },
        { value: 'babs@jensen.org', type: 'home' },
      ],
    },
  },
  {
    from: '§3.5.2.3 a replace of what is absent adds it',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'replace', path: 'name.familyName', value: 'Jensen' }),
    status: done,
  },
  { ...user1, shows: { name: { familyName: 'Jensen' } } },
  {
    from: '§3.5.2 all or nothing',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'replace', path: 'nickName', value: 'lost' }, { op: 'replace', path: 'id', value: 'x' }),
    status: 400,
    shows: scimError(400, 'mutability'),
  },
  { ...user1, shows: { nickName: 'Babs' } },
  {
    from: '§3.5.2 another version is known',
    ask: 'PATCH /Users/{babs}',
    headers: { 'if-match': 'W/"a330bc54f0671c9"' },
    body: patch({ op: 'replace', path: 'nickName', value: 'lost' }),
    only: 'directory',
    status: 412,
    shows: scimError(412),
  },
  {
    from: '§3.5.2 attributes asked for are answered',
    ask: 'PATCH /Users/{babs}?attributes=nickName',
    body: patch({ op: 'replace', path: 'nickName', value: 'B' }),
    status: 200,
    shows: { id: '{babs}', nickName: 'B' },
    lacks: ['emails'],
    only: 'directory',
  },
  {
    from: '§3.5.2 an operation that is none',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'move', path: 'nickName', value: 'x' }),
    status: 400,
    shows: scimError(400, 'invalidSyntax'),
  },
  {
    from: 'Table 9 invalidPath',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'replace', path: 'name.familyName.first', value: 'x' }),
    status: 400,
    shows: scimError(400, 'invalidPath'),
  },
  {
    from: 'Table 9 invalidFilter, of a path too',
    ask: 'PATCH /Users/{babs}',
    body: patch({ op: 'replace', path: 'emails[type eq', value: 'x' }),
    status: 400,
    shows: scimError(400, 'invalidFilter'),
  },
  {
    from: 'contract §12: the patch is looked at before the id',
    ask: 'PATCH /Users/nobody',
    body: patch({ op: 'remove' }),
    status: 400,
    shows: scimError(400, 'noTarget'),
  },
  {
    from: '§3.5.2 nobody to patch',
    ask: 'PATCH /Users/nobody',
    body: patch({ op: 'replace', path: 'title', value: 'x' }),
    status: 404,
    shows: scimError(404),
  },
]

describe('RFC 7644 §3.5.2 on the built-in directory', () => converse(() => targets.directory, examples))

describe('RFC 7644 §3.5.2 on a foreign server, as far as it goes', () =>
  converse(
    () => targets.foreign,
    examples.filter(({ only }) => only === undefined),
  ))
