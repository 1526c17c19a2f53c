import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { at, converse, exchange, type Saved, type Step, startSaved, type Target } from './conversation.ts'
import { startTargets, type Targets } from './targets.ts'
import { listUrn, scimError, search, user } from './words.ts'

let targets: Targets
let target: Target

beforeAll(async () => {
  targets = await startTargets()
  target = targets.directory
  for (let index = 10; index < 35; index++) {
    const body = user(`J${index}`, { displayName: `Smith ${index}` })
    await exchange(target, { ask: 'POST /Users', body }, startSaved(target))
  }
  await exchange(target, { ask: 'POST /Users', body: user('other') }, startSaved(target))
})
afterAll(() => targets.stop())

const page = { schemas: [listUrn], totalResults: 25, itemsPerPage: 10 }

/** RFC 9865's own examples in their order. */
const examples: readonly Step[] = [
  {
    from: 'RFC 9865 §4 what is announced',
    ask: 'GET /ServiceProviderConfig',
    status: 200,
    shows: { pagination: { cursor: true, index: true, defaultPaginationMethod: 'index' } },
  },
  {
    from: 'RFC 9865 §2 the first page, by an empty cursor without a value',
    ask: 'GET /Users?filter=userName sw "J"&cursor&count=10',
    status: 200,
    shows: page,
    lacks: ['startIndex'],
    save: { next: 'nextCursor' },
  },
  {
    from: 'RFC 9865 §2 the next page, names of the filter in another case',
    ask: 'GET /Users?filter=username sw "J"&cursor={next}&count=10',
    status: 200,
    shows: page,
    save: { last: 'nextCursor' },
  },
  {
    from: 'RFC 9865 §2 the last page has no next cursor',
    ask: 'GET /Users?filter=userName sw "J"&cursor={last}&count=10',
    status: 200,
    shows: { schemas: [listUrn], totalResults: 25, itemsPerPage: 5 },
    lacks: ['nextCursor'],
  },
  {
    from: 'RFC 9865 §2.1 invalidCursor',
    ask: 'GET /Users?cursor=nonsense&count=10',
    status: 400,
    shows: scimError(400, 'invalidCursor'),
  },
  {
    from: 'RFC 9865 §2.1 another query than the cursor is of',
    ask: 'GET /Users?filter=userName sw "K"&cursor={next}&count=10',
    status: 400,
    shows: scimError(400, 'invalidCursor'),
  },
  {
    from: 'RFC 9865 §2.1 invalidCount: another count than the first',
    ask: 'GET /Users?filter=userName sw "J"&cursor={next}&count=7',
    status: 400,
    shows: scimError(400, 'invalidCount'),
  },
  {
    from: 'RFC 9865 §2.1 invalidCount: no number',
    ask: 'GET /Users?cursor&count=ten',
    status: 400,
    shows: scimError(400, 'invalidCount'),
  },
  {
    from: 'RFC 9865 §2.4 without a parameter the default: index',
    ask: 'GET /Users?filter=userName sw "J"',
    status: 200,
    shows: { totalResults: 25, startIndex: 1 },
    lacks: ['nextCursor'],
  },
  {
    from: 'RFC 9865 §3 by POST',
    ask: 'POST /Users/.search',
    body: search({ attributes: ['displayName', 'userName'], filter: 'displayName sw "smith"', cursor: '', count: 10 }),
    status: 200,
    shows: page,
    save: { searched: 'nextCursor' },
  },
  {
    from: 'RFC 9865 §3 the next page by POST',
    ask: 'POST /Users/.search',
    body: search({
      attributes: ['displayName', 'userName'],
      filter: 'displayName sw "smith"',
      cursor: '{searched}',
      count: 10,
    }),
    status: 200,
    shows: page,
  },
]

describe('RFC 9865', () => converse(() => targets.directory, examples))

describe('a walk by cursor', () => {
  const listed = z.object({ Resources: z.array(z.object({ userName: z.string() })).optional() })

  async function walk(query: string): Promise<string[]> {
    const names: string[] = []
    const saved: Saved = startSaved(target)
    let cursor: string | undefined = ''
    for (let pages = 0; cursor !== undefined && pages < 30; pages++) {
      const answer = await exchange(target, { ask: `GET /Users?${query}&cursor=${cursor}` }, saved)
      expect(answer.status, answer.text).toBe(200)
      const { Resources = [] } = listed.parse(answer.body)
      names.push(...Resources.map(({ userName }) => userName))
      const next = at(answer.body, 'nextCursor')
      cursor = typeof next === 'string' ? next : undefined
    }
    return names
  }

  it.each([1, 3, 10, 100])('by %i meets everybody once', async (count) => {
    const names = await walk(`count=${count}&attributes=userName`)
    expect(names.toSorted()).toEqual(['other', ...Array.from({ length: 25 }, (_, at) => `J${at + 10}`)].toSorted())
  })

  it('keeps the order asked for (RFC 9865 §2.2)', async () => {
    const names = await walk('count=4&attributes=userName&sortBy=userName&sortOrder=descending')
    expect(names).toEqual(['other', ...Array.from({ length: 25 }, (_, at) => `J${34 - at}`)])
  })

  it("another tenant's cursor is none (RFC 9865 §5)", async () => {
    const first = await exchange(target, { ask: 'GET /Users?cursor&count=10' }, startSaved(target))
    const elsewhere = await targets.empty()
    const ask = `GET /Users?cursor=${at(first.body, 'nextCursor')}&count=10`
    const answer = await exchange(elsewhere, { ask }, startSaved(elsewhere))
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidCursor'])
  })
})
