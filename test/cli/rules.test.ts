import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newTenantText } from '../../src/tenant/document-new.ts'
import { buildProgram, execute, serveAdmin, workFolder } from './support.ts'

const program = buildProgram()

const ruled = `id: contoso
name: C
upstream: { kind: directory }
rules:
  User:
    - { client: title, upstream: nickName }
    - { client: { userName: "{x}@a.example" }, upstream: { userName: "{x | lower}@b.example" } }
    - { client: { displayName: "{a} {b}" }, upstream: { name.givenName: "{a}", name.familyName: "{b}" } }
    - { upstream: preferredLanguage, constant: de }
    - { upstream: userType, template: "{title}" }
`

/** A folder with a tenant that has rules, and one that has none. */
function started() {
  const folder = workFolder()
  mkdirSync(join(folder, 'tenants'))
  writeFileSync(join(folder, 'tenants/contoso.yaml'), ruled)
  writeFileSync(join(folder, 'tenants/plain.yaml'), newTenantText('plain'))
  const write = (name: string, body: unknown) => writeFileSync(join(folder, name), JSON.stringify(body))
  write('user.json', { userName: 'Ann@a.example', displayName: 'Ann Lee', title: 'Dr' })
  write('wrong.json', { displayName: 'Cher' })
  write('upstream.json', { id: '1', userName: 'ann@b.example', name: { givenName: 'Ann', familyName: 'Lee' } })
  write('patch.json', { Operations: [{ op: 'replace', path: 'displayName', value: 'Ann Poe' }] })
  const run = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    execute(program, folder, words, environment)
  return { folder, run }
}

describe('tenant check', () => {
  it('prints what follows from each rule', async () => {
    const { exitCode, stdout, stderr } = await started().run(['tenant', 'check'])
    expect([exitCode, stderr]).toEqual([0, '2 files checked: good\n'])
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toBe('Rules of contoso, User:')
    expect(lines[1]).toMatch(/^RULE +EXACT +WHAT FOLLOWS$/)
    expect(lines[2]).toMatch(/^title <-> nickName +exact +PATCH of title reads first; PUT reads first$/)
    expect(lines[3]).toMatch(/^userName "{x}@a\.example" <-> userName "{x \| lower}@b\.example" +lossy +filters co /)
    expect(lines[4]).toMatch(/^displayName .+ exact +filters pr co .+ read pages; .*PATCH of displayName reads first/)
    expect(lines[5]).toMatch(/^-> preferredLanguage \(constant "de"\) +one way {2}straight through$/)
    expect(lines[6]).toMatch(/^-> userType \(computed\) +one way {2}PATCH of title reads first$/)
    expect(lines[7]).toMatch(
      /is lossy: lower cannot be undone: userName ".+" goes upstream as userName ".+", and comes/,
    )
    expect(lines).toHaveLength(8)
    expect(stdout).not.toContain('plain')
  })

  it('prints all of it as JSON', async () => {
    const { exitCode, stdout } = await started().run(['tenant', 'check', '--json'])
    expect(exitCode).toBe(0)
    const verdict = {
      exact: true,
      filters: { title: { eq: expect.any(String) } },
      sort: { title: expect.any(Boolean) },
    }
    expect(JSON.parse(stdout)).toMatchObject({
      files: [
        {
          id: 'contoso',
          ok: true,
          rules: {
            User: [
              { path: 'rules.User[0]', rule: 'title <-> nickName', unfit: null, put: 'read', ...verdict },
              { exact: false, because: 'lower cannot be undone', counterexample: { client: {}, back: {} } },
              { exact: true, patch: { displayName: { replace: expect.any(String) } } },
              { kind: 'constant' },
              { kind: 'computed', patch: { title: { replace: 'read' } } },
            ],
          },
        },
        { id: 'plain', ok: true },
      ],
    })
    expect(JSON.parse(stdout).files[1]).not.toHaveProperty('rules')
  })

  it('says by whose schemas it judges, and what those do not know', async () => {
    const { folder, run } = started()
    const upstream = 'upstream: { kind: scim, url: "https://a.example/scim", auth: { kind: none } }'
    const device = '  Device:\n    - { client: a, upstream: b }\n'
    writeFileSync(
      join(folder, 'tenants/contoso.yaml'),
      ruled.replace(/^upstream: .*$/m, upstream).replace(/^ {2}User:$/m, `${device}  User:`),
    )
    const { exitCode, stdout } = await run(['tenant', 'check', 'contoso'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^tenants\/contoso\.yaml:6:5: rules\.Device: warning: `Device` is no resource type/)
    expect(stdout).toContain("\nRules of contoso, User (by the standard's schemas: the upstream was not asked):\n")
  })

  it('says what the upstream cannot do, and what follows', async () => {
    const { folder, run } = started()
    const text = ruled
      .replace(/^upstream: .*$/m, 'upstream: { kind: directory, emulate: entra }')
      .replace(
        /^ {4}- \{ client: title.*$/m,
        '    - { client: title, upstream: nickName }\n    - { client: nickName, upstream: title }',
      )
    writeFileSync(join(folder, 'tenants/contoso.yaml'), text)
    const { exitCode, stdout } = await run(['tenant', 'check', 'contoso'])
    expect(exitCode).toBe(0)
    const lines = stdout.split('\n')
    expect(lines.slice(0, 9)).toEqual([
      'Upstream of contoso (entra, USD 0.002 a call):',
      expect.stringMatching(/^ {2}writes: a PUT is a read, and a PATCH of what differs; /),
      expect.stringMatching(/^ {2}lists: an index is a walk by cursors, of 20 pages at most; /),
      expect.stringMatching(/^ {2}members: members are added 20 a PATCH; members are removed 1 a PATCH; /),
      expect.stringMatching(
        /^ {2}filters of User: it compares active eq, .* all else reads pages \(400 where .*groups/,
      ),
      expect.stringMatching(/^ {2}filters of Group: it compares id eq, /),
      '  a new User must have userName, name.familyName, name.givenName, active, displayName',
      '  a new Group must have displayName',
      '  rules.User[0] writes nickName, which the upstream cannot hold',
    ])
    // What the rules alone would let through, the upstream does not compare.
    expect(stdout).toMatch(/\nnickName <-> title +exact +filters pr eq ne .* read pages/)
    expect(stdout).toMatch(/\nuserName "{x}@a.+ filters .*co sw.* read pages/)
    const json = JSON.parse((await run(['tenant', 'check', '--json'])).stdout)
    expect(json.files[0]).toMatchObject({
      upstream: {
        preset: 'entra',
        billing: { perCallMicros: 2000, currency: 'USD' },
        lacks: expect.arrayContaining([{ capability: 'put', follows: expect.any(String) }]),
        filters: {
          User: { native: expect.arrayContaining(['userName eq ew']), refused: expect.arrayContaining(['groups']) },
        },
        required: { Group: ['displayName'] },
        unsupported: [{ attribute: 'nickName', rule: 'rules.User[0]' }],
      },
    })
    expect(json.files[1]).not.toHaveProperty('upstream')
  })

  it('takes the example that `tenant new` writes', async () => {
    const { folder, run } = started()
    const [before = '', after = ''] = newTenantText('plain').split(/^# rules:$/m)
    const example = (after.split('\n\n')[0] ?? '').replace(/^# /gm, '')
    writeFileSync(join(folder, 'tenants/plain.yaml'), `${before}rules:${example}\n`)
    const { exitCode, stdout, stderr } = await run(['tenant', 'check', 'plain', '--json'])
    expect([exitCode, stderr]).toEqual([0, '1 file checked: good\n'])
    expect(JSON.parse(stdout).files[0].rules.User).toHaveLength(6)
  })
})

describe('try', () => {
  it('shows the rules, the call, the answer and the price', async () => {
    const { exitCode, stdout, stderr } = await started().run(['try', 'contoso', 'user.json'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^RULE +OUTCOME +CLIENT +UPSTREAM\n/)
    expect(stdout).toMatch(/\ntitle <-> nickName +carried +title "Dr" +nickName "Dr"\n/)
    expect(stdout).toMatch(/\nPOST \/Users\n{\n/)
    expect(stdout).toMatch(/\nThe client is answered 201:\n{\n/)
    expect(stdout).toMatch(/\nPrice: 1 upstream call\.\n$/)
  })

  it('prints JSON as the contract has it', async () => {
    const { run } = started()
    const { exitCode, stdout } = await run(['try', 'contoso', 'user.json', '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      upstream: [{ method: 'POST', path: '/Users', body: { userName: 'ann@b.example', nickName: 'Dr' } }],
      client: { displayName: 'Ann Lee' },
      rules: [{ path: 'rules.User[0]' }, {}, {}, {}, {}],
      price: { calls: 1, costMicros: 0 },
    })
    const put = await run(['try', 'contoso', 'user.json', '--id', '7', '--json'])
    expect(JSON.parse(put.stdout)).toMatchObject({ operation: 'replace', price: { calls: 2 } })
    const plain = await run(['try', 'plain', 'user.json', '--json'])
    expect(JSON.parse(plain.stdout)).toMatchObject({ rules: [], upstream: [{ body: { userName: 'Ann@a.example' } }] })
  })

  it('reads first for a PATCH that depends on what is there', async () => {
    const { run } = started()
    const { exitCode, stdout } = await run(['try', 'contoso', 'patch.json', '--id', '7'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /\nUPSTREAM CALL +TIMES +FOR +DEPENDS ON\nGET \/Users\/7 +1 +read\nPATCH \/Users\/7 +0 to 1 /,
    )
    expect(stdout).toMatch(/Note: reads first: .+\nPrice: 2 upstream calls; by what is there, 1 to 2\.\n$/)
  })

  it('shows what a request comes to on Entra, at a glance', async () => {
    const { folder, run } = started()
    const rehearsal = 'id: rehearsal\nname: R\nupstream: { kind: directory, emulate: entra }\n'
    writeFileSync(join(folder, 'tenants/rehearsal.yaml'), rehearsal)
    const members = Array.from({ length: 25 }, (_, index) => ({ value: `m${index}` }))
    writeFileSync(join(folder, 'group.json'), JSON.stringify({ displayName: 'G', members }))
    const create = await run(['try', 'rehearsal', 'group.json', '--type', 'Group'])
    expect(create.stdout.split('\n').slice(0, 5)).toEqual([
      'UPSTREAM CALL       TIMES  FOR          DEPENDS ON',
      'POST /groups        1      the request',
      'PATCH /groups/{id}  1      members',
      'PATCH /groups/{id}  1      members',
      '',
    ])
    expect(create.stdout).toMatch(/\n +{ "value": "m3" },\n +… 16 more\n +\]\n/)
    expect(create.stdout).toMatch(/\nPrice: 3 upstream calls, USD 0\.006\.\n$/)
    const put = await run(['try', 'rehearsal', 'group.json', '--type', 'Group', '--id', '7'])
    expect(put.stdout).toMatch(/\nGET \/users\?filter=groups\.value eq "7".+ {2}1 to 20 +members +as many pages as/)
    expect(put.stdout).toMatch(/\nPATCH \/groups\/7 +0 or more +members +as many as are members and shall not be\n/)
    expect(put.stdout).toMatch(/\nPrice: 5 upstream calls, USD 0\.01; by what is there, 2 or more\.\n$/)
  })

  it('goes inward with --reverse', async () => {
    const { exitCode, stdout } = await started().run(['try', 'contoso', 'upstream.json', '--reverse'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/\nThe client sees:\n{\n/)
    expect(stdout).toContain('"userName": "ann@a.example"')
  })

  it('shows what becomes of a filter', async () => {
    const { run } = started()
    const { exitCode, stdout } = await run(['try', 'contoso', '--filter', 'emails.value eq "a"'])
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^GET \/Users/)])
    expect(await run(['try', 'contoso', '--filter', 'title eq'])).toMatchObject({ exitCode: 1 })
  })

  it('ends with 1 where the client would be refused', async () => {
    const { run } = started()
    const plain = await run(['try', 'contoso', 'wrong.json'])
    expect(plain).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('No call goes upstream.') })
    expect(plain.stderr).toMatch(/^error: the client would be refused: 400 invalidValue: displayName .+\n$/)
    const json = await run(['try', 'contoso', 'wrong.json', '--json'])
    expect(json.exitCode).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 400, client: { scimType: 'invalidValue' }, upstream: [] })
  })

  it('reads standard input', () => {
    const { folder } = started()
    const input = JSON.stringify({ title: 'Dr' })
    const { status, stdout } = spawnSync(process.execPath, [program, 'try', 'contoso', '-', '--json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      input,
      encoding: 'utf8',
    })
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { upstream: [{ body: { nickName: 'Dr' } }] }])
  })

  it('asks a gateway elsewhere likewise', async () => {
    const { folder, run } = started()
    const { stdout } = await run(['try', 'contoso', 'user.json', '--json'], await serveAdmin(folder))
    expect(JSON.parse(stdout)).toMatchObject({ status: 201 })
  })

  it.each([
    [['try', 'contoso'], 2, 'FILE or --filter: give one of them'],
    [['try', 'contoso', 'user.json', '--filter', 'a pr'], 2, 'FILE or --filter'],
    [['try', 'contoso', '--filter', 'a pr', '--reverse'], 2, 'cannot be used with'],
    [['try', 'contoso', 'patch.json'], 2, '--id a PATCH is of one resource'],
    [['try', 'contoso', 'user.json', '--type', 'Users'], 2, '--type must be a resource type'],
    [['try', 'contoso', 'none.json'], 1, 'none.json cannot be read: there is no such file'],
    [['try', 'contoso', 'tenants/contoso.yaml'], 1, 'is no JSON'],
    [['try', 'nobody', 'user.json'], 1, 'there is no tenant nobody'],
  ])('%j ends with %i', async (words, exitCode, message) => {
    const ended = await started().run(words)
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, ''])
    expect(ended.stderr).toContain(message)
  })
})
