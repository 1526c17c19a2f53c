import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTenantFolder } from '../../src/node/tenant-folder.ts'
import type { Log } from '../../src/ports.ts'
import { createRegistry } from '../../src/tenant/registry.ts'

const count = 10_000
const folder = mkdtempSync(join(tmpdir(), 'tollgate-10000-'))

beforeAll(() => {
  mkdirSync(join(folder, 'templates'))
  writeFileSync(
    join(folder, 'templates/hr.yaml'),
    'upstream:\n  kind: scim\n  timeout: 20s\n  auth:\n    kind: oauth2\n    scope: scim\n',
  )
  for (let at = 0; at < count; at += 1)
    writeFileSync(
      join(folder, `t${at}.yaml`),
      `# One of many
id: t${at}
name: Customer ${at}
extends: hr
frontDoor:
  hosts: [t${at}.scim.msp.example]
  allowFrom: [203.0.113.0/24, "2001:db8::/32"]
upstream:
  url: https://t${at}.directory.example/scim/v2
  auth:
    tokenUrl: https://login.example/t${at}/oauth2/v2.0/token
    clientId: client-${at}
    client: { secret: { env: T${at}_SECRET } }
`,
    )
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

test('ten thousand tenants stay under 400 MB', async () => {
  const note = () => {}
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const registry = createRegistry({
    source: createTenantFolder({ folder, log }),
    compile: (document) => document,
    now: Date.now,
    log,
    onReplaced: note,
  })
  const before = process.memoryUsage().rss
  await registry.start()
  registry.stop()
  expect(process.memoryUsage().rss - before).toBeLessThan(400e6)
  expect(registry.list().filter(({ problems }) => problems.length === 0)).toHaveLength(count)
  expect(registry.byHost('t9999.scim.msp.example')?.upstream).toMatchObject({ kind: 'scim', timeout: '20s' })
}, 120_000)
