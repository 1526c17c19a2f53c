import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import type { Asked } from './sides.ts'
import { bulkRequestUrn, enterpriseUrn, groupUrn, patchUrn, searchUrn, userUrn } from './words.ts'

/**
 * What a client does. Resources stand in it as `%u3%` and `%g0%`: the user or group with that number, among those that were
 * made. `plainly` is the same without what Entra cannot hold, for a server that would keep it.
 */
export interface Deed {
  readonly kind: 'single' | 'list' | 'walk' | 'bulk'
  readonly asked: Asked
  readonly plainly?: Asked
}

const number = fc.nat({ max: 29 })
export const user = number.map((one) => `%u${one}%`)
export const group = fc.nat({ max: 4 }).map((one) => `%g${one}%`)
const given = fc.constantFrom('Anna', 'Bo', 'mary', 'Zoë')
const family = fc.constantFrom('Lee', 'Lee Smith', 'von X', 'a')
const text = fc.constantFrom('a', 'A', 'b c', 'Ä', 'x-1', 'E7', 'e7')
const mail = fc.constantFrom('a@x.example', 'B@x.example', 'c@y.example')
const local = fc.constantFrom('anna', 'bo', 'mary', 'zoe', 'ANNA', 'x.y', 'k1', 'k2', 'k3', 'k4')
const userName = fc.tuple(local, fc.constantFrom('contoso.com', 'fabrikam.com')).map((both) => both.join('@'))
const boolean = fc.oneof(
  { weight: 3, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constantFrom('True', 'false') },
)
const absent: fc.Arbitrary<Json> = fc.constantFrom<Json>(null, [])

const work = fc.record({
  type: fc.constantFrom('work', 'work', 'Work'),
  value: mail,
  primary: fc.constantFrom(true, undefined),
})
const emails: fc.Arbitrary<Json> = fc
  .tuple(fc.option(work, { nil: undefined }), fc.uniqueArray(mail, { maxLength: 2 }))
  .map(([first, others]): Json => {
    const { primary, ...rest } = first ?? {}
    return [
      ...(first === undefined ? [] : [{ ...rest, ...(primary === undefined ? {} : { primary }) }]),
      ...others.map((value) => ({ type: 'other', value })),
    ]
  })
const phone = fc.constantFrom('1', '22', '+49 3')
const phoneNumbers: fc.Arbitrary<Json> = fc.uniqueArray(
  fc.record({ type: fc.constantFrom('work', 'mobile', 'fax'), value: phone }),
  {
    selector: ({ type }) => type,
    maxLength: 3,
  },
)
const address = fc
  .record({ locality: text, streetAddress: text, country: fc.constantFrom('DE', 'FR') }, { requiredKeys: ['locality'] })
  .map((one): JsonObject => ({ type: 'work', ...one }))
const ims = mail.map((value): Json => [{ type: 'work', value }])
const manager: fc.Arbitrary<Json> = fc.oneof(
  user.map((value): Json => ({ value })),
  user.map((value): Json => ({ value, displayName: 'the boss' })),
  user,
)

const enterprise = fc
  .record(
    { department: text, employeeNumber: text, costCenter: text, organization: text, division: text, manager },
    { requiredKeys: [] },
  )
  .map((one): JsonObject => ({ ...one }))

/** What is known of users to be held by both: by path, with values that it may have. */
const name = fc.record({ givenName: given, familyName: family }).map((one): JsonObject => ({ ...one }))

const optional = {
  externalId: text,
  title: text,
  userType: text,
  preferredLanguage: fc.constantFrom('de', 'fr-FR'),
  emails,
  phoneNumbers,
  addresses: address.map((one): Json => [one]),
  ims,
  [enterpriseUrn]: enterprise,
}

/** What Entra cannot hold: it is to be left out, as if nobody had said it. */
const unheld = fc.oneof(
  { weight: 6, arbitrary: fc.constant<JsonObject>({}) },
  { weight: 1, arbitrary: text.map((nickName): JsonObject => ({ nickName })) },
  // An empty text stands for nothing there (facts, part E).
  { weight: 1, arbitrary: fc.constant<JsonObject>({ title: '', preferredLanguage: '' }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ locale: 'de-DE', timezone: 'Europe/Berlin' }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ roles: [{ value: 'x', primary: true }] }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ profileUrl: 'https://x.example/', photos: [] }) },
)

const required = { userName, name, displayName: fc.tuple(given, family).map((both) => both.join(' ')), active: boolean }

interface Body {
  readonly whole: JsonObject
  readonly held: JsonObject
}

const userBody: fc.Arbitrary<Body> = fc
  .tuple(
    fc.record(required),
    fc.record(optional, { requiredKeys: [] }),
    unheld,
    fc.constantFrom('', '', '', 'schemas', 'null'),
  )
  .map(([must, may, none, form]) => {
    const held: JsonObject = {
      ...(form === 'schemas'
        ? {}
        : { schemas: [userUrn, ...(may[enterpriseUrn] === undefined ? [] : [enterpriseUrn])] }),
      ...must,
      ...may,
      ...(form === 'null' ? { title: null, addresses: [] } : {}),
    }
    return { held, whole: { ...none, ...held } }
  })

const incomplete: fc.Arbitrary<Body> = fc
  .tuple(userBody, fc.constantFrom('displayName', 'active', 'name'))
  .map(([{ held }, without]) => {
    const { [without]: _, ...rest } = held
    return { held: rest, whole: rest }
  })

const anyBody = fc.oneof({ weight: 12, arbitrary: userBody }, { weight: 1, arbitrary: incomplete })

const member: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: user.map((value): Json => ({ value })) },
  { weight: 1, arbitrary: user.map((value): Json => ({ value, type: 'User', display: 'somebody' })) },
  { weight: 1, arbitrary: user },
)
const members: fc.Arbitrary<Json[]> = fc.oneof(
  { weight: 5, arbitrary: fc.array(member, { maxLength: 4 }) },
  {
    weight: 2,
    arbitrary: fc.subarray(
      Array.from({ length: 30 }, (_, index): Json => ({ value: `%u${index}%` })),
      { minLength: 10 },
    ),
  },
)
const groupName = fc.constantFrom('staff', 'Staff', 'all', 'it')

const groupBody: fc.Arbitrary<JsonObject> = fc.record(
  { schemas: fc.constant([groupUrn]), displayName: groupName, members },
  { requiredKeys: ['displayName'] },
)

const projections = (...names: readonly string[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    {
      weight: 2,
      arbitrary: fc
        .subarray([...names], { minLength: 1, maxLength: Math.min(3, names.length) })
        .map((some) => `attributes=${some}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .subarray([...names], { minLength: 1, maxLength: Math.min(3, names.length) })
        .map((some) => `excludedAttributes=${some}`),
    },
  )

const userProjection = projections(
  'userName',
  'emails',
  'emails.value',
  'name.familyName',
  'DISPLAYNAME',
  'active',
  'externalId',
  `${enterpriseUrn}:department`,
  `${enterpriseUrn}:manager`,
  `${enterpriseUrn}:manager.value`,
  'addresses.locality',
  'id',
  'title',
  'meta',
  'nickName',
  'emails.display',
)
const groupProjection = projections('displayName', 'members', 'members.value', 'id', 'meta', 'externalId')
const attributesOnly = (query: string) => (query.startsWith('attributes') ? query : '')

const at = (path: string, query: string) => (query === '' ? path : `${path}?${encoded(query)}`)
const encoded = (query: string) => query.split('=').map(encodeURIComponent).join('=')

/** Operations, those on what Entra cannot hold marked. */
interface Operation {
  readonly operation: JsonObject
  readonly isUnheld?: boolean
}

const op = (word: 'add' | 'replace' | 'remove') =>
  fc.constantFrom(word, word, word, `${word[0]?.toUpperCase()}${word.slice(1)}`, word.toUpperCase())

const values: readonly (readonly [string, fc.Arbitrary<Json>])[] = [
  ['userName', userName],
  ['displayName', required.displayName],
  ['active', boolean],
  ['name', name],
  ['name', given.map((givenName): Json => ({ givenName }))],
  ['name.givenName', given],
  ['name.familyName', family],
  ['externalId', text],
  ['title', text],
  ['userType', text],
  [`${userUrn}:title`, text],
  ['emails', emails],
  ['emails', mail.map((value): Json => ({ type: 'work', value }))],
  ['emails[type eq "work"].value', mail],
  ['emails[type eq "other"].value', mail],
  ['emails[type eq "work"]', mail.map((value): Json => ({ type: 'work', value }))],
  ['emails[value eq "a@x.example"].value', mail],
  ['phoneNumbers', phoneNumbers],
  ['phoneNumbers[type eq "mobile"].value', phone],
  ['addresses', address.map((one): Json => [one])],
  ['addresses[type eq "work"].locality', text],
  ['addresses[type eq "work"]', address],
  ['ims', ims],
  [enterpriseUrn, enterprise],
  [`${enterpriseUrn}:department`, text],
  [`${enterpriseUrn}:employeeNumber`, text],
  [`${enterpriseUrn}:manager`, manager],
  [`${enterpriseUrn}:manager.value`, user],
]

const assigned = fc.oneof(
  ...values.map(([path, value]) =>
    fc.record({ op: fc.oneof(op('add'), op('replace')), path: fc.constant(path), value }),
  ),
)
const removed = fc.record({ op: op('remove'), path: fc.constantFrom(...values.map(([path]) => path)) })
const pathlessKeys: readonly (readonly [string, fc.Arbitrary<Json>])[] = values.filter(([path]) => !path.includes('['))
const pathless = fc
  .tuple(
    fc.oneof(op('add'), op('replace')),
    fc.uniqueArray(fc.oneof(...pathlessKeys.map(([path, value]) => value.map((one) => [path, one] as const))), {
      selector: ([path]) => path,
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([word, entries]): JsonObject => ({ op: word, value: Object.fromEntries(entries) }))
const cleared = fc
  .tuple(
    fc.constantFrom(...values.filter(([path]) => /^(title|externalId|emails|addresses|userType)$/.test(path))),
    absent,
  )
  .map(([[path], value]): JsonObject => ({ op: 'replace', path, value }))
const unheldOperation = fc.constantFrom<JsonObject>(
  { op: 'replace', path: 'nickName', value: 'x' },
  { op: 'add', path: 'roles', value: [{ value: 'x' }] },
  { op: 'add', path: 'emails[type eq "home"].value', value: 'h@x.example' },
  { op: 'replace', value: { locale: 'de' } },
  { op: 'add', path: 'phoneNumbers', value: [{ type: 'pager', value: '9' }] },
)

const userOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: assigned.map((operation): Operation => ({ operation: { ...operation } })) },
  { weight: 3, arbitrary: removed.map((operation): Operation => ({ operation: { ...operation } })) },
  { weight: 3, arbitrary: pathless.map((operation): Operation => ({ operation })) },
  { weight: 1, arbitrary: cleared.map((operation): Operation => ({ operation })) },
  { weight: 1, arbitrary: unheldOperation.map((operation): Operation => ({ operation, isUnheld: true })) },
)

const groupOperation: fc.Arbitrary<Operation> = fc
  .oneof(
    { weight: 3, arbitrary: fc.record({ op: op('add'), path: fc.constant('members'), value: members }) },
    { weight: 1, arbitrary: fc.record({ op: op('add'), path: fc.constant('members'), value: member }) },
    {
      weight: 3,
      arbitrary: user.map((one): JsonObject => ({ op: 'remove', path: `members[value eq "${one}"]` })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(user, user)
        .map(
          ([one, other]): JsonObject => ({ op: 'remove', path: `members[value eq "${one}" or value eq "${other}"]` }),
        ),
    },
    {
      weight: 1,
      arbitrary: user.map((one): JsonObject => ({ op: 'remove', path: `members[not (value eq "${one}")]` })),
    },
    { weight: 1, arbitrary: fc.record({ op: op('remove'), path: fc.constant('members'), value: members }) },
    { weight: 1, arbitrary: fc.constant<JsonObject>({ op: 'remove', path: 'members' }) },
    { weight: 2, arbitrary: fc.record({ op: op('replace'), path: fc.constant('members'), value: members }) },
    { weight: 2, arbitrary: fc.record({ op: op('replace'), path: fc.constant('displayName'), value: groupName }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('add', 'replace'), groupName, members)
        .map(([word, displayName, some]): JsonObject => ({ op: word, value: { displayName, members: some } })),
    },
  )
  .map((operation): Operation => ({ operation: { ...operation } }))

const patchBody = (operations: readonly JsonObject[]): JsonObject => ({
  schemas: [patchUrn],
  Operations: [...operations],
})

/** A change of nothing, in place of what Entra cannot hold: the PATCH is not empty, and its id is looked up. */
const nothing: JsonObject = { op: 'remove', path: 'nickName' }

const condition = fc.constantFrom<Partial<Asked>>({}, {}, {}, {}, {}, { ifMatch: '*' }, { ifMatch: 'W/"none"' })

const patchOf = (
  endpoint: 'Users' | 'Groups',
  which: fc.Arbitrary<string>,
  operation: fc.Arbitrary<Operation>,
  projection: fc.Arbitrary<string>,
): fc.Arbitrary<Deed> =>
  fc
    .tuple(which, fc.array(operation, { minLength: 1, maxLength: 4 }), projection, condition)
    .map(([id, operations, query, more]): Deed => {
      const path = at(`/${endpoint}/${id}`, attributesOnly(query))
      const body = (all: readonly Operation[]) =>
        patchBody(all.map(({ operation: one, isUnheld }) => (isUnheld === true ? nothing : one)))
      return {
        kind: 'single',
        asked: { method: 'PATCH', path, body: patchBody(operations.map(({ operation: one }) => one)), ...more },
        plainly: { method: 'PATCH', path, body: body(operations), ...more },
      }
    })

const password = { password: 'Correct-horse-1' }

const single: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(anyBody, userProjection).map(
      ([{ whole, held }, query]): Deed => ({
        kind: 'single',
        asked: { method: 'POST', path: at('/Users', attributesOnly(query)), body: { ...whole, ...password } },
        plainly: { method: 'POST', path: at('/Users', attributesOnly(query)), body: { ...held, ...password } },
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(groupBody, groupProjection).map(
      ([body, query]): Deed => ({
        kind: 'single',
        asked: { method: 'POST', path: at('/Groups', attributesOnly(query)), body },
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(user, anyBody, userProjection, condition).map(
      ([id, { whole, held }, query, more]): Deed => ({
        kind: 'single',
        asked: { method: 'PUT', path: at(`/Users/${id}`, attributesOnly(query)), body: whole, ...more },
        plainly: { method: 'PUT', path: at(`/Users/${id}`, attributesOnly(query)), body: held, ...more },
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(group, groupBody, groupProjection, condition).map(
      ([id, body, query, more]): Deed => ({
        kind: 'single',
        asked: { method: 'PUT', path: at(`/Groups/${id}`, attributesOnly(query)), body, ...more },
      }),
    ),
  },
  { weight: 6, arbitrary: patchOf('Users', user, userOperation, userProjection) },
  { weight: 6, arbitrary: patchOf('Groups', group, groupOperation, groupProjection) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.oneof(
          user.map((id) => `/Users/${id}`),
          group.map((id) => `/Groups/${id}`),
        ),
        condition,
      )
      .map(([path, more]): Deed => ({ kind: 'single', asked: { method: 'DELETE', path, ...more } })),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof(
        fc.tuple(user, userProjection).map(([id, query]) => at(`/Users/${id}`, query)),
        fc.tuple(group, groupProjection).map(([id, query]) => at(`/Groups/${id}`, query)),
      )
      .map((path): Deed => ({ kind: 'single', asked: { method: 'GET', path } })),
  },
)

const quoted = (one: fc.Arbitrary<string>) => one.map((value) => JSON.stringify(value))
const operators = fc.constantFrom('eq', 'eq', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'le')

const userComparisons: readonly (readonly [string, fc.Arbitrary<string>])[] = [
  ['userName', quoted(userName)],
  [`${userUrn}:userName`, quoted(userName)],
  ['userName', quoted(fc.constantFrom('anna', '@contoso.com', '.COM', 'k', ''))],
  ['externalId', quoted(text)],
  ['displayName', quoted(required.displayName)],
  ['title', quoted(text)],
  ['name.familyName', quoted(family)],
  ['emails.value', quoted(mail)],
  ['emails', quoted(mail)],
  ['emails.type', quoted(fc.constantFrom('work', 'other', 'WORK'))],
  ['addresses.locality', quoted(text)],
  [`${enterpriseUrn}:department`, quoted(text)],
  ['nickName', quoted(text)],
  ['id', quoted(user)],
]
const comparison = (comparisons: typeof userComparisons): fc.Arbitrary<string> =>
  fc.oneof(...comparisons.map(([path, value]) => fc.tuple(operators, value).map(([by, one]) => `${path} ${by} ${one}`)))
const tree = (leaf: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      { weight: 4, arbitrary: leaf },
      {
        weight: 3,
        arbitrary: fc
          .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
          .map(([a, by, b]) => `(${a}) ${by} (${b})`),
      },
      { weight: 1, arbitrary: tie('tree').map((one) => `not (${one})`) },
    ),
  })).tree

const userLeaf = fc.oneof(
  { weight: 6, arbitrary: comparison(userComparisons) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'active eq true',
      'active eq false',
      'active ne true',
      'title pr',
      'emails pr',
      'externalId pr',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(operators, mail).map(([by, one]) => `emails[type eq "work" and value ${by} "${one}"]`),
  },
  { weight: 1, arbitrary: user.map((id) => `${enterpriseUrn}:manager.value eq "${id}"`) },
  { weight: 1, arbitrary: user.map((id) => `${enterpriseUrn}:manager eq "${id}"`) },
  { weight: 1, arbitrary: group.map((id) => `groups.value eq "${id}"`) },
)
const groupLeaf = fc.oneof(
  {
    weight: 4,
    arbitrary: comparison([
      ['displayName', quoted(groupName)],
      ['displayName', quoted(fc.constantFrom('ff', 's'))],
      ['id', quoted(group)],
    ]),
  },
  { weight: 2, arbitrary: user.map((id) => `members.value eq "${id}"`) },
  { weight: 1, arbitrary: user.map((id) => `members eq "${id}"`) },
  { weight: 1, arbitrary: user.map((id) => `members[value eq "${id}"]`) },
)

const listOf = (
  endpoint: string,
  filter: fc.Arbitrary<string>,
  projection: fc.Arbitrary<string>,
  sorts: readonly string[],
): fc.Arbitrary<Deed> =>
  fc
    .record(
      {
        filter,
        sortBy: fc.constantFrom(...sorts),
        sortOrder: fc.constantFrom('ascending', 'descending'),
        startIndex: fc.constantFrom(1, 2, 3, 0, 50),
        count: fc.constantFrom(0, 1, 2, 3, 100, 5000),
        projection,
        way: fc.constantFrom('page', 'page', 'index', 'cursor', 'search'),
      },
      { requiredKeys: ['way', 'projection'] },
    )
    .map(({ way, projection: shown, startIndex, ...parameters }): Deed => {
      const [word = '', list = ''] = shown.split('=')
      const isPage = way === 'page' || way === 'search'
      const count = isPage ? parameters.count : Math.max(1, parameters.count ?? 2)
      const asked = {
        ...parameters,
        ...(isPage && startIndex !== undefined ? { startIndex } : {}),
        ...(count === undefined ? {} : { count }),
      }
      if (way === 'search') {
        const body: JsonObject = { schemas: [searchUrn], ...asked, ...(word === '' ? {} : { [word]: list.split(',') }) }
        return { kind: 'list', asked: { method: 'POST', path: `${endpoint}/.search`, body } }
      }
      const query = Object.entries({ ...asked, ...(word === '' ? {} : { [word]: list }) })
        .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
        .join('&')
      const cursor = way === 'cursor' ? `${query === '' ? '' : '&'}cursor` : ''
      const path = `${endpoint}?${query}${cursor}`
      return { kind: way === 'page' ? 'list' : 'walk', asked: { method: 'GET', path } }
    })

const list: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: listOf('/Users', tree(userLeaf), userProjection, [
      'userName',
      'displayName',
      'title',
      'name.familyName',
      'active',
      'emails',
    ]),
  },
  { weight: 2, arbitrary: listOf('/Groups', tree(groupLeaf), groupProjection, ['displayName']) },
  {
    weight: 1,
    arbitrary: listOf(
      '',
      fc.oneof(comparison([['displayName', quoted(fc.constantFrom('staff', 'Bo Lee', 'a'))]])),
      projections('displayName', 'id'),
      ['displayName'],
    ),
  },
)

/** Operations of a Bulk, which speak of users and groups that are there, and of those that it makes. */
const bulkUser = fc.nat({ max: 5 }).map((one) => `bulkId:u${one}`)
const bulkMembers = fc.array(
  fc.oneof(user, bulkUser).map((value): Json => ({ value })),
  { maxLength: 4 },
)

interface BulkOp {
  readonly method: string
  readonly path: string
  readonly data?: JsonObject
}

const bulkOp: fc.Arbitrary<BulkOp> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(userBody, fc.option(bulkUser, { nil: undefined })).map(([{ held }, boss]): BulkOp => {
      const { [enterpriseUrn]: _, ...rest } = held
      return {
        method: 'POST',
        path: '/Users',
        data: {
          ...rest,
          ...password,
          ...(boss === undefined ? {} : { [enterpriseUrn]: { manager: { value: boss } } }),
        },
      }
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(groupName, bulkMembers).map(
      ([displayName, all]): BulkOp => ({
        method: 'POST',
        path: '/Groups',
        data: { schemas: [groupUrn], displayName, members: all },
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(group, groupName, bulkMembers).map(
      ([id, displayName, all]): BulkOp => ({
        method: 'PUT',
        path: `/Groups/${id}`,
        data: { schemas: [groupUrn], displayName, members: all },
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(group, bulkMembers).map(
      ([id, all]): BulkOp => ({
        method: 'PATCH',
        path: `/Groups/${id}`,
        data: patchBody([{ op: 'add', path: 'members', value: all }]),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(user, userBody).map(([id, { held }]): BulkOp => {
      const { [enterpriseUrn]: _, ...data } = held
      return { method: 'PUT', path: `/Users/${id}`, data }
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.oneof(user, bulkUser), text).map(
      ([id, title]): BulkOp => ({
        method: 'PATCH',
        path: `/Users/${id}`,
        data: patchBody([{ op: 'replace', path: 'title', value: title }]),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        user.map((id) => `/Users/${id}`),
        group.map((id) => `/Groups/${id}`),
      )
      .map((path): BulkOp => ({ method: 'DELETE', path })),
  },
)

const bulk: fc.Arbitrary<Deed> = fc
  .tuple(fc.array(bulkOp, { minLength: 1, maxLength: 7 }), fc.constantFrom(undefined, undefined, undefined, 1, 2))
  .map(([all, failOnErrors]): Deed => {
    // Side by side, a name may be given free before whoever asks for it comes or after: RFC 7644 section 3.7 sets no order.
    const freesNames = ({ method, path }: BulkOp) => /^(PUT|DELETE)$/.test(method) && path.startsWith('/Users')
    const operations = failOnErrors === undefined ? all.filter((one) => !freesNames(one)) : all
    let users = 0
    let groups = 0
    const Operations = operations.map(({ method, path, data }): JsonObject => {
      const bulkId = path === '/Users' ? `u${users++}` : path === '/Groups' ? `g${groups++}` : undefined
      return { method, path, ...(bulkId === undefined ? {} : { bulkId }), ...(data === undefined ? {} : { data }) }
    })
    const body = { schemas: [bulkRequestUrn], ...(failOnErrors === undefined ? {} : { failOnErrors }), Operations }
    return { kind: 'bulk', asked: { method: 'POST', path: '/Bulk', body } }
  })

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 7, arbitrary: single },
  { weight: 3, arbitrary: list },
  { weight: 1, arbitrary: bulk },
)

/** What is there when a sequence begins: so many users and groups. */
export interface Beginning {
  readonly users: number
  readonly groups: readonly (readonly number[])[]
}

export const beginning: fc.Arbitrary<Beginning> = fc.record({
  users: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 4 }) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
  groups: fc.array(fc.uniqueArray(fc.nat({ max: 29 }), { maxLength: 30 }), { maxLength: 2 }),
})

export const sequence = (maxLength = 12): fc.Arbitrary<readonly Deed[]> => fc.array(deed, { minLength: 1, maxLength })

export { deed as anyDeed, list as anyList, single as anySingle }
