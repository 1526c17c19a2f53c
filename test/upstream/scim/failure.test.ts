import { describe, expect, it } from 'vitest'
import { entra } from '../../../src/plan/presets/entra.ts'
import { rfc } from '../../../src/plan/presets/rfc.ts'
import type { ScimRequest } from '../../../src/scim/request.ts'
import { userDefinition } from '../../../src/scim/schemas.ts'
import { refusalOf } from '../../../src/upstream/scim/failure.ts'
import { createLocations } from '../../../src/upstream/scim/location.ts'

const locations = createLocations('https://directory.example/scim')
const projection = {}
const create: ScimRequest = { operation: 'create', definition: userDefinition, resource: {}, projection }
const list: ScimRequest = { operation: 'list', definition: userDefinition, query: {} }
const refuse = (request: ScimRequest, status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  refusalOf(
    request,
    { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
    { locations, wire: rfc.wire },
  )

describe('refusalOf', () => {
  it.each<[ScimRequest, number, unknown, number, string | undefined]>([
    [create, 400, { scimType: 'invalidValue', detail: 'x' }, 400, 'invalidValue'],
    [create, 400, { scimType: 'INVALIDVALUE' }, 400, 'invalidValue'],
    [create, 400, { scimType: 'madeUp' }, 400, undefined],
    [create, 400, 'not even JSON', 400, undefined],
    [create, 400, { detail: 'A user already exists.' }, 409, 'uniqueness'],
    [create, 400, { error: { code: 'ObjectConflict', message: 'x' } }, 409, 'uniqueness'],
    [create, 400, { detail: 'Another object with the same value already exists.' }, 409, 'uniqueness'],
    [create, 400, { scimType: 'uniqueness' }, 409, 'uniqueness'],
    [list, 400, { scimType: 'invalidFilter', detail: 'already exists' }, 400, 'invalidFilter'],
    [create, 401, {}, 502, undefined],
    [create, 403, {}, 502, undefined],
    [create, 404, { detail: 'x' }, 404, undefined],
    [list, 405, {}, 501, undefined],
    [create, 409, {}, 409, 'uniqueness'],
    [create, 409, { scimType: 'mutability' }, 409, 'mutability'],
    [list, 409, {}, 409, undefined],
    [list, 410, {}, 404, undefined],
    [create, 412, {}, 412, undefined],
    [create, 413, {}, 413, undefined],
    [create, 422, {}, 400, undefined],
    [create, 429, {}, 429, undefined],
    [create, 418, {}, 502, undefined],
    [list, 301, {}, 502, undefined],
    [list, 307, {}, 502, undefined],
    [create, 500, {}, 502, undefined],
    [list, 501, {}, 501, undefined],
    [create, 502, {}, 502, undefined],
    [create, 503, {}, 502, undefined],
    [create, 504, {}, 504, undefined],
  ])('%o %i %j is %i %s', (request, status, body, own, scimType) => {
    expect(refuse(request, status, body).error).toMatchObject({ status: own, scimType })
  })

  it('keeps what the upstream says, without its host', () => {
    const detail = 'User https://directory.example/scim/Users/1 is not at directory.example'
    expect(refuse(list, 404, { detail }).error.message).toBe('User /Users/1 is not at the upstream')
  })

  it('says nothing of a server error to the client', () => {
    const { error } = refuse(list, 500, { detail: 'SQL at 10.0.0.1' })
    expect(error.message).toBe('the upstream directory failed: it answered 500')
  })

  it.each([429, 503])('hands on the Retry-After of a %i', (status) => {
    expect(refuse(list, status, {}, { 'retry-after': '120' }).error.retryAfter).toBe('120')
  })

  it.each(['Sat, 21 Nov 2026 10:00:00 GMT', '0'])('hands on a Retry-After of %s', (told) => {
    expect(refuse(list, 429, {}, { 'retry-after': told }).error.retryAfter).toBe(told)
  })

  it.each(['7 by directory.example', 'soon', '-1', '1e9', ''])('hands on no Retry-After that is none (%s)', (told) => {
    expect(refuse(list, 429, {}, { 'retry-after': told }).error.retryAfter).toBeUndefined()
  })

  it.each([401, 403])('alerts on a %i', (status) => {
    expect(refuse(list, status).alert).toBe('upstream-credential')
  })

  it('knows the switched-off feature of Entra', () => {
    const refusal = refuse(list, 400, { detail: "No 'scimapiconsumptions' resource found for TenantId: x" })
    expect(refusal).toMatchObject({ alert: 'upstream-feature', error: { status: 503, retryAfter: '60' } })
  })
})

describe('a 400 about an id, of an upstream that has no 404 for it', () => {
  const id = 'B1F0'
  const one = { definition: userDefinition, id }
  const read: ScimRequest = { operation: 'read', ...one, projection }
  const remove: ScimRequest = { operation: 'delete', ...one }
  const patch: ScimRequest = { operation: 'patch', ...one, operations: [], projection }
  const absent = (whose: string) => `Resource '${whose}' does not exist or one of its properties are not present.`

  it.each<[ScimRequest, string | undefined, number]>([
    [read, absent(id), 404],
    [read, absent('another'), 404],
    [read, `Invalid object identifier '${id}'.`, 404],
    [remove, 'The user was not found.', 404],
    [patch, absent('b1f0'), 404],
    // A member or a manager is the unknown one.
    [patch, absent('another'), 400],
    [patch, `The value of '${id}' is too long.`, 400],
    [read, "Accept header 'text/html' is invalid.", 400],
    [read, "The attribute 'idx' is not supported here.", 400],
    [remove, undefined, 400],
    [list, absent(id), 400],
    [create, absent(id), 400],
  ])('%o %s is %i', (request, detail, own) => {
    const response = { status: 400, headers: {}, body: JSON.stringify({ detail }) }
    expect(refusalOf(request, response, { locations, wire: entra.wire }).error.status).toBe(own)
    expect(refusalOf(request, response, { locations, wire: rfc.wire }).error.status).toBe(400)
  })

  it('keeps its other meanings', () => {
    const response = (detail: string) => ({ status: 400, headers: {}, body: JSON.stringify({ detail }) })
    const refused = (request: ScimRequest, detail: string) =>
      refusalOf(request, response(detail), { locations, wire: entra.wire })
    expect(refused(patch, `Another object than ${id} already exists`).error.status).toBe(409)
    expect(refused(read, "No 'scimapiconsumptions' resource found for TenantId").alert).toBe('upstream-feature')
  })
})
