import { describe, expect, test } from 'vitest'
import { checkTenant, createTenantCheck } from '../../src/tenant/document-check.ts'
import { ClauseError } from '../../src/tenant/document-fault.ts'
import { printProblem } from '../../src/tenant/position.ts'
import type { SecretReader } from '../../src/tenant/secret.ts'
import { lines, memorySource } from './memory-source.ts'

const secrets: SecretReader = {
  env: (name) => (name === 'SET' ? 'value' : undefined),
  readFile: async () => {
    throw Object.assign(new Error('no'), { code: 'ENOENT' })
  },
}
const withHost = (id: string, ...hosts: string[]) =>
  lines(`id: ${id}`, `name: ${id}`, 'upstream: { kind: directory }', 'frontDoor:', `  hosts: [${hosts.join(', ')}]`)

async function found(id: string, files: Record<string, string>) {
  const findings = await checkTenant(id, { source: memorySource(files), secrets })
  return { problems: findings?.problems.map(printProblem), warnings: findings?.warnings.map(printProblem) }
}

describe('tenant check', () => {
  test('a good file has neither problems nor warnings', async () => {
    expect(await found('a', { a: withHost('a', 'a.example') })).toEqual({ problems: [], warnings: [] })
  })

  test('no file is no answer', async () => {
    expect(await checkTenant('a', { source: memorySource(), secrets })).toBeUndefined()
  })

  test('a broken file has the problems that the gateway would log', async () => {
    expect(await found('a', { a: 'id: a\n' })).toMatchObject({
      problems: [
        'tenants/a.yaml:1:1: name: is missing; must be text',
        'tenants/a.yaml:1:1: upstream: is missing; must be a map',
      ],
    })
  })

  test('secrets that are not here are warnings: the gateway may have them', async () => {
    const upstream = [
      'upstream:',
      '  kind: scim',
      '  url: https://u.example/',
      '  auth:',
      '    kind: oauth2',
      '    tokenUrl: https://t.example/',
      '    clientId: c',
      '    client:',
      '      certificate:',
      '        certificate: { file: /nowhere.pem }',
      '        key: { env: UNSET }',
    ]
    expect(await found('a', { a: lines('id: a', 'name: A', ...upstream) })).toEqual({
      problems: [],
      warnings: [
        'tenants/a.yaml:12:22: upstream.auth.client.certificate.certificate: the secret file /nowhere.pem cannot be read (ENOENT) in this environment',
        'tenants/a.yaml:13:14: upstream.auth.client.certificate.key: the environment variable UNSET is not set in this environment',
      ],
    })
  })

  test('a host that another tenant lists is a problem of both, once each', async () => {
    const files = { a: withHost('a', 'A.example'), b: withHost('b', 'b.example', 'a.EXAMPLE'), c: 'broken' }
    expect((await found('a', files)).problems).toEqual([
      'tenants/a.yaml:5:11: frontDoor.hosts[0]: `a.example` belongs to tenant `b`; `a` cannot have it, too',
    ])
    expect((await found('b', files)).problems).toEqual([
      'tenants/b.yaml:5:22: frontDoor.hosts[1]: `a.example` belongs to tenant `a`; `b` cannot have it, too',
    ])
  })

  test('checking all tenants reads each twice, not once for each other', async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `t${at}`)
    const source = memorySource(Object.fromEntries(ids.map((id) => [id, withHost(id, `${id}.example`)])))
    const check = createTenantCheck({ source, secrets })
    for (const id of ids) expect((await check(id))?.problems).toEqual([])
    expect(source.reads).toHaveLength(40)
  })

  test('what compiling throws is a problem, at the clause that it names', async () => {
    const compile = () => {
      throw new ClauseError(['upstream', 'kind'], 'cannot be had here')
    }
    const findings = await checkTenant('a', { source: memorySource({ a: withHost('a') }), secrets, compile })
    expect(findings?.problems.map(printProblem)).toEqual(['tenants/a.yaml:3:19: upstream.kind: cannot be had here'])
  })
})
