import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { workplace } from './cli/apply-support.ts'
import { buildProgram } from './cli/support.ts'
import { directoryTenant, startTestGateway, type TestGateway } from './support/gateway.ts'

/* What an operator far away does: by the command line, and by the admin API that is under it. */

const program = buildProgram()

describe('the command line', () => {
  it('brings a tenant in, looks after it, and takes it away again', async () => {
    const { gateway, write, run } = await workplace(program)
    const done = async (...words: string[]) => {
      const { exitCode, stdout, stderr } = await run(...words)
      expect([words.join(' '), exitCode, stderr]).toEqual([words.join(' '), 0, expect.any(String)])
      return stdout
    }
    const json = async (...words: string[]) => z.looseObject({}).parse(JSON.parse(await done(...words, '--json')))
    write({ acme: `id: acme\nname: Acme\nextends: base\n`, 'templates/base': 'upstream: { kind: directory }\n' })
    expect(await json('apply', '--dry-run')).toMatchObject({ changed: 1, applied: [{ id: 'acme', change: 'new' }] })
    expect((await gateway.admin('/tenants/acme')).status).toBe(404)
    await done('apply', '--yes')
    const { token } = z.object({ token: z.string() }).parse(await json('token', 'mint', 'acme', '--label', 'hr'))
    const made = await gateway.ask('/scim/v2/Users', { token, body: { userName: 'anna' } })
    expect(made.status).toBe(201)
    const { calls } = z
      .object({ calls: z.array(z.looseObject({ id: z.string() })) })
      .parse(await json('calls', '--tenant', 'acme'))
    expect(calls).toMatchObject([{ operation: 'User.create', status: 201, state: 'closed' }])
    expect(await json('call', calls[0]?.id ?? '')).toMatchObject({ attempts: [{ purpose: 'forward', status: 201 }] })
    expect(await json('usage', '--tenant', 'acme')).toMatchObject({ rows: [{ tenant: 'acme', calls: 1, errors: 0 }] })
    write({ acme: `id: acme\nname: Acme AG\nextends: base\n` })
    await done('apply', '--yes')
    expect(await done('tenant', 'show', 'acme')).toContain('Acme AG')
    await done('tenant', 'rollback', 'acme')
    expect(await json('tenant', 'show', 'acme')).toMatchObject({ name: 'Acme', status: 'active' })
    await done('tenant', 'suspend', 'acme')
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(403)
    await done('tenant', 'resume', 'acme')
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(200)
    expect((await run('tenant', 'erase', 'acme', '--yes')).exitCode).toBe(1)
    await done('tenant', 'remove', 'acme', '--yes')
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(401)
    await done('tenant', 'erase', 'acme', '--yes')
    expect((await run('tenant', 'show', 'acme')).exitCode).not.toBe(0)
    expect((await run('calls', '--tenant', 'acme')).exitCode).not.toBe(0)
  })
})

describe('the admin API', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway({})
  })
  afterAll(() => gateway.stop())
  const put = (id: string, body: Record<string, string | null>, query = '') =>
    gateway.admin(`/tenants/${id}${query}`, { method: 'PUT', body })

  it('shows what a change would do and does nothing, and refuses one that was made from another version', async () => {
    const file = directoryTenant('dry')
    const shown = await put('dry', { file }, '?dryRun=true')
    expect([shown.status, shown.body]).toEqual([
      200,
      expect.objectContaining({ changed: true, dryRun: true, number: null }),
    ])
    expect((await gateway.admin('/tenants/dry')).status).toBe(404)
    const { version } = (await put('dry', { file, expectedVersion: null })).body
    expect((await put('dry', { file: `${file}# 2\n`, expectedVersion: null })).status).toBe(409)
    expect((await put('dry', { file: `${file}# 2\n`, expectedVersion: 'another' })).status).toBe(409)
    const again = await put('dry', { file, expectedVersion: String(version) })
    expect(again.body).toMatchObject({ changed: false, version, previousVersion: version })
    expect((await put('dry', { file: `${file}# 2\n`, expectedVersion: String(version) })).body).toMatchObject({
      number: 2,
    })
  })

  it('lists calls newest first, page by page, and finds them by status and time', async () => {
    await put('paged', { file: directoryTenant('paged') })
    const token = await gateway.mint('paged')
    const ids: (string | null)[] = []
    for (let time = 0; time < 7; time++) {
      const path = time === 3 ? '/Users/nobody' : '/Users?count=0'
      ids.push((await gateway.ask(`/scim/v2${path}`, { token })).headers.get('x-request-id'))
    }
    const page = z.object({
      calls: z.array(z.object({ id: z.string(), at: z.string() })),
      nextCursor: z.string().optional(),
    })
    const seen: string[] = []
    let since = ''
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { calls, nextCursor } = page.parse((await gateway.admin(`/tenants/paged/calls?limit=3${query}`)).body)
      seen.push(...calls.map(({ id }) => id))
      since = calls.at(-1)?.at ?? ''
      cursor = nextCursor
    }
    expect(seen).toEqual(ids.toReversed())
    const of = async (query: string) => page.parse((await gateway.admin(`/tenants/paged/calls?${query}`)).body).calls
    expect((await of('status=404')).map(({ id }) => id)).toEqual([ids[3]])
    expect(await of(`since=${since}`)).toHaveLength(7)
    expect(await of(`until=${since}`)).toHaveLength(0)
    const csv = await gateway.admin('/usage?tenant=paged&by=month&format=csv')
    expect([csv.status, csv.headers.get('content-type'), csv.text.trim().split('\n').length]).toEqual([
      200,
      expect.stringContaining('text/csv'),
      2,
    ])
  })

  it('mints tokens that end, and tells nothing of a token but its marks', async () => {
    await put('minted', { file: directoryTenant('minted') })
    const token = await gateway.mint('minted', { label: 'hr', expires: '1d', scope: 'read' })
    expect(
      (await gateway.admin('/tenants/minted/tokens', { method: 'POST', body: { expires: '2020-01-01T00:00:00Z' } }))
        .status,
    ).toBe(400)
    expect((await gateway.ask('/scim/v2/Users', { token })).status).toBe(200)
    const brief = await gateway.mint('minted', { expires: '1s' })
    await vi.waitFor(
      async () => expect((await gateway.ask('/scim/v2/Users', { token: brief })).status).toBe(401),
      10_000,
    )
    const listed = await gateway.admin('/tenants/minted/tokens')
    expect(listed.body['tokens']).toMatchObject([{ label: 'hr', scope: 'read', lastUsedAt: expect.any(String) }, {}])
    expect(listed.text).not.toContain(token.split('_').at(-1))
  })

  it('is described by itself', async () => {
    const { status, body } = await gateway.admin('/openapi.json')
    expect([status, Object.keys(z.looseObject({}).parse(body['paths']))]).toEqual([
      200,
      expect.arrayContaining([expect.stringMatching(/\/tenants\/\{\w+\}\/rollback$/)]),
    ])
  })
})
