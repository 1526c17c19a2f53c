import { describe, expect, it } from 'vitest'
import type { NewCredential } from '../../src/store/credentials.ts'
import { callRow } from '../support/calls.ts'
import { temporaryStorage } from '../support/storage.ts'

const credential = (given: Partial<NewCredential> & { id: string }): NewCredential => ({
  label: null,
  hash: `hash of ${given.id}`,
  access: 'write',
  resourceTypes: null,
  createdAt: 100,
  createdBy: 'anna',
  expiresAt: null,
  ...given,
})

function withCredentials(...rows: NewCredential[]) {
  const tenant = temporaryStorage().of('a')
  tenant.use(({ credentials }) => {
    for (const row of rows) credentials.insert(row)
  })
  return tenant
}

describe('the credentials of a tenant', () => {
  it('come back as they were put in, oldest first', () => {
    const rows = [
      credential({ id: 'b', createdAt: 1, resourceTypes: ['User', 'Group'], label: 'HR' }),
      credential({ id: 'a', createdAt: 2, resourceTypes: [], access: 'read', expiresAt: 900 }),
    ]
    const listed = withCredentials(...rows).use(({ credentials }) => credentials.list())
    expect(listed).toEqual(rows.map((row) => ({ ...row, revokedAt: null, lastUsedAt: null })))
  })

  it('are live until they expire or are revoked, to the millisecond', () => {
    const tenant = withCredentials(credential({ id: 'a' }), credential({ id: 'b', expiresAt: 500 }))
    const live = (at: number) => tenant.use(({ credentials }) => credentials.live(at).map(({ id }) => id))
    expect([live(499), live(500)]).toEqual([['a', 'b'], ['a']])
    expect(tenant.use(({ credentials }) => credentials.revoke('a', 600))).toBe(true)
    expect(live(499)).toEqual(['b'])
  })

  it('keep the time at which they were first revoked', () => {
    const tenant = withCredentials(credential({ id: 'a' }))
    tenant.use(({ credentials }) => [credentials.revoke('a', 600), credentials.revoke('a', 700)])
    expect(tenant.use(({ credentials }) => credentials.list())).toMatchObject([{ revokedAt: 600 }])
    expect(tenant.use(({ credentials }) => credentials.revoke('other', 1))).toBe(false)
  })

  it('refuse a hash that is there already', () => {
    expect(() => withCredentials(credential({ id: 'a', hash: 'x' }), credential({ id: 'b', hash: 'x' }))).toThrow()
  })

  it('know their last use, which never goes back', () => {
    const tenant = withCredentials(credential({ id: 'a' }), credential({ id: 'b' }))
    const use = (id: string, at: number) =>
      tenant.use(({ calls }) => calls.apply([callRow({ id, at, credential: 'a' })]))
    use('1', 900)
    use('2', 800)
    expect(tenant.use(({ credentials }) => credentials.list().map(({ lastUsedAt }) => lastUsedAt))).toEqual([900, null])
  })
})
