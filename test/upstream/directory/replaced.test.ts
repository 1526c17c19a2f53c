import { expect, test } from 'vitest'
import { directoryClient } from '../../support/directory-client.ts'
import { temporaryDirectoryDatabase } from '../../support/directory-database.ts'

const urn = 'urn:example:params:hr:1.0:User'
const clause = (uniqueness: 'none' | 'server') => ({
  schemas: [{ id: urn, name: 'HR', extends: 'User', attributes: [{ name: 'badge', uniqueness }] }],
})
const person = (userName: string, badge: string) => ({ userName, [urn]: { badge } })

test('a request that came before the tenant’s file was replaced cannot leave keys that the new file does not have', async () => {
  const database = temporaryDirectoryDatabase()
  const before = directoryClient({ database, clause: clause('none') })
  const ann = await before.create('/Users', person('ann', '1'))
  const after = directoryClient({ database, clause: clause('server') })
  const found = async (badge: string) =>
    (await after.get(`/Users?filter=${urn}:badge eq "${badge}"`)).body['totalResults']
  expect(await found('1')).toBe(1)
  const late = await before.patch(`/Users/${ann}`, [{ op: 'replace', path: `${urn}:badge`, value: '2' }])
  expect(late.status).toBe(503)
  expect(late.headers['Retry-After']).toBe('1')
  expect((await before.get(`/Users?filter=userName eq "ann"`)).status).toBe(503)
  expect((await after.patch(`/Users/${ann}`, [{ op: 'replace', path: `${urn}:badge`, value: '2' }])).status).toBe(204)
  expect([await found('1'), await found('2')]).toEqual([0, 1])
})
