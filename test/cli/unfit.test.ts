import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { buildProgram, execute, listen, workFolder } from './support.ts'

const program = buildProgram()
const rules = `rules:
  User:
    - { client: title, upstream: nickName }
    - { client: { userName: "{x}@a.example" }, upstream: { userName: "{x}@b.example" } }
`
const counted = [{ rule: 'rules.User[1]', place: 'userName', count: 2 }]

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ contoso: directoryTenant('contoso'), plain: directoryTenant('plain') })
  const before = await gateway.mint('contoso')
  for (const userName of ['ann@b.example', 'bob@c.example'])
    await gateway.ask('/t/contoso/scim/v2/Users', { method: 'POST', token: before, body: { schemas: [], userName } })
  await gateway.writeTenant('contoso', directoryTenant('contoso') + rules)
  gateway = await gateway.restart()
  const token = await gateway.mint('contoso')
  for (let times = 0; times < 2; times++) await gateway.ask('/t/contoso/scim/v2/Users', { token })
})
afterAll(() => gateway.stop())

const check = (words: string, folder = gateway.folder, environment: Readonly<Record<string, string>> = {}) =>
  execute(program, folder, ['tenant', 'check', ...words.split(' ')], environment)

const remote = (url = gateway.url) => ({ TOLLGATE_URL: url, TOLLGATE_ADMIN_TOKEN: adminToken })

/** A folder with this file of contoso, that no gateway has. */
function elsewhere(text: string): string {
  const folder = workFolder()
  mkdirSync(join(folder, 'tenants'))
  writeFileSync(join(folder, 'tenants/contoso.yaml'), text)
  return folder
}

describe('tenant check', () => {
  it.each([
    ['that is alive on the data folder', () => ({})],
    ['at TOLLGATE_URL', remote],
  ])('tells what the gateway %s counted', async (_which, environment) => {
    const { exitCode, stdout, stderr } = await check('contoso', gateway.folder, environment())
    expect([exitCode, stderr]).toEqual([0, '1 file checked: good\n'])
    expect(stdout).toMatch(/ {2}userName .+: 2 upstream values do not fit it\n/)
    expect(stdout).not.toContain('fitted no pattern')
    const json = await check('contoso --json', gateway.folder, environment())
    expect(JSON.parse(json.stdout)).toMatchObject({
      files: [{ id: 'contoso', unfit: counted, rules: { User: [{ unfit: 0 }, { unfit: 2 }] } }],
    })
  })

  it('has nothing to tell of a tenant without rules', async () => {
    expect(await check('plain')).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('says it without a place where the gateway serves other rules than the file has', async () => {
    const { stdout } = await check('contoso', elsewhere(directoryTenant('contoso')), remote())
    expect(stdout).toBe('rules.User[1]: 2 values of userName upstream fitted no pattern\n')
  })

  it('is silent where no gateway is alive, and makes no data folder', async () => {
    const folder = elsewhere(directoryTenant('contoso') + rules)
    const without = await check('contoso --json', folder)
    expect(without).toMatchObject({ exitCode: 0, stderr: '1 file checked: good\n' })
    expect(JSON.parse(without.stdout)).toMatchObject({
      files: [{ rules: { User: [{ unfit: null }, { unfit: null }] } }],
    })
    expect(without.stdout).not.toContain('"place"')
    expect(existsSync(join(folder, 'data'))).toBe(false)
    mkdirSync(join(folder, 'data'))
    expect(await check('contoso --json', folder)).toEqual(without)
  })

  it('is silent where the gateway does not have the tenant', async () => {
    const folder = workFolder()
    mkdirSync(join(folder, 'tenants'))
    writeFileSync(join(folder, 'tenants/fresh.yaml'), directoryTenant('fresh') + rules)
    expect(await check('fresh', folder, remote())).toMatchObject({ exitCode: 0, stderr: '1 file checked: good\n' })
  })

  it('checks the file also where the gateway cannot be asked, and says so', async () => {
    const refusing = await listen((_request, response) => response.writeHead(401).end())
    const { exitCode, stderr } = await check('contoso', gateway.folder, remote(refusing))
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^the values that fit no pattern were not counted: .+\n1 file checked: good\n$/)
  })
})
