import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/capabilities.ts'
import { defaultChoices, planOf, type SingleRequest } from '../../src/plan/plan.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { runPlan } from '../../src/plan/run.ts'
import type { Step } from '../../src/plan/step.ts'
import { exactKey } from '../../src/scim/equality.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import type { ScimReply } from '../../src/scim/request.ts'
import { enterpriseUserUrn, userDefinition } from '../../src/scim/schemas.ts'
import { patchBody, randomOperations, user } from '../scim/patches.ts'
import { patch, put, refused, resourceOf } from './through.ts'

const noPatch: Capabilities = { ...rfc, patch: false }
const noPut: Capabilities = { ...rfc, put: false }
const pathed: Capabilities = { ...rfc, patch: { pathless: false, filters: 'none', elements: false }, etag: false }

/** One user on a server of these capabilities, which counts versions. */
function server({ put: hasPut, patch: forms, etag }: Capabilities, first: JsonObject = user) {
  let held = first
  let version = 1
  const steps: Step[] = []
  const tag = () => `W/"${version}"`
  const shown = (): ScimReply => ({ kind: 'resource', status: 200, resource: held, ...(etag ? { etag: tag() } : {}) })

  /** What happens just before a step. */
  let before = (_index: number): void => {}

  async function carry(step: Step): Promise<ScimReply> {
    before(steps.push(step) - 1)
    const { request } = step
    if (request.operation === 'read') return shown()
    if (request.operation !== 'replace' && request.operation !== 'patch') throw new ScimError(501, 'not here')
    if (!etag && (request.ifMatch ?? request.ifNoneMatch) !== undefined) throw new ScimError(400, 'no conditions here')
    if (request.ifMatch !== undefined && request.ifMatch !== '*' && request.ifMatch !== tag())
      throw new ScimError(412, 'another version')
    if (request.operation === 'replace') {
      if (!hasPut) throw new ScimError(405, 'no PUT here')
      const { id, schemas } = held
      held = {
        ...request.resource,
        ...(id === undefined ? {} : { id }),
        schemas: request.resource['schemas'] ?? schemas ?? [],
      }
    } else {
      if (forms === false) throw new ScimError(405, 'no PATCH here')
      for (const { op, path } of request.operations) {
        if (path === undefined && !forms.pathless) throw new ScimError(400, 'a path is needed')
        if (path?.filter !== undefined && forms.filters === 'none') throw new ScimError(400, 'no filters here')
        if (op === 'add' && ['emails', 'addresses'].includes(path?.name ?? '') && !forms.elements)
          throw new ScimError(400, 'no adds to lists here')
      }
      held = applyPatch(held, request.operations, request.definition)
    }
    version += 1
    return shown()
  }

  return {
    steps,
    held: () => held,
    change(next: JsonObject) {
      held = next
      version += 1
    },
    onStep(work: (index: number) => void) {
      before = work
    },
    serve: (request: SingleRequest, capabilities: Capabilities, choices = {}) =>
      runPlan(planOf(request, { capabilities, choices: { ...defaultChoices, ...choices } }), carry),
    methods: () => steps.map(({ request }) => request.operation),
  }
}

const title = (value: string) => patch('2819c223', [{ op: 'replace', path: 'title', value }])

describe('a PATCH on an upstream without', () => {
  it('is a read and a PUT under the version that was read', async () => {
    const upstream = server(noPatch)
    expect(await upstream.serve(title('A'), noPatch)).toEqual({ kind: 'empty', status: 204, etag: 'W/"2"' })
    expect(upstream.steps).toMatchObject([
      { purpose: 'read', request: { operation: 'read' } },
      { request: { operation: 'replace', ifMatch: 'W/"1"' } },
    ])
    expect(upstream.held()['title']).toBe('A')
  })

  it('writes nothing where nothing changes', async () => {
    const upstream = server(noPatch)
    expect(await upstream.serve(title('Guide'), noPatch)).toEqual({ kind: 'empty', status: 204, etag: 'W/"1"' })
    expect(upstream.methods()).toEqual(['read'])
  })

  it("loses nobody else's change: it reads again, three times at most", async () => {
    const upstream = server(noPatch)
    upstream.onStep((index) => {
      if (index === 1) upstream.change({ ...upstream.held(), displayName: 'theirs' })
    })
    await upstream.serve(title('A'), noPatch)
    expect(upstream.methods()).toEqual(['read', 'replace', 'read', 'replace'])
    expect(upstream.held()).toMatchObject({ title: 'A', displayName: 'theirs' })
    const busy = server(noPatch)
    busy.onStep((index) => {
      if (index % 2 === 1) busy.change({ ...busy.held(), displayName: String(index) })
    })
    expect(await refused(busy.serve(title('A'), noPatch))).toMatchObject({ status: 503, retryAfter: '1' })
    expect(busy.steps).toHaveLength(6)
  })

  it('reads again what whoever asked had read before', async () => {
    for (const capabilities of [noPatch, noPut]) {
      const upstream = server(capabilities)
      const held = { ...user, meta: { resourceType: 'User', version: 'W/"0"' } }
      const change = capabilities === noPatch ? title('A') : put('2819c223', { ...user, title: 'A' })
      await upstream.serve({ ...change, held }, capabilities)
      expect(upstream.methods()).toEqual([expect.stringMatching(/replace|patch/), 'read', expect.any(String)])
      expect(upstream.held()['title']).toBe('A')
    }
  })

  it('keeps to the version that the client names', async () => {
    const upstream = server(noPatch)
    expect(await refused(upstream.serve({ ...title('A'), ifMatch: 'W/"7"' }, noPatch))).toMatchObject({ status: 412 })
    expect(upstream.methods()).toEqual(['read', 'replace'])
    expect(await refused(upstream.serve({ ...title('Guide'), ifMatch: 'W/"7"' }, noPatch))).toMatchObject({
      status: 412,
    })
    await upstream.serve({ ...title('Guide'), ifMatch: 'W/"1"' }, noPatch)
  })

  it('is not possible without a PUT either', async () => {
    const neither: Capabilities = { ...rfc, patch: false, put: false }
    expect(await refused(server(neither).serve(title('A'), neither))).toMatchObject({ status: 501 })
    expect(await refused(server(neither).serve(put('1', user), neither))).toMatchObject({ status: 501 })
  })
})

describe.each([
  ['without PATCH', noPatch],
  ['without PUT', noPut],
  ['with paths only', pathed],
])('any PATCH on an upstream %s', (_, capabilities) => {
  it('leaves what the standard says', async () => {
    await fc.assert(
      fc.asyncProperty(randomOperations, async (operations) => {
        const parsed = parsePatch(patchBody(operations), userDefinition, 'auto')
        let wanted: JsonObject | undefined
        try {
          wanted = applyPatch(user, parsed, userDefinition)
        } catch {
          wanted = undefined
        }
        const upstream = server(capabilities)
        const request = { ...title(''), operations: parsed }
        const served = upstream.serve(request, capabilities)
        if (wanted === undefined) expect((await refused(served)).status).toBe(400)
        else {
          await served
          expect(exactKey(upstream.held())).toBe(exactKey(wanted))
          expect(upstream.steps.length).toBeLessThanOrEqual(3)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a PUT', () => {
  const { id: _, ...body } = user

  it('is passed on where the upstream has it', async () => {
    const upstream = server(rfc)
    const reply = await upstream.serve({ ...put('2819c223', { ...body, title: 'A' }), ifMatch: 'W/"1"' }, rfc)
    expect(upstream.methods()).toEqual(['replace'])
    expect(resourceOf(reply)['title']).toBe('A')
  })

  it('goes over what is there where the operator keeps what is absent', async () => {
    const upstream = server(rfc)
    await upstream.serve(put('2819c223', { userName: 'other' }), rfc, { absentInPut: 'keep' })
    expect(upstream.methods()).toEqual(['read', 'replace'])
    expect(upstream.held()).toEqual({ ...user, userName: 'other' })
  })

  it('becomes a PATCH under the version that was read, again where that is no more', async () => {
    const upstream = server(noPut)
    upstream.onStep((index) => {
      if (index === 1) upstream.change({ ...upstream.held(), displayName: 'theirs' })
    })
    const reply = await upstream.serve(put('2819c223', { ...body, title: 'A' }), noPut)
    expect(upstream.methods()).toEqual(['read', 'patch', 'read', 'patch'])
    expect(upstream.steps[3]).toMatchObject({ request: { ifMatch: 'W/"2"' } })
    expect(exactKey(upstream.held())).toBe(exactKey({ ...user, title: 'A' }))
    expect(reply).toMatchObject({ etag: 'W/"3"', resource: { title: 'A' } })
  })

  it('does not write again what the upstream only echoes in other words', async () => {
    const told = {
      ...body,
      emails: [
        { type: 'home', value: 'babs@jensen.example', primary: false, display: 'Babs' },
        { type: 'work', value: 'bjensen@example.com', primary: true, $ref: 'x' },
      ],
      [enterpriseUserUrn]: {
        department: 'Tours',
        manager: { value: '26118915', $ref: 'https://upstream.example/Users/26118915', displayName: 'M' },
      },
    }
    const upstream = server(noPut, { id: '2819c223', ...told })
    const asked = { ...told[enterpriseUserUrn], manager: { value: '26118915', $ref: '/Users/26118915' } }
    await upstream.serve(put('2819c223', { ...body, [enterpriseUserUrn]: asked }), noPut)
    expect(upstream.methods()).toEqual(['read'])
  })

  it('that changes nothing still meets the version that the client names', async () => {
    const upstream = server(noPut)
    expect(await refused(upstream.serve({ ...put('2819c223', body), ifMatch: '"7"' }, noPut))).toMatchObject({
      status: 412,
    })
    expect(await upstream.serve({ ...put('2819c223', body), ifMatch: '"1"' }, noPut)).toMatchObject({ etag: 'W/"1"' })
  })
})

describe('an upstream that does not project', () => {
  it('is asked for all, and the answer is projected here', async () => {
    const all: Capabilities = { ...rfc, projection: false }
    const upstream = server(all)
    const request = { ...put('2819c223', user), projection: { attributes: [{ name: 'title' }] } }
    const reply = await upstream.serve(request, all)
    expect(upstream.steps).toMatchObject([{ request: { projection: {} } }])
    expect(Object.keys(resourceOf(reply)).sort()).toEqual(['id', 'schemas', 'title'])
  })
})
