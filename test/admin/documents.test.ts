import { describe, expect, it } from 'vitest'
import { appliedBody, historyBody, problemBody } from '../../src/admin/shapes.ts'
import { createFixture } from './support.ts'

const lines = (...rows: string[]) => `${rows.join('\n')}\n`
const acme = (...more: string[]) => lines('id: acme', 'name: Acme', 'upstream: { kind: directory }', ...more)
const heir = lines('id: acme', 'name: Acme', 'extends: hr')
const hr = 'upstream: { kind: directory }\n'

function fixture() {
  const made = createFixture()
  const { request, post, read } = made
  const put = (id: string, body: unknown, query = '') =>
    request(`/tenants/${id}${query}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const answered = async (asked: Promise<Response>) => {
    const response = await asked
    expect([response.status, response.status === 200 ? '' : await response.clone().text()]).toEqual([200, ''])
    return appliedBody.parse(await response.json())
  }
  const refused = async (asked: Promise<Response>) => {
    const response = await asked
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    return problemBody.parse(await response.json())
  }
  const historyOf = async (id: string) => historyBody.parse(await read(`/tenants/${id}/history`)).versions
  return {
    ...made,
    historyOf,
    apply: (body: unknown, query?: string) => answered(put('acme', body, query)),
    rollBack: (body: unknown = {}) => answered(post('/tenants/acme/rollback', body)),
    refusal: (id: string, body: unknown) => refused(put(id, body)),
    refusedRollback: (body: unknown = {}) => refused(post('/tenants/acme/rollback', body)),
    remove: (id: string) => request(`/tenants/${id}`, { method: 'DELETE' }),
    documents: made.control.documents,
  }
}

describe('applying', () => {
  it('puts a bundle in force, without the templates that it does not extend', async () => {
    const { apply, documents, historyOf } = fixture()
    const first = await apply({ file: heir, templates: { hr, other: hr } })
    expect(first).toEqual({
      id: 'acme',
      version: expect.stringMatching(/^[0-9a-f]{24}$/),
      previousVersion: null,
      changed: true,
      dryRun: false,
      number: 1,
      previous: null,
      warnings: [],
    })
    expect(await documents.current('acme')).toMatchObject({
      file: heir,
      templates: { hr },
      version: first.version,
      summary: { name: 'Acme', status: 'active', upstream: { kind: 'directory', url: null }, hosts: [] },
    })
    const second = await apply({ file: acme() })
    expect(second).toMatchObject({
      number: 2,
      previousVersion: first.version,
      previous: { file: heir, templates: { hr } },
    })
    expect(await historyOf('acme')).toEqual([
      { number: 2, version: second.version, at: expect.any(String), operator: 'admin', action: 'apply', current: true },
      { number: 1, version: first.version, at: expect.any(String), operator: 'admin', action: 'apply', current: false },
    ])
  })

  it('writes nothing for what is in force already, but announces it again', async () => {
    const { apply, control, historyOf } = fixture()
    const { version } = await apply({ file: acme() })
    const { seq } = await control.changesSince(0)
    expect(await apply({ file: acme() })).toMatchObject({
      version,
      previousVersion: version,
      changed: false,
      number: 1,
    })
    expect(await historyOf('acme')).toHaveLength(1)
    expect((await control.changesSince(seq)).tenants).toEqual(['acme'])
    expect(await control.entries({ tenants: ['acme'], limit: 9 })).toHaveLength(1)
  })

  it('changes nothing and announces nothing in a dry run, and says what it would do', async () => {
    const { apply, control, documents } = fixture()
    expect(await apply({ file: acme() }, '?dryRun=true')).toMatchObject({ changed: true, dryRun: true, number: null })
    expect(await documents.latest('acme')).toEqual({ number: 0, current: undefined })
    const { version } = await apply({ file: acme() })
    const { seq } = await control.changesSince(0)
    expect(await apply({ file: acme() }, '?dryRun=true')).toMatchObject({ changed: false, version, number: null })
    expect(await control.changesSince(seq)).toEqual({ seq, tenants: [] })
  })

  it('does so only at the expected version', async () => {
    const { apply, refusal } = fixture()
    const { version } = await apply({ file: acme(), expectedVersion: null })
    expect(await refusal('acme', { file: acme('# 2'), expectedVersion: null })).toMatchObject({
      status: 409,
      detail: expect.stringContaining(version),
    })
    expect(await refusal('acme', { file: acme('# 2'), expectedVersion: 'x' })).toMatchObject({ status: 409 })
    const next = await apply({ file: acme('# 2'), expectedVersion: version })
    expect(next.previousVersion).toBe(version)
    expect(await refusal('other', { file: 'x', expectedVersion: version })).toMatchObject({ status: 409 })
  })

  it('says where a document is wrong, and keeps the version in force', async () => {
    const { apply, refusal, documents } = fixture()
    const { version } = await apply({ file: acme() })
    const broken = lines('id: acme', 'name: Acme', 'extends: hr', 'status: asleep')
    expect(await refusal('acme', { file: broken, templates: { hr: 'upstream: { kind: directroy }\n' } })).toMatchObject(
      {
        status: 400,
        errors: [
          { field: 'status', detail: 'acme.yaml:4:9: must be active or suspended' },
          { field: 'upstream.kind', detail: expect.stringMatching(/^templates\/hr\.yaml:1:19: /) },
        ],
      },
    )
    expect(await refusal('acme', { file: 'a: [' })).toMatchObject({
      errors: [{ field: 'file', detail: expect.stringMatching(/^acme\.yaml:1:/) }],
    })
    expect((await documents.latest('acme')).current?.version).toBe(version)
  })

  it('warns of secrets that are not set, and refuses those that are the gateway’s own', async () => {
    const { apply, refusal } = fixture()
    const scim = (name: string) =>
      lines(
        'id: acme',
        'name: Acme',
        `upstream: { kind: scim, url: 'https://x.example', auth: { kind: bearer, token: { env: ${name} } } }`,
      )
    expect((await apply({ file: scim('MISSING') })).warnings).toEqual([
      expect.objectContaining({ file: 'acme.yaml', line: 3, message: expect.stringContaining('MISSING is not set') }),
    ])
    expect((await refusal('acme', { file: scim('TOLLGATE_ADMIN_TOKEN') })).detail).toContain(
      'a setting of the gateway itself',
    )
  })

  it('refuses an id that is none, or another one than the file’s', async () => {
    const { refusal } = fixture()
    expect(await refusal('No_Id', { file: acme() })).toMatchObject({ status: 400, errors: [{ field: 'id' }] })
    expect(await refusal('other', { file: acme() })).toMatchObject({ status: 400, errors: [{ field: 'id' }] })
    expect(await refusal('..%2Facme', { file: acme() })).toMatchObject({ status: 400 })
  })

  it('refuses what is a file of the folder', async () => {
    const { refusal, remove, documents } = fixture()
    const file = lines('id: contoso', 'name: Contoso', 'upstream: { kind: directory }')
    expect(await refusal('contoso', { file })).toMatchObject({ status: 409, detail: expect.stringContaining('folder') })
    expect((await remove('contoso')).status).toBe(409)
    expect((await documents.latest('contoso')).number).toBe(0)
  })

  it('refuses a host that another tenant holds, and says whose it is', async () => {
    const { apply, refusal, remove, documents } = fixture()
    await apply({ file: acme('frontDoor: { hosts: [scim.example] }') })
    const file = lines(
      'id: other',
      'name: Other',
      'frontDoor: { hosts: [SCIM.example] }',
      'upstream: { kind: directory }',
    )
    expect(await refusal('other', { file })).toMatchObject({
      status: 409,
      errors: [{ field: 'frontDoor.hosts[0]', detail: expect.stringContaining('belongs to tenant `acme`') }],
    })
    expect((await documents.latest('other')).number).toBe(0)
    expect((await remove('acme')).status).toBe(204)
    expect((await documents.holders(['scim.example'])).size).toBe(0)
  })

  it('takes texts of 1 MiB together, and no more, nor what a row of D1 could not keep', async () => {
    const { apply, refusal } = fixture()
    const room = 1024 * 1024 - heir.length - hr.length
    const filled = (length: number) => `${hr}#${'x'.repeat(length - 1)}`
    // JSON writes a quote as two bytes.
    const quotes = `${hr}#${'"'.repeat(1_000_000)}`
    expect(await refusal('acme', { file: heir, templates: { hr: quotes } })).toMatchObject({ status: 413 })
    expect((await apply({ file: heir, templates: { hr: filled(room) } })).changed).toBe(true)
    expect(await refusal('acme', { file: heir, templates: { hr: filled(room + 1) } })).toMatchObject({
      status: 413,
      detail: expect.stringContaining('at most 1 MiB'),
    })
    expect(await refusal('acme', { file: 'x'.repeat(3_000_000) })).toMatchObject({ status: 413 })
  })

  it.each([
    ['no file', {}, 'file'],
    ['an unknown member', { file: 'x', files: 'y' }, 'files'],
    ['a template that is no text', { file: 'x', templates: { hr: 1 } }, 'templates.hr'],
  ])('refuses a body with %s', async (_, body, field) => {
    expect(await fixture().refusal('acme', body)).toMatchObject({ status: 400, errors: [{ field }] })
  })
})

describe('rolling back', () => {
  it('goes to the latest version that was another one, and exactly to it', async () => {
    const { apply, rollBack, refusedRollback, documents, historyOf } = fixture()
    const first = await apply({ file: heir, templates: { hr } })
    const second = await apply({ file: heir, templates: { hr: `${hr}# changed\n` } })
    const back = await rollBack()
    expect(back).toMatchObject({ version: first.version, previousVersion: second.version, changed: true, number: 3 })
    expect(await documents.current('acme')).toMatchObject({ file: heir, templates: { hr }, action: 'rollback' })
    // Asked again, for an answer that was lost: never the one that was taken away.
    expect(await refusedRollback()).toMatchObject({ status: 409, detail: expect.stringContaining('name a number') })
    expect((await rollBack({ number: 2 })).version).toBe(second.version)
    expect((await historyOf('acme')).map(({ action }) => action)).toEqual(['rollback', 'rollback', 'apply', 'apply'])
  })

  it('goes further back each time, past what it took away', async () => {
    const { apply, rollBack, refusedRollback } = fixture()
    const versions: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) versions.push((await apply({ file: acme(`# ${name}`) })).version)
    const [a, b, c] = versions
    expect((await rollBack()).version).toBe(c)
    expect((await rollBack()).version).toBe(b)
    expect((await rollBack()).version).toBe(a)
    expect(await refusedRollback()).toMatchObject({ status: 409 })
  })

  it('goes to any number, and back to what was removed', async () => {
    const { apply, rollBack, remove, control } = fixture()
    const first = await apply({ file: acme('# 1') })
    await apply({ file: acme('# 2') })
    const third = await apply({ file: acme('# 3') })
    expect((await rollBack({ number: 1 })).version).toBe(first.version)
    expect(await rollBack({ number: 1 })).toMatchObject({ changed: false, number: 4 })
    expect((await rollBack({ number: 3 })).version).toBe(third.version)
    expect((await remove('acme')).status).toBe(204)
    expect(await rollBack()).toMatchObject({ version: third.version, previousVersion: null, number: 7 })
    const [entry] = await control.entries({ tenants: ['acme'], limit: 1 })
    expect(entry).toMatchObject({ action: 'tenant.rollback', details: { to: '5', number: '7' } })
  })

  it('refuses what is not there', async () => {
    const { apply, refusedRollback, remove } = fixture()
    expect(await refusedRollback()).toMatchObject({ status: 404 })
    await apply({ file: acme() })
    expect(await refusedRollback()).toMatchObject({
      status: 409,
      detail: expect.stringContaining('no other version before'),
    })
    expect(await refusedRollback({ number: 9 })).toMatchObject({ status: 404 })
    await remove('acme')
    expect(await refusedRollback({ number: 2 })).toMatchObject({ status: 404 })
    expect(await refusedRollback({ number: 0 })).toMatchObject({ status: 400 })
  })

  it('checks the old text again: its host may be taken by now', async () => {
    const { apply, request, refusedRollback, documents } = fixture()
    await apply({ file: acme('frontDoor: { hosts: [scim.example] }') })
    const { version } = await apply({ file: acme() })
    const file = lines(
      'id: other',
      'name: Other',
      'frontDoor: { hosts: [scim.example] }',
      'upstream: { kind: directory }',
    )
    const headers = { 'content-type': 'application/json' }
    const taken = await request('/tenants/other', { method: 'PUT', headers, body: JSON.stringify({ file }) })
    expect(taken.status).toBe(200)
    expect(await refusedRollback()).toMatchObject({
      status: 409,
      detail: expect.stringContaining('belongs to tenant `other`'),
    })
    expect((await documents.current('acme'))?.version).toBe(version)
  })

  it('says where the old text is not valid any more', async () => {
    const { apply, refusedRollback, documents } = fixture()
    await documents.put({
      tenant: 'acme',
      number: 1,
      operator: 'an-older-gateway',
      action: 'apply',
      version: 'old',
      file: acme('later: 1'),
      templates: {},
      summary: { name: 'Acme', status: 'active', upstream: { kind: 'directory', url: null }, hosts: [] },
    })
    await apply({ file: acme() })
    expect(await refusedRollback()).toMatchObject({
      status: 400,
      errors: [{ detail: expect.stringContaining('acme.yaml:4:1: unknown key `later`') }],
    })
  })
})

describe('removing', () => {
  it('ends the service and keeps the history; again, it changes nothing', async () => {
    const { apply, remove, historyOf, documents } = fixture()
    await apply({ file: acme() })
    expect((await remove('acme')).status).toBe(204)
    expect((await remove('acme')).status).toBe(204)
    expect(await documents.current('acme')).toBeUndefined()
    expect(
      (await historyOf('acme')).map(({ action, version, current }) => [action, version === null, current]),
    ).toEqual([
      ['remove', true, false],
      ['apply', false, false],
    ])
  })
})

describe('two operators at once', () => {
  it('have one winner; the other is told to look again', async () => {
    const { request, historyOf } = fixture()
    const bodies = ['# a', '# b', '# c'].map((mark) => JSON.stringify({ file: acme(mark) }))
    const headers = { 'content-type': 'application/json' }
    const answers = await Promise.all(bodies.map((body) => request('/tenants/acme', { method: 'PUT', headers, body })))
    const statuses = answers.map(({ status }) => status).sort()
    const won = statuses.filter((status) => status === 200).length
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true)
    expect(won).toBeGreaterThan(0)
    expect(await historyOf('acme')).toHaveLength(won)
  })
})
