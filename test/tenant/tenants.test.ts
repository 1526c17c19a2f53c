import { expect, it, onTestFinished } from 'vitest'
import { mintToken } from '../../src/auth/token.ts'
import { openControl } from '../../src/node/control.ts'
import { ScimError } from '../../src/scim/error.ts'
import { createTenants } from '../../src/tenant/tenants.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder } from '../support/storage.ts'
import { memorySource } from './memory-source.ts'

it('says whose credentials cannot be read', async () => {
  const log = keptLog()
  const { control, changed, close } = openControl(temporaryFolder(), Date.now)
  onTestFinished(close)
  const randomBytes = (count: number) => new Uint8Array(count)
  const tenants = createTenants({
    ports: {
      now: Date.now,
      newId: () => 'id',
      log,
      randomBytes,
      fetch: () => Promise.reject(new Error('nothing is fetched here')),
      wait: async () => {},
      neverSent: () => true,
    },
    source: memorySource({ contoso: 'id: contoso\nname: Contoso\nupstream: { kind: directory }\n' }),
    secrets: { env: () => undefined, readFile: () => Promise.reject(new Error('no files here')) },
    journal: { append: async () => {} },
    control,
    changed,
    hasStorage: () => true,
    storageOf: () => ({
      use: () => {
        throw new ScimError(503, 'busy', { cause: new Error('database is locked') })
      },
    }),
  })
  await tenants.registry.start()
  const presented = { tenant: 'contoso', secret: mintToken('contoso', randomBytes).token }
  const tenant = await tenants.find({ presented, pathTenant: undefined, host: 'gate.example' })
  expect(() => tenant?.authenticate(presented, null)).toThrow('busy')
  expect(log.lines).toContainEqual({
    level: 'error',
    fields: { tenant: 'contoso', reason: expect.stringContaining('database is locked') },
    message: "the tenant's credentials cannot be read",
  })
})
