import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hashOf, tenantOfToken } from '../../src/auth/token.ts'
import { createFixture, startedAt } from './support.ts'

const minted = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  token: z.string(),
  label: z.string().nullable(),
  expiresAt: z.string().nullable(),
})

describe('minting', () => {
  it('gives the token once, and keeps only its hash', async () => {
    const { post, read, storages, logged } = createFixture()
    const answer = await post('/tenants/contoso/tokens', {
      label: 'HR system',
      expires: '30d',
      scope: 'read:User,Group',
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const body = minted.parse(await answer.json())
    expect(body).toMatchObject({ tenant: 'contoso', label: 'HR system', expiresAt: '2026-12-21T09:30:00.000Z' })
    expect(tenantOfToken(body.token)).toBe('contoso')
    const rows = storages.of('contoso').use(({ credentials }) => credentials.live(startedAt))
    expect(rows).toEqual([
      expect.objectContaining({
        id: body.id,
        hash: hashOf(body.token),
        access: 'read',
        resourceTypes: ['User', 'Group'],
      }),
    ])
    const kept = JSON.stringify([await read('/tenants/contoso/tokens'), await read('/log'), logged])
    expect(kept).not.toContain(body.token.slice(11))
    expect(kept).not.toContain(hashOf(body.token))
  })

  it('needs nothing but the tenant', async () => {
    const { request, read } = createFixture()
    const answer = await request('/tenants/contoso/tokens', { method: 'POST' })
    expect(answer.status).toBe(201)
    expect(minted.parse(await answer.json())).toMatchObject({ id: 'id-1', label: null, expiresAt: null })
    expect(await read('/tenants/contoso/tokens')).toEqual({
      tokens: [
        {
          id: 'id-1',
          tenant: 'contoso',
          label: null,
          scope: 'write',
          createdAt: '2026-11-21T09:30:00.000Z',
          createdBy: 'admin',
          expiresAt: null,
          lastUsedAt: null,
          revokedAt: null,
        },
      ],
    })
  })

  it.each([
    ['2027-01-31T00:00:00Z', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T00:00:00+01:00', '2027-01-30T23:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['12h', '2026-11-21T21:30:00.000Z'],
    ['15m', '2026-11-21T09:45:00.000Z'],
    ['5s', '2026-11-21T09:30:05.000Z'],
  ])('understands expires %s', async (expires, expiresAt) => {
    const { post } = createFixture()
    expect(await (await post('/tenants/contoso/tokens', { expires })).json()).toMatchObject({ expiresAt })
  })

  it.each([
    [{ expires: '2020-01-01T00:00:00Z' }, 'expires'],
    [{ expires: '0s' }, 'expires'],
    [{ expires: 'tomorrow' }, 'expires'],
    [{ expires: '-5s' }, 'expires'],
    [{ expires: '999999999d' }, 'expires'],
    [{ expires: '' }, 'expires'],
    [{ expires: 30 }, 'expires'],
    [{ scope: 'admin' }, 'scope'],
    [{ scope: 'write:' }, 'scope'],
    [{ scope: 'write:User,,Group' }, 'scope'],
    [{ label: 'a\nb' }, 'label'],
    [{ label: 'x'.repeat(201) }, 'label'],
    [{ lable: 'x' }, 'lable'],
    [JSON.parse('{"__proto__": 1}'), '__proto__'],
    [[], 'body'],
  ])('refuses %j, and mints nothing', async (body, field) => {
    const { post, read } = createFixture()
    const answer = await post('/tenants/contoso/tokens', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ status: 400, errors: [{ field }] })
    expect(await read('/tenants/contoso/tokens')).toEqual({ tokens: [] })
    expect(await read('/log')).toEqual({ entries: [] })
  })

  it.each([
    ['broken JSON', '{"label":', 'application/json', 400],
    ['a nesting bomb', '['.repeat(100_000), 'application/json', 400],
    ['another type', '{}', 'text/plain', 415],
    ['no type', '{}', '', 415],
    ['more than 1 MiB', `{"label":"${'x'.repeat(1024 * 1024)}"}`, 'application/json', 413],
  ])('refuses a body of %s', async (_name, body, type, status) => {
    const { request } = createFixture()
    const sent = new TextEncoder().encode(body)
    const answer = await request('/tenants/contoso/tokens', {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body: sent,
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ status })
  })
})

describe('revoking', () => {
  it('ends the token, announces it, and keeps its row', async () => {
    const { post, read, request, storages, control, pass } = createFixture()
    const { id } = minted.parse(await (await post('/tenants/contoso/tokens', { label: 'old' })).json())
    const before = (await control.changesSince(0)).seq
    pass(1000)
    for (const _again of [1, 2]) {
      const answer = await request(`/tenants/contoso/tokens/${id}`, { method: 'DELETE' })
      expect([answer.status, await answer.text()]).toEqual([204, ''])
      pass(1000)
    }
    expect(storages.of('contoso').use(({ credentials }) => credentials.live(startedAt))).toEqual([])
    expect((await control.changesSince(before)).tenants).toEqual(['contoso'])
    expect(await read('/tenants/contoso/tokens')).toMatchObject({
      tokens: [{ id, revokedAt: '2026-11-21T09:30:01.000Z' }],
    })
    expect(await read('/log')).toMatchObject({
      entries: [
        { action: 'token.revoke', tenant: 'contoso', details: { token: id } },
        { action: 'token.mint', tenant: 'contoso', details: { token: id, scope: 'write', label: 'old' } },
      ],
    })
  })

  it('and minting are announced when a gateway that looks can see them', async () => {
    const { post, request, live } = createFixture()
    const { id } = minted.parse(await (await post('/tenants/contoso/tokens', {})).json())
    expect(live).toEqual([1])
    await request(`/tenants/contoso/tokens/${id}`, { method: 'DELETE' })
    expect(live).toEqual([1, 0])
  })

  it('reaches no other tenant’s token', async () => {
    const { post, request, storages } = createFixture()
    const { id } = minted.parse(await (await post('/tenants/contoso/tokens', {})).json())
    expect((await request(`/tenants/fabrikam/tokens/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect(storages.of('contoso').use(({ credentials }) => credentials.live(startedAt))).toHaveLength(1)
  })
})
