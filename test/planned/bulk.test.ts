import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/capabilities.ts'
import { defaultChoices } from '../../src/plan/planning.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { createPlanned } from '../../src/planned/planned.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { BulkOperation, ScimReply, ScimRequest } from '../../src/scim/request.ts'
import { groupDefinition, userDefinition } from '../../src/scim/schemas.ts'
import type { Errand, Upstream } from '../../src/upstream/upstream.ts'

const attempts = {
  callId: 'call',
  begin: () => Promise.reject(new Error('nothing goes out here')),
  note: () => {},
}
const errandUntil = (deadlineAt: number): Errand => ({ attempts, deadlineAt, credential: 'test' })

/** An upstream that takes everything, and writes down what it was asked. */
function upstreamWith(capabilities: Partial<Capabilities>, refuse: (request: ScimRequest) => void = () => {}) {
  const asked: string[] = []
  const clock = { now: 0 }
  const upstream: Upstream = {
    definitionAt: async (segment) => (/^users$/i.test(segment) ? userDefinition : groupDefinition),
    carry: async (request): Promise<ScimReply> => {
      asked.push(request.operation === 'bulk' ? `bulk of ${request.operations.length}` : request.operation)
      clock.now += 10
      refuse(request)
      if (request.operation === 'bulk')
        return { kind: 'bulk', results: request.operations.map(({ method }) => ({ method, status: 200 })) }
      if (request.operation === 'create')
        return { kind: 'resource', status: 201, resource: { id: '1' }, location: '/Users/1' }
      return { kind: 'empty', status: 204 }
    },
  }
  const planned = createPlanned({
    tenant: 'contoso',
    upstream,
    capabilities: { ...rfc, ...capabilities },
    choices: defaultChoices,
    dialect: 'auto',
    ports: {
      now: () => clock.now,
      wait: () => Promise.resolve(),
      randomBytes: (count) => new Uint8Array(count),
      log: { debug() {}, info() {}, warn() {}, error() {} },
    },
  })
  const bulk = async (operations: readonly BulkOperation[], failOnErrors?: number, deadlineAt = 1_000_000) => {
    const request = { operation: 'bulk', operations, ...(failOnErrors === undefined ? {} : { failOnErrors }) } as const
    const reply = await planned.carry(request, errandUntil(deadlineAt))
    if (reply.kind !== 'bulk') throw new Error(`answered with ${reply.kind}`)
    return reply.results.map(({ status }) => status)
  }
  return { asked, bulk }
}

const patch = (id: string): BulkOperation => ({
  method: 'PATCH',
  path: `/Users/${id}`,
  data: { Operations: [{ op: 'replace', path: 'title', value: `title of ${id}` }] },
})
const patches = ['a', 'b', 'c', 'd', 'e'].map(patch)
const create: BulkOperation = { method: 'POST', path: '/Users', bulkId: 'n', data: { userName: 'n' } }
const member: BulkOperation = {
  method: 'PATCH',
  path: '/Groups/g',
  data: { Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:n' }] }] },
}
const ofOne = { maxOperations: 1, maxPayloadSize: 1_000_000 }

describe('a Bulk', () => {
  it.each<[string, Partial<Capabilities>, readonly BulkOperation[], number | undefined, readonly string[]]>([
    ['is one call where the upstream can all of it', { sort: false }, patches, undefined, ['bulk of 5']],
    ['is one call that it fits', { bulk: { ...ofOne, maxOperations: 5 } }, patches, 2, ['bulk of 5']],
    [
      'is several calls where it is too long',
      { bulk: { ...ofOne, maxOperations: 2 } },
      patches,
      undefined,
      ['bulk of 2', 'bulk of 2', 'bulk of 1'],
    ],
    [
      'is several calls where it is too large',
      { bulk: { maxOperations: 100, maxPayloadSize: 700 } },
      patches,
      undefined,
      ['bulk of 3', 'bulk of 2'],
    ],
    [
      'is done one by one where errors are counted over all of it',
      { bulk: ofOne },
      patches.slice(0, 2),
      9,
      ['patch', 'patch'],
    ],
    [
      'is done one by one where one speaks of another',
      { bulk: ofOne },
      [member, create],
      undefined,
      ['create', 'patch'],
    ],
    ['is done one by one without Bulk', { bulk: false }, [create, patch('a')], undefined, ['create', 'patch']],
    [
      'is done one by one where an operation may have to be planned',
      { patch: { pathless: false, filters: 'any', elements: true } },
      patches.slice(0, 2),
      undefined,
      ['patch', 'patch'],
    ],
  ])('%s', async (_, capabilities, operations, failOnErrors, asked) => {
    const { bulk, asked: calls } = upstreamWith(capabilities)
    expect(await bulk(operations, failOnErrors)).toHaveLength(operations.length)
    expect(calls).toEqual(asked)
  })

  it('is done one by one where the upstream finds it too large after all', async () => {
    const { bulk, asked } = upstreamWith({ sort: false }, (request) => {
      if (request.operation === 'bulk') throw new ScimError(413, 'too large')
    })
    expect(await bulk(patches.slice(0, 2))).toEqual([204, 204])
    expect(asked).toEqual(['bulk of 2', 'patch', 'patch'])
  })

  it('tells of each operation what became of it where one of several calls is refused', async () => {
    let calls = 0
    const { bulk } = upstreamWith({ bulk: { ...ofOne, maxOperations: 2 } }, () => {
      calls += 1
      if (calls === 2) throw new ScimError(504, 'slow')
    })
    expect(await bulk(patches)).toEqual([200, 200, 504, 504, 200])
  })

  it('answers 504 to each operation that the deadline overtook', async () => {
    const { bulk, asked } = upstreamWith({ bulk: false })
    expect(await bulk(patches, 9, 15)).toEqual([204, 204, 504, 504, 504])
    expect(asked).toHaveLength(2)
  })

  it('says of one operation that it needs what the upstream cannot hold, and does the others', async () => {
    const { bulk, asked } = upstreamWith(entra)
    const incomplete: BulkOperation = { method: 'POST', path: '/Users', bulkId: 'i', data: { userName: 'i@x.example' } }
    expect(await bulk([incomplete, { method: 'DELETE', path: '/Users/1' }])).toEqual([400, 204])
    expect(asked).toEqual(['delete'])
  })
})
