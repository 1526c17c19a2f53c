import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultChoices, planOf } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { groupDefinition } from '../../src/scim/schemas.ts'
import { get, memberIds, patch, put, refused, resourceOf, throughEntra } from './through.ts'

const through = throughEntra()
const group = { definition: groupDefinition }
const pool = through.users(45)
const nobody = '00000000-0000-7000-8000-ffffffffffff'

const add = (ids: readonly string[]): JsonObject => ({
  op: 'add',
  path: 'members',
  value: ids.map((value) => ({ value })),
})
const replace = (ids: readonly string[]): JsonObject => ({ ...add(ids), op: 'replace' })
const remove = (...ids: string[]): JsonObject => ({
  op: 'remove',
  path: `members[${ids.map((id) => `value eq "${id}"`).join(' or ')}]`,
})
const entrasOwn = (...ids: string[]): JsonObject => ({
  op: 'Remove',
  path: 'members',
  value: ids.map((value) => ({ value })),
})

describe('members in a PATCH', () => {
  it.each([[1], [20], [21], [40], [45]])('are added in chunks of twenty: %d', async (count) => {
    const ids = (await pool).slice(0, count)
    const id = await through.group('adds')
    const reply = await through.serve(patch(id, [add(ids)], group))
    expect(reply).toEqual({ kind: 'empty', status: 204 })
    expect(through.calls()).toEqual(Array.from({ length: Math.ceil(count / 20) }, () => 'PATCH add members'))
    expect(through.steps.map(({ purpose }) => purpose)).toEqual(through.steps.map(() => 'members'))
    expect(await through.members(id)).toEqual([...ids].sort())
  })

  it('are added once, however often they are named, and GUIDs have no case', async () => {
    const [a = '', b = ''] = (await pool).slice(9)
    expect(b.toUpperCase()).not.toBe(b)
    const id = await through.group('twice')
    await through.serve(patch(id, [add([a, b, a]), add([b.toUpperCase()])], group))
    expect(through.calls()).toEqual(['PATCH add members'])
    expect(await through.members(id)).toEqual([a, b].sort())
    const members = [a, b].map((one) => ({ value: one.toUpperCase() }))
    await through.serve(put(id, { displayName: 'twice', members }, group))
    expect(through.calls()).toEqual(['GET Group', 'LIST User'])
    expect(await through.members(id)).toEqual([a, b].sort())
  })

  it('come after attributes, which are refused most likely, and adds before removals', async () => {
    const [a = '', b = '', c = ''] = await pool
    const id = await through.group('mixed', [b, c])
    const operations = [remove(b, c), add([a]), { op: 'replace', path: 'displayName', value: 'renamed' }]
    await through.serve(patch(id, operations, group))
    expect(through.calls()).toEqual([
      'PATCH replace displayName',
      'PATCH add members',
      'PATCH remove members',
      'PATCH remove members',
    ])
    expect(await through.members(id)).toEqual([a])
  })

  it('count by what comes of them: who is added and removed is removed, who is removed and added is added', async () => {
    const [a = '', b = ''] = await pool
    const id = await through.group('net', [a])
    await through.serve(patch(id, [add([b]), remove(a), remove(b), add([a])], group))
    expect(through.calls()).toEqual(['PATCH add members', 'PATCH remove members'])
    expect(await through.members(id)).toEqual([a])
  })

  it('are removed as Entra names them', async () => {
    const [a = '', b = '', c = ''] = await pool
    const id = await through.group('entra', [a, b, c])
    await through.serve(patch(id, [entrasOwn(a, b)], group))
    expect(await through.members(id)).toEqual([c])
  })

  it('that are none are removed with success, and the group is asked for once', async () => {
    const [a = '', b = '', c = ''] = await pool
    const id = await through.group('none', [c])
    const reply = await through.serve(patch(id, [remove(a, b)], group))
    expect(reply).toEqual({ kind: 'empty', status: 204 })
    expect(through.calls()).toEqual(['PATCH remove members', 'GET Group', 'PATCH remove members'])
    await through.serve(patch(id, [remove(c), remove(a)], group))
    expect(through.calls()).toEqual(['PATCH remove members', 'PATCH remove members'])
  })

  it.each([
    ['a removal', (a: string) => [remove(a)]],
    ['an add', (a: string) => [add([a])]],
    ['a replacement', (a: string) => [replace([a])]],
    ['a replacement by nobody', () => [replace([])]],
    ['nothing', () => []],
  ])('are 404 where there is no group: %s', async (_, operations) => {
    const [a = ''] = await pool
    expect(await refused(through.serve(patch(nobody, operations(a), group)))).toMatchObject({ status: 404 })
  })

  it('that nobody knows are 400, and the group is not said to be gone', async () => {
    const id = await through.group('unknown')
    expect(await refused(through.serve(patch(id, [add([nobody])], group)))).toMatchObject({ status: 400 })
  })

  it('are read only where all of them are replaced or removed', async () => {
    const ids = await pool
    const id = await through.group('replaced', ids.slice(0, 30))
    await through.serve(patch(id, [replace(ids.slice(5, 45))], group))
    expect(through.calls()).toEqual(['LIST User', 'PATCH add members', ...Array(5).fill('PATCH remove members')])
    expect(await through.members(id)).toEqual(ids.slice(5, 45).sort())
    await through.serve(patch(id, [replace(ids.slice(5, 45))], group))
    expect(through.calls()).toEqual(['LIST User'])
    await through.serve(patch(id, [{ op: 'remove', path: 'members' }], group))
    expect(await through.members(id)).toEqual([])
  })

  it('are told in the answer where the client asks for them', async () => {
    const [a = '', b = ''] = await pool
    const id = await through.group('asked', [a])
    const reply = await through.serve(patch(id, [add([b])], { ...group, attributes: ['members', 'displayName'] }))
    expect(through.calls()).toEqual(['PATCH add members', 'GET Group', 'LIST User'])
    expect(memberIds(resourceOf(reply)['members'])).toEqual([a, b].sort())
  })

  it.each([
    ['members[display eq "x"]', 'invalidFilter'],
    ['members[value eq "x"].display', 'invalidPath'],
  ])('are chosen by their value only: %s', async (path, scimType) => {
    const id = await through.group('chosen')
    expect(await refused(through.serve(patch(id, [{ op: 'remove', path }], group)))).toMatchObject({
      status: 400,
      scimType,
    })
    expect(through.calls()).toEqual([])
  })
})

describe('the members of one group', () => {
  it('are read beside it, and are a list though there be nobody', async () => {
    const [a = '', b = ''] = await pool
    const id = await through.group('read', [a, b])
    const reply = await through.serve(get(id, group))
    expect(through.calls()).toEqual(['GET Group', 'LIST User'])
    expect(memberIds(resourceOf(reply)['members'])).toEqual([a, b].sort())
    expect(resourceOf(await through.serve(get(await through.group('empty'), group)))['members']).toEqual([])
  })

  it('are not read where nobody asks', async () => {
    const id = await through.group('unread')
    const without = { ...get(id, group), projection: { excludedAttributes: [{ name: 'members' }] } }
    await through.serve(without)
    expect(through.calls()).toEqual(['GET Group'])
    await through.serve(get(id, { ...group, attributes: ['displayName'] }))
    expect(through.calls()).toEqual(['GET Group'])
    await through.serve(get(id, group), { choices: { membersOnRead: 'request' } })
    expect(through.calls()).toEqual(['GET Group'])
    const some = await through.serve(get(id, { ...group, attributes: ['members.value'] }), {
      choices: { membersOnRead: 'request' },
    })
    expect(through.calls()).toEqual(['GET Group', 'LIST User'])
    expect(Object.keys(resourceOf(some))).not.toContain('displayName')
  })

  it('do not matter where there is no group', async () => {
    expect(await refused(through.serve(get(nobody, group)))).toMatchObject({ status: 404 })
    expect(through.steps.length).toBe(2)
  })

  it('are read although the client has a version, of which there is none', async () => {
    const id = await through.group('version')
    expect(resourceOf(await through.serve(get(id, { ...group, ifNoneMatch: '*' })))['displayName']).toBe('version')
  })
})

const indexes = fc.uniqueArray(fc.nat({ max: 44 }), { maxLength: 45 })
const change = fc.oneof(
  indexes.map((some) => ({ kind: 'add' as const, some })),
  fc
    .uniqueArray(fc.nat({ max: 44 }), { minLength: 1, maxLength: 4 })
    .map((some) => ({ kind: 'remove' as const, some })),
  indexes.map((some) => ({ kind: 'replace' as const, some })),
)

/** What a plain server would have after the changes. */
function after(held: readonly number[], changes: readonly { kind: string; some: readonly number[] }[]): Set<number> {
  const members = new Set(held)
  for (const { kind, some } of changes) {
    if (kind === 'replace') members.clear()
    for (const one of some) kind === 'remove' ? members.delete(one) : members.add(one)
  }
  return members
}

describe('any changes of members of any group', () => {
  it('leave what a plain server would have, in as many calls as the formula says', async () => {
    const ids = await pool
    const named = (some: Iterable<number>) => [...some].map((index) => ids[index] ?? '')
    await fc.assert(
      fc.asyncProperty(indexes, fc.array(change, { minLength: 1, maxLength: 3 }), async (held, changes) => {
        const id = await through.group('any', named(held))
        const operations = changes.map(({ kind, some }) =>
          kind === 'add' ? add(named(some)) : kind === 'remove' ? remove(...named(some)) : replace(named(some)),
        )
        await through.serve(patch(id, operations, group))
        const wanted = after(held, changes)
        expect(await through.members(id)).toEqual(named(wanted).sort())
        const calls = through.calls()
        if (changes.some(({ kind }) => kind === 'replace')) {
          const come = [...wanted].filter((one) => !held.includes(one)).length
          const gone = held.filter((one) => !wanted.has(one)).length
          const asksWhether = held.length === 0 && come + gone === 0 ? 1 : 0
          expect(calls.length).toBe(1 + Math.ceil(come / 20) + gone + asksWhether)
        } else {
          const touched = new Set(changes.flatMap(({ some }) => some))
          const come = [...touched].filter((one) => wanted.has(one)).length
          const gone = touched.size - come
          const isAsked = come === 0 && calls.includes('GET Group')
          expect(calls.length).toBe(Math.ceil(come / 20) + gone + (isAsked ? 1 : 0))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('come to the same by a PUT, which then has nothing more to do', async () => {
    const ids = await pool
    await fc.assert(
      fc.asyncProperty(indexes, indexes, fc.constantFrom('same', 'other'), async (held, wanted, displayName) => {
        const id = await through.group(
          'same',
          held.map((index) => ids[index] ?? ''),
        )
        const members = wanted.map((index) => ({ value: ids[index] ?? '' }))
        const reply = await through.serve(put(id, { displayName, members }, group))
        const come = wanted.filter((one) => !held.includes(one)).length
        const gone = held.filter((one) => !wanted.includes(one)).length
        expect(through.calls().length).toBe(2 + (displayName === 'same' ? 0 : 1) + Math.ceil(come / 20) + gone)
        expect(memberIds(resourceOf(reply)['members'])).toEqual(memberIds(members))
        expect(await through.members(id)).toEqual(memberIds(members))
        await through.serve(put(id, { displayName, members }, group))
        expect(through.calls()).toEqual(['GET Group', 'LIST User'])
      }),
      { numRuns: 25 },
    )
  })
})

describe('members where the upstream has other forms', () => {
  const forms = entra.members.get('group')
  if (forms === undefined) throw new Error('Entra has groups')

  it('go into one PATCH with the rest where that may hold everything', () => {
    const { addsPerPatch: _, removalsPerPatch: __, ...free } = forms
    const members = new Map([['group', { ...free, mixed: true, removalOfNobodyIs404: false }]])
    const planning = { capabilities: { ...entra, members }, choices: defaultChoices }
    const operations = [add(['a']), remove('b', 'c'), { op: 'replace', path: 'displayName', value: 'x' }]
    const stage = planOf(patch('1', operations, group), planning).next([])
    expect(stage.value).toMatchObject([
      { request: { operations: [{ op: 'replace' }, { op: 'add' }, { op: 'remove' }, { op: 'remove' }] } },
    ])
  })

  it('are removed one by one where several at once met somebody who is no member', () => {
    const members = new Map([['group', { ...forms, removalsPerPatch: 2 }]])
    const plan = planOf(patch('1', [remove('a', 'b', 'c')], group), {
      capabilities: { ...entra, members },
      choices: defaultChoices,
    })
    const done = { kind: 'done', reply: { kind: 'empty', status: 204 } } as const
    const nobodyThere = { kind: 'refused', error: new ScimError(404, 'none') } as const
    const removed = (stage: ReturnType<typeof plan.next>) =>
      stage.done === true
        ? []
        : stage.value.map(({ request }) => ('operations' in request ? request.operations.length : 0))
    expect(removed(plan.next([]))).toEqual([2])
    expect(plan.next([nobodyThere]).value).toMatchObject([{ request: { operation: 'read' } }])
    expect(removed(plan.next([done]))).toEqual([1])
    expect(removed(plan.next([nobodyThere]))).toEqual([1])
    expect(removed(plan.next([done]))).toEqual([1])
    expect(plan.next([done])).toEqual({ done: true, value: { kind: 'empty', status: 204 } })
  })

  it('are removed apart from the rest where a 404 would not tell of whom it speaks', () => {
    const { addsPerPatch: _, removalsPerPatch: __, ...free } = forms
    const members = new Map([['group', { ...free, mixed: true }]])
    const planning = { capabilities: { ...entra, members }, choices: defaultChoices }
    const stage = planOf(patch('1', [add(['a']), remove('b')], group), planning).next([])
    expect(stage.value).toMatchObject([{ request: { operations: [{ op: 'add' }] } }])
  })

  it('are replaced by one operation where that can be done', () => {
    const planning = {
      capabilities: { ...entra, members: new Map([['group', { ...forms, replace: true }]]) },
      choices: defaultChoices,
    }
    const stage = planOf(patch('1', [replace(['a', 'b'])], group), planning).next([])
    expect(stage.value).toMatchObject([
      {
        request: {
          operations: [{ op: 'replace', path: { name: 'members' }, value: [{ value: 'a' }, { value: 'b' }] }],
        },
      },
    ])
  })
})
