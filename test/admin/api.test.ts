import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, call, createFixture, startedAt } from './support.ts'

const problem = (status: number) => ({
  type: 'about:blank',
  status,
  title: expect.any(String),
  detail: expect.any(String),
})

describe('operator credentials', () => {
  it.each([
    ['none', ''],
    ['a wrong token', `Bearer ${adminToken}x`],
    ['the beginning of the token', `Bearer ${adminToken.slice(0, -1)}`],
    ['another scheme', `Basic ${btoa(`admin:${adminToken}`)}`],
  ])('refuses %s with a problem and a challenge', async (_name, authorization) => {
    const { api } = createFixture()
    const answer = await api.request('/tenants', { headers: authorization === '' ? {} : { authorization } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toEqual(problem(401))
  })

  it('tells nobody without one which routes and tenants there are', async () => {
    const { api } = createFixture()
    for (const path of ['/nonsense', '/tenants/contoso', '/tenants/nobody']) {
      expect((await api.request(path)).status).toBe(401)
    }
  })
})

describe('tenants', () => {
  it('lists each with where it stands', async () => {
    const { read, post, storages } = createFixture()
    storages.of('gone').use(() => {})
    await post('/tenants/fabrikam/suspend', { reason: 'unpaid' })
    expect(await read('/tenants')).toEqual({
      tenants: [
        expect.objectContaining({ id: 'asleep', status: 'suspended', suspendedBy: 'file', suspension: null }),
        {
          id: 'broken',
          name: null,
          status: 'broken',
          suspendedBy: null,
          suspension: null,
          upstream: null,
          hosts: [],
          version: null,
          faults: [{ file: 'tenants/broken.yaml', line: 3, column: 7, path: 'upstream.kind', message: 'must be scim' }],
        },
        {
          id: 'contoso',
          name: 'contoso GmbH',
          status: 'active',
          suspendedBy: null,
          suspension: null,
          upstream: { kind: 'directory', url: null },
          hosts: [],
          version: 'version-of-contoso',
          faults: [],
        },
        expect.objectContaining({
          id: 'fabrikam',
          status: 'suspended',
          suspendedBy: 'operator',
          suspension: { operator: 'admin', at: '2026-11-21T09:30:00.000Z', reason: 'unpaid' },
        }),
        expect.objectContaining({ id: 'gone', status: 'removed' }),
      ],
    })
  })

  it('suspends and resumes, announced and logged once each', async () => {
    const { read, request, control } = createFixture()
    for (const _again of [1, 2]) {
      const answer = await request('/tenants/contoso/suspend', { method: 'POST' })
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ id: 'contoso', status: 'suspended' })
    }
    expect((await control.changesSince(0)).tenants).toEqual(['contoso'])
    for (const _again of [1, 2]) {
      const answer = await request('/tenants/contoso/resume', { method: 'POST' })
      expect(await answer.json()).toMatchObject({ status: 'active', suspension: null })
    }
    expect(await read('/log')).toEqual({
      entries: [
        {
          seq: 2,
          at: '2026-11-21T09:30:00.000Z',
          operator: 'admin',
          action: 'tenant.resume',
          tenant: 'contoso',
          details: {},
        },
        {
          seq: 1,
          at: '2026-11-21T09:30:00.000Z',
          operator: 'admin',
          action: 'tenant.suspend',
          tenant: 'contoso',
          details: {},
        },
      ],
    })
    expect(await read('/log?tenant=fabrikam')).toEqual({ entries: [] })
    expect(await read('/log?limit=1')).toMatchObject({ entries: [{ seq: 2 }] })
    expect(await read('/log?before=2')).toMatchObject({ entries: [{ seq: 1 }] })
  })

  it.each([
    ['GET', '/tenants/nobody'],
    ['POST', '/tenants/nobody/suspend'],
    ['POST', '/tenants/nobody/resume'],
    ['GET', '/tenants/nobody/tokens'],
    ['POST', '/tenants/nobody/tokens'],
    ['DELETE', '/tenants/contoso/tokens/none'],
    ['GET', '/tenants/nobody/calls'],
    ['GET', '/tenants/contoso/calls/none'],
    ['GET', '/tenants/..%2F..%2Fetc%2Fpasswd/calls'],
    ['GET', '/usage?tenant=nobody'],
    ['PUT', '/tenants/contoso/tokens'],
    ['GET', '/tenants/nobody/history'],
    ['DELETE', '/tenants/nobody'],
    ['POST', '/tenants/nobody/rollback'],
    ['POST', '/tenants/nobody/probe'],
    ['GET', '/'],
  ])('answers 404 to %s %s, and makes no database', async (method, path) => {
    const { request, storages } = createFixture()
    const answer = await request(path, { method })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual(problem(404))
    expect(storages.tenants().filter((id) => id !== 'contoso')).toEqual([])
  })
})

const usageRows = z.object({ rows: z.array(z.unknown()) })

describe('usage', () => {
  const hourMs = 3_600_000
  const fill = () => {
    const fixture = createFixture()
    fixture.storages
      .of('contoso')
      .use(({ calls }) =>
        calls.apply([
          call('c1', startedAt),
          call('c2', startedAt + 1, { status: 409, scimType: 'uniqueness', billedCalls: 0, costMicros: 0 }),
          call('c3', startedAt + hourMs, { status: null, durationMs: null, state: 'in-doubt' }),
        ]),
      )
    fixture.storages.of('gone').use(({ calls }) => calls.apply([call('g1', startedAt)]))
    return fixture
  }

  it('gives one tenant’s rows, in the contract’s members and order', async () => {
    const { read, flushed } = fill()
    const usage = await read('/usage?tenant=contoso&by=hour')
    expect(JSON.stringify(usage)).toBe(
      JSON.stringify({
        rows: [
          {
            tenant: 'contoso',
            period: '2026-11-21T09:00:00.000Z',
            calls: 2,
            errors: 1,
            inDoubt: 0,
            upstreamCalls: 2,
            billedCalls: 1,
            savedCalls: 0,
            costMicros: 2000,
            currency: null,
            bytesIn: 600,
            bytesOut: 800,
          },
          {
            tenant: 'contoso',
            period: '2026-11-21T10:00:00.000Z',
            calls: 1,
            errors: 0,
            inDoubt: 1,
            upstreamCalls: 1,
            billedCalls: 1,
            savedCalls: 0,
            costMicros: 2000,
            currency: null,
            bytesIn: 300,
            bytesOut: 400,
          },
        ],
      }),
    )
    expect(flushed).toEqual(['contoso'])
  })

  it('gives everybody’s when no tenant is named, those whose file is gone too', async () => {
    const { read, flushed } = fill()
    expect(await read('/usage')).toMatchObject({
      rows: [
        { tenant: 'contoso', period: '2026-11-21T00:00:00.000Z', calls: 3 },
        { tenant: 'gone', calls: 1 },
      ],
    })
    expect(flushed).toEqual(['all'])
    expect(await read('/usage?by=month&tenant=gone')).toMatchObject({ rows: [{ period: '2026-11-01T00:00:00.000Z' }] })
  })

  it('of everybody is the sum of what each is asked for', async () => {
    const { read, storages } = fill()
    const rows = async (query: string): Promise<unknown[]> => usageRows.parse(await read(`/usage?${query}`)).rows
    storages
      .of('contoso')
      .use(({ calls }) =>
        calls.apply([
          call('d1', startedAt - 20 * 24 * hourMs, { status: 500 }),
          call('d2', startedAt - 30 * 24 * hourMs, { bytesIn: 7 }),
          call('d3', startedAt, { status: null, state: 'open' }),
        ]),
      )
    for (const query of [
      'by=month',
      'by=day',
      'by=hour&from=2026-11-07',
      'by=day&from=2026-11-01&to=2026-11-22',
      'by=month&from=2026-10-23&to=2026-11-21',
      'by=day&from=2026-11-21T09:00:00Z&to=2026-11-21T10:00:00Z',
      'by=month&from=2026-11-21T10:00:00Z',
    ]) {
      const each = [...(await rows(`${query}&tenant=contoso`)), ...(await rows(`${query}&tenant=gone`))]
      expect([query, await rows(query)]).toEqual([query, each])
      expect(each).not.toEqual([])
    }
  })

  const fourteen = expect.stringMatching(/kept for 14 days: ask for one tenant, (for by=day|or for whole days)/)
  it.each([
    ['from=2026-11-21T09:30:00Z', 'from', expect.stringMatching(/full hour .* or ask for one tenant/)],
    ['to=2026-11-21T09:00:00.001Z&by=month', 'to', expect.stringMatching(/full hour/)],
    ['by=hour', 'from', fourteen],
    ['by=hour&from=2026-11-06T23:00:00Z', 'from', expect.stringContaining('or from 2026-11-07T00:00:00.000Z')],
    ['by=day&from=2026-11-01T09:00:00Z', 'from', fourteen],
    ['by=month&to=2026-11-21T09:00:00Z', 'to', fourteen],
    ['by=month&from=2026-11-01&to=2026-11-21T09:00:00Z', 'to', fourteen],
  ])('of everybody refuses %s, and says what to ask', async (query, field, detail) => {
    const { request } = fill()
    const answer = await request(`/usage?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ ...problem(400), errors: [{ field, detail }] })
    expect((await request(`/usage?${query}&tenant=contoso`)).status).toBe(200)
  })

  it('takes from inclusively and to exclusively', async () => {
    const { read } = fill()
    const counted = async (query: string) =>
      JSON.stringify(await read(`/usage?tenant=contoso&by=month&${query}`)).match(/"calls":(\d+)/)?.[1]
    expect(await counted('from=2026-11-21T09:30:00.001Z')).toBe('2')
    expect(await counted('to=2026-11-21T09:30:00.001Z')).toBe('1')
    expect(await counted('from=2026-11-21T10:30:00%2B01:00&to=2026-11-22')).toBe('3')
  })

  it.each([
    ['?format=csv', {}],
    ['', { accept: 'text/csv' }],
    ['', { accept: 'text/csv, application/json;q=0.5' }],
  ])('gives CSV for %s %o', async (query, headers) => {
    const { request } = fill()
    const answer = await request(`/usage${query}`, { headers })
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(await answer.text()).toBe(
      'tenant,period,calls,errors,inDoubt,upstreamCalls,billedCalls,savedCalls,costMicros,currency,bytesIn,bytesOut\r\n' +
        'contoso,2026-11-21T00:00:00.000Z,3,1,1,3,2,0,4000,,900,1200\r\n' +
        'gone,2026-11-21T00:00:00.000Z,1,0,0,1,1,0,2000,,300,400\r\n',
    )
  })

  it.each([
    ['from=yesterday', 'from'],
    ['to=2026-02-30T00:00:00Z', 'to'],
    ['from=2026-11-21T00:00:00', 'from'],
    ['from=2026-11-02&to=2026-11-02', 'to'],
    ['by=week', 'by'],
    ['format=xml', 'format'],
    ['tennant=contoso', 'tennant'],
    ['tenant=contoso&tenant=gone', 'tenant'],
  ])('refuses %s, naming the parameter', async (query, field) => {
    const { request } = fill()
    const answer = await request(`/usage?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toEqual({ ...problem(400), errors: [{ field, detail: expect.any(String) }] })
  })
})

describe('calls', () => {
  it('lists newest first, page by page, in the contract’s members', async () => {
    const { read, storages } = createFixture()
    storages.of('contoso').use(({ calls }) => calls.apply([1, 2, 3].map((at) => call(`c${at}`, startedAt + at))))
    const first = await read('/tenants/contoso/calls?limit=2')
    expect(first).toEqual({
      calls: [expect.objectContaining({ id: 'c3' }), expect.objectContaining({ id: 'c2' })],
      nextCursor: expect.any(String),
    })
    const cursor = /"nextCursor":"([^"]+)"/.exec(JSON.stringify(first))?.[1] ?? ''
    const last = await read(`/tenants/contoso/calls?limit=2&cursor=${cursor}`)
    const expected = {
      id: 'c1',
      at: '2026-11-21T09:30:00.001Z',
      credential: 'cred-1',
      method: 'POST',
      operation: 'User.create',
      resourceType: 'User',
      resourceId: '2819c223',
      status: 201,
      scimType: null,
      durationMs: 12,
      upstreamCalls: 1,
      billedCalls: 1,
      savedCalls: 0,
      costMicros: 2000,
      state: 'closed',
    }
    expect(JSON.stringify(last)).toBe(JSON.stringify({ calls: [expected] }))
    expect(await read('/tenants/contoso/calls/c1')).toEqual({
      ...expected,
      attempts: [
        { seq: 1, purpose: 'forward', method: 'POST', path: '/Users', status: 201, durationMs: 9, billed: true },
      ],
    })
    expect(await read('/tenants/fabrikam/calls')).toEqual({ calls: [] })
    expect(storages.exists('fabrikam')).toBe(false)
  })

  it('shows with one call what was left out of it', async () => {
    const { read, storages } = createFixture()
    const notes = [
      { kind: 'ignored', names: ['nickName'] },
      { kind: 'unsupported', names: ['roles'], more: true },
    ] as const
    storages.of('contoso').use(({ calls }) => calls.apply([call('noted', startedAt, { notes })]))
    expect(await read('/tenants/contoso/calls/noted')).toMatchObject({ id: 'noted', notes })
    expect(JSON.stringify(await read('/tenants/contoso/calls'))).not.toContain('nickName')
  })

  it('finds by status and time', async () => {
    const { read, storages } = createFixture()
    storages
      .of('contoso')
      .use(({ calls }) =>
        calls.apply([call('ok', startedAt), call('dup', startedAt + 1000, { status: 409, scimType: 'uniqueness' })]),
      )
    const ids = async (query: string) =>
      [...JSON.stringify(await read(`/tenants/contoso/calls?${query}`)).matchAll(/"id":"(\w+)"/g)].map(([, id]) => id)
    expect(await ids('status=409')).toEqual(['dup'])
    expect(await ids('since=2026-11-21T09:30:01Z')).toEqual(['dup'])
    expect(await ids('until=2026-11-21T09:30:01Z')).toEqual(['ok'])
  })

  it.each(['status=99', 'status=4xx', 'limit=0', 'limit=1001', 'cursor=%00', 'since=now', 'page=2'])(
    'refuses %s',
    async (query) => {
      const { request, storages } = createFixture()
      storages.of('contoso').use(({ calls }) => calls.apply([call('c1', startedAt)]))
      const answer = await request(`/tenants/contoso/calls?${query}`)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ errors: [{ field: query.split('=')[0] }] })
    },
  )
})

describe('failures', () => {
  it('says nothing of what went wrong inside, and logs it', async () => {
    const { request, logged, entries } = createFixture()
    Object.defineProperty(entries, 'find', {
      value: () => {
        throw new Error('disk full at /secret/place')
      },
    })
    const answer = await request('/tenants/contoso')
    expect(answer.status).toBe(500)
    expect(await answer.json()).toEqual({ ...problem(500), detail: expect.not.stringContaining('secret') })
    expect(logged).toEqual([
      expect.objectContaining({ path: '/tenants/contoso', reason: 'Error: disk full at /secret/place' }),
    ])
  })
})
