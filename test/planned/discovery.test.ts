import { describe, expect, it } from 'vitest'
import { compileCapabilities } from '../../src/plan/clause.ts'
import { defaultChoices } from '../../src/plan/planning.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { createPlanned } from '../../src/planned/planned.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import type { DiscoveryKind } from '../../src/scim/request.ts'
import { userDefinition } from '../../src/scim/schemas.ts'
import { entraUserDefinition } from '../../src/scim/schemas-entra.ts'
import type { Upstream } from '../../src/upstream/upstream.ts'

const attempts = {
  callId: 'call',
  begin: () => Promise.reject(new Error('nothing goes out here')),
  note: () => {},
}
const errand = { attempts, deadlineAt: 1_000_000, credential: 'test' }
const told: JsonObject = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: false },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: false, maxResults: 0 },
  changePassword: { supported: true },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [],
}

function planned(capabilities = entra, answer: () => JsonObject = () => told) {
  const asked: DiscoveryKind[] = []
  const upstream: Upstream = {
    definitionAt: async (segment) => (segment === 'Users' ? userDefinition : undefined),
    carry: async (request) => {
      if (request.operation !== 'discovery') throw new Error(request.operation)
      asked.push(request.kind)
      return { kind: 'discovery', body: answer() }
    },
  }
  const ports = {
    now: () => 0,
    wait: () => Promise.resolve(),
    randomBytes: (count: number) => new Uint8Array(count),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }
  const made = createPlanned({
    tenant: 'contoso',
    upstream,
    capabilities,
    choices: defaultChoices,
    dialect: 'auto',
    ports,
  })
  const discover = async (kind: DiscoveryKind, name?: string) => {
    const reply = await made.carry({ operation: 'discovery', kind, ...(name === undefined ? {} : { name }) }, errand)
    if (reply.kind !== 'discovery') throw new Error(reply.kind)
    return reply.body
  }
  return { discover, asked, definitionAt: (segment: string) => made.definitionAt(segment, errand) }
}

const supported = { supported: true }

describe('an upstream of which everything is known', () => {
  it('is never asked, and has no types beyond those', async () => {
    const { discover, asked, definitionAt } = planned()
    expect(await discover('ServiceProviderConfig')).toMatchObject({ patch: supported, etag: { supported: false } })
    expect(await discover('ResourceTypes')).toMatchObject({ totalResults: 2 })
    expect(await discover('Schemas')).toMatchObject({ totalResults: 5 })
    expect(await discover('Schemas', entraUserDefinition.core.id.toUpperCase())).toMatchObject({ name: 'User' })
    await expect(discover('ResourceTypes', 'Device')).rejects.toMatchObject({ status: 404 })
    await expect(discover('ServiceProviderConfig', 'x')).rejects.toMatchObject({ status: 404 })
    expect(await definitionAt('users')).toBe(entra.types.get('user')?.definition)
    expect(await definitionAt('Devices')).toBeUndefined()
    expect(asked).toEqual([])
  })
})

describe('an upstream that a file describes otherwise', () => {
  const { capabilities } = compileCapabilities({ capabilities: { patch: false, bulk: false, sort: false } })

  it('says of itself what the plan leaves alone; the rest is what the plan can do', async () => {
    const { discover, asked } = planned(capabilities)
    const body = await discover('ServiceProviderConfig')
    expect(body).toMatchObject({
      patch: supported,
      bulk: { supported: true, maxOperations: 1000 },
      filter: { supported: true, maxResults: 1000 },
      sort: supported,
      changePassword: supported,
      etag: { supported: false },
      pagination: { index: true, cursor: true, defaultPaginationMethod: 'index' },
    })
    await discover('ResourceTypes')
    expect(asked).toEqual(['ServiceProviderConfig', 'ResourceTypes'])
  })

  it('has entity tags where it says nothing else', async () => {
    const { etag: _, ...silent } = told
    expect(await planned(capabilities, () => silent).discover('ServiceProviderConfig')).toMatchObject({
      etag: supported,
    })
  })

  it.each([404, 501])('need not have the endpoint (%i)', async (status) => {
    const { discover } = planned(capabilities, () => {
      throw new ScimError(status, 'no such thing')
    })
    expect(await discover('ServiceProviderConfig')).toMatchObject({
      patch: supported,
      changePassword: { supported: false },
    })
  })

  it('is not made up for where it fails', async () => {
    const { discover } = planned(capabilities, () => {
      throw new ScimError(502, 'broken')
    })
    await expect(discover('ServiceProviderConfig')).rejects.toMatchObject({ status: 502 })
  })
})
