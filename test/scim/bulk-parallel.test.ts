import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runBulk } from '../../src/scim/bulk.ts'
import { bulkFailure } from '../../src/scim/bulk-result.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { BulkOperation, BulkResult } from '../../src/scim/request.ts'
import { attributeIn } from '../../src/scim/resource.ts'

/** A provider of users whose names are one user's alone, and whose answers come when they come. */
function provider(pause: (label: string) => Promise<unknown>) {
  const names = new Map(['a', 'b', 'c', 'd', 'e'].map((id) => [id, `${id}@`]))
  const log: string[] = []
  let underWay = 0
  let most = 0
  const busy = new Map<string, number>()
  const overlaps: string[] = []

  const serve = ({ method, path, data = {}, bulkId = '' }: BulkOperation): Partial<BulkResult> => {
    const id = method === 'POST' ? `new-${bulkId}` : path.slice('/Users/'.length)
    if (method !== 'POST' && !names.has(id)) throw new ScimError(404, 'gone')
    const wanted = attributeIn(data, 'userName')
    if (typeof wanted === 'string') {
      const holder = [...names].find(([other, name]) => other !== id && name === wanted)
      if (holder !== undefined) throw new ScimError(409, 'taken', { scimType: 'uniqueness' })
      names.set(id, wanted)
    }
    if (method === 'DELETE') names.delete(id)
    return { status: method === 'POST' ? 201 : 200, location: `/Users/${id}` }
  }
  const carry = async (operation: BulkOperation): Promise<BulkResult> => {
    const label = `${operation.method} ${operation.bulkId ?? operation.path}`
    log.push(label)
    if (operation.method !== 'POST') {
      if ((busy.get(operation.path) ?? 0) > 0) overlaps.push(label)
      busy.set(operation.path, (busy.get(operation.path) ?? 0) + 1)
    }
    underWay += 1
    most = Math.max(most, underWay)
    try {
      await pause(label)
      return { method: operation.method, status: 200, ...serve(operation) }
    } catch (error) {
      return bulkFailure(operation, error instanceof ScimError ? error : new ScimError(500, String(error)))
    } finally {
      underWay -= 1
      busy.set(operation.path, (busy.get(operation.path) ?? 1) - 1)
    }
  }
  return { names, log, overlaps, carry, most: () => most }
}

const now = () => Promise.resolve()
const place = (id: string) => `/Users/${id}`
const remove = (id: string): BulkOperation => ({ method: 'DELETE', path: place(id) })
const rename = (id: string, userName: string): BulkOperation => ({ method: 'PUT', path: place(id), data: { userName } })
const post = (bulkId: string, userName: string, more = {}): BulkOperation => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName, ...more },
})

/** Settles answers in the order of `first`, and the others as they come. */
function held() {
  const waiting = new Map<string, () => void>()
  return {
    pause: (label: string) => new Promise<void>((resolve) => waiting.set(label, resolve)),
    waiting: () => [...waiting.keys()],
    async answer(label: string) {
      const resolve = waiting.get(label)
      waiting.delete(label)
      resolve?.()
      for (let turn = 0; turn < 20; turn++) await now()
    },
  }
}

describe('operations side by side', () => {
  it('are as many as may be, and the next begins when one is done', async () => {
    const { pause, waiting, answer } = held()
    const { carry } = provider(pause)
    const done = runBulk(['a', 'b', 'c', 'd'].map(remove), { carry, parallel: 2 })
    await now()
    expect(waiting()).toEqual(['DELETE /Users/a', 'DELETE /Users/b'])
    await answer('DELETE /Users/b')
    expect(waiting()).toEqual(['DELETE /Users/a', 'DELETE /Users/c'])
    for (const id of ['a', 'c', 'd']) await answer(`DELETE /Users/${id}`)
    expect((await done).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('keep their order on one resource, also where one only speaks of it', async () => {
    const { pause, waiting, answer } = held()
    const { carry } = provider(pause)
    const member: BulkOperation = {
      method: 'PATCH',
      path: '/Groups/g',
      data: { Operations: [{ op: 'add', path: 'members', value: [{ value: 'a' }] }] },
    }
    const filtered: BulkOperation = {
      method: 'PATCH',
      path: '/Groups/h',
      data: { Operations: [{ op: 'remove', path: 'members[value eq "a"]' }] },
    }
    const done = runBulk([member, filtered, remove('A'), remove('b')], { carry, parallel: 4 })
    await now()
    // Both groups may be changed at once; the user that they speak of is deleted after them.
    expect(waiting()).toEqual(['PATCH /Groups/g', 'PATCH /Groups/h', 'DELETE /Users/b'])
    for (const label of ['PATCH /Groups/g', 'DELETE /Users/b']) await answer(label)
    expect(waiting()).toEqual(['PATCH /Groups/h'])
    await answer('PATCH /Groups/h')
    expect(waiting()).toEqual(['DELETE /Users/A'])
    await answer('DELETE /Users/A')
    await done
  })

  it('keep the order of those that want one name', async () => {
    const { carry } = provider(now)
    const results = await runBulk([post('one', 'x'), post('two', 'X'), post('three', 'y')], { carry, parallel: 4 })
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201])
    const { pause, waiting } = held()
    runBulk([post('one', 'x'), post('two', 'X')], { carry: provider(pause).carry, parallel: 4 })
    await now()
    expect(waiting()).toEqual(['POST one'])
  })

  it('wait for a name that an earlier one gives free, and try again then', async () => {
    const { pause, answer } = held()
    const { carry, log, names } = provider(pause)
    const done = runBulk([remove('a'), rename('b', 'free'), post('new', 'a@')], { carry, parallel: 4 })
    await now()
    await answer('POST new')
    await answer('DELETE /Users/a')
    expect(log.filter((label) => label === 'POST new')).toHaveLength(1)
    await answer('PUT /Users/b')
    await answer('POST new')
    expect((await done).map(({ status }) => status)).toEqual([200, 200, 201])
    expect(names.get('new-new')).toBe('a@')
  })

  it('are one at a time where only so many errors may happen', async () => {
    const { carry, log, most } = provider(now)
    const results = await runBulk(['x', 'y', 'a'].map(remove), { carry, parallel: 4, failOnErrors: 1 })
    expect(results).toHaveLength(1)
    expect(log).toEqual(['DELETE /Users/x'])
    expect(most()).toBe(1)
  })
})

/** Not of two on one name, one of which gives it free after the other wanted it: who of them is first may then differ. */
const operation = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd', 'e').map(remove),
  fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('p', 'q', 'r'))
    .map(([id, name]) => rename(id, name)),
  fc.constantFrom('p', 'q', 'r', 's', 't').map((name) => ({ ...post('', name), bulkId: undefined })),
  fc
    .tuple(fc.constantFrom('u', 'v', 'w'), fc.nat(9))
    .map(([name, of]) => ({ ...post('', name, { manager: { value: `bulkId:${of}` } }), bulkId: undefined })),
)

it('property: whatever answers first, no resource is worked on twice at a time, and every operation has its result', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(operation, { maxLength: 10 }), async (scheduler, drawn) => {
      const operations = drawn.map((one, index): BulkOperation => {
        const { bulkId: _, ...rest } = one
        return rest.method === 'POST' ? { ...rest, bulkId: String(index) } : rest
      })
      const { carry, overlaps, most } = provider((label) => scheduler.schedule(now(), label))
      const running = runBulk(operations, { carry, parallel: 4 })
      await scheduler.waitFor(running)
      const results = await running
      expect(results.map(({ method }) => method)).toEqual(operations.map(({ method }) => method))
      expect(overlaps).toEqual([])
      expect(most()).toBeLessThanOrEqual(4)
    }),
    { numRuns: 300 },
  )
})

it('property: where names do not change hands, the state and the results are those of one after the other', async () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const plain = fc.oneof(
    id.map(remove),
    fc.tuple(id, fc.constantFrom('p', 'q', 'r')).map(([of, name]) => rename(of, `${of}${name}`)),
    fc.constantFrom('p', 'q', 'r').map((name) => post('', name)),
    fc.tuple(fc.constantFrom('u', 'v'), fc.nat(9)).map(([name, of]) => post('', name, { manager: `bulkId:${of}` })),
  )
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(plain, { maxLength: 10 }), async (scheduler, drawn) => {
      const operations = drawn.map((one, index) => (one.method === 'POST' ? { ...one, bulkId: String(index) } : one))
      const one = provider(now)
      const expected = await runBulk(operations, { carry: one.carry })
      const many = provider((label) => scheduler.schedule(now(), label))
      const running = runBulk(operations, { carry: many.carry, parallel: 3 })
      await scheduler.waitFor(running)
      expect(await running).toEqual(expected)
      expect(new Map([...many.names].sort())).toEqual(new Map([...one.names].sort()))
    }),
    { numRuns: 300 },
  )
})
