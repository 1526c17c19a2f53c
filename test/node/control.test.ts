import { describe, expect, it, onTestFinished } from 'vitest'
import { openControl } from '../../src/node/control.ts'
import { temporaryFolder } from '../support/storage.ts'

function open(folder = temporaryFolder()) {
  let clock = 1000
  const opened = openControl(folder, () => {
    clock += 1
    return clock
  })
  onTestFinished(opened.close)
  return opened
}

describe('the control store', () => {
  it('keeps suspensions, who made them, and announces both ways', async () => {
    const { control } = open()
    await control.suspend('contoso', 'anna', 'unpaid')
    await control.suspend('contoso', 'ben')
    expect(await control.suspensions()).toEqual([{ tenant: 'contoso', operator: 'anna', reason: 'unpaid', at: 1001 }])
    await control.resume('contoso', 'ben')
    expect(await control.suspensions()).toEqual([])
    const entries = await control.entries({ tenants: 'all', limit: 10 })
    expect(entries.map(({ operator, action, tenant }) => [operator, action, tenant])).toEqual([
      ['ben', 'tenant.resume', 'contoso'],
      ['ben', 'tenant.suspend', 'contoso'],
      ['anna', 'tenant.suspend', 'contoso'],
    ])
  })

  it('shows log entries newest first, by pages, of the tenants that are asked for', async () => {
    const { control } = open()
    for (const tenant of ['a', 'b', null, 'a']) {
      await control.record({ operator: 'anna', action: 'token.mint', tenant, details: { token: 'id-1' } })
    }
    const seqs = async (search: Parameters<typeof control.entries>[0]) =>
      (await control.entries(search)).map(({ seq }) => seq)
    expect(await seqs({ tenants: 'all', limit: 3 })).toEqual([4, 3, 2])
    expect(await seqs({ tenants: 'all', limit: 3, before: 2 })).toEqual([1])
    expect(await seqs({ tenants: ['a'], limit: 9 })).toEqual([4, 1])
    expect(await seqs({ tenants: [], limit: 9 })).toEqual([])
    expect((await control.entries({ tenants: 'all', limit: 1 }))[0]?.details).toEqual({ token: 'id-1' })
  })

  it('tells which tenants changed since, each once, in order', async () => {
    const { control } = open()
    expect(await control.changesSince(0)).toEqual({ seq: 0, tenants: [] })
    for (const tenant of ['a', 'b', 'a']) await control.announce(tenant)
    expect(await control.changesSince(0)).toEqual({ seq: 3, tenants: ['b', 'a'] })
    expect(await control.changesSince(3)).toEqual({ seq: 3, tenants: [] })
    await control.suspend('b', 'anna')
    expect(await control.changesSince(3)).toEqual({ seq: 4, tenants: ['b'] })
  })

  it('notices what another process, or its own, wrote since it last asked', async () => {
    const folder = temporaryFolder()
    const [gateway, command] = [open(folder), open(folder)]
    expect([gateway.changed(), gateway.changed()]).toEqual([true, false])
    await command.control.announce('a')
    expect([gateway.changed(), gateway.changed()]).toEqual([true, false])
    await gateway.control.announce('a')
    expect([gateway.changed(), gateway.changed()]).toEqual([true, false])
  })
})
