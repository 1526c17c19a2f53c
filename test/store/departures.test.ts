import { describe, expect, it, onTestFinished } from 'vitest'
import { openControl } from '../../src/node/control.ts'
import { departedReason } from '../../src/store/departures.ts'
import type { NewDocument } from '../../src/store/documents.ts'
import { temporaryFolder } from '../support/storage.ts'

function open() {
  const { control, close } = openControl(temporaryFolder(), () => 1000)
  onTestFinished(close)
  const actions = async () =>
    (await control.entries({ tenants: 'all', limit: 9 })).map(({ action }) => action).reverse()
  return { control, departures: control.departures, actions }
}

const document = (tenant: string, number: number): NewDocument => ({
  ...{ tenant, number, operator: 'anna', action: 'apply', version: `v${number}`, file: '', templates: {} },
  summary: { name: tenant, status: 'active', upstream: { kind: 'directory', url: null }, hosts: [] },
})

describe('a departure', () => {
  it('replaces a suspension, and gives it back when it is taken back', async () => {
    const { control, departures, actions } = open()
    await control.suspend('contoso', 'anna', 'unpaid')
    const before = await control.suspension('contoso')
    await departures.depart('contoso', 'ben')
    expect(await control.suspension('contoso')).toMatchObject({ operator: 'ben', reason: departedReason })
    await departures.stay('contoso', 'ben', before)
    expect(await control.suspensions()).toEqual([before])
    await departures.depart('fabrikam', 'ben')
    await departures.stay('fabrikam', 'ben', undefined)
    expect(await control.suspension('fabrikam')).toBeUndefined()
    expect(await actions()).toEqual([
      ...['tenant.suspend', 'tenant.export', 'tenant.export-failed', 'tenant.export', 'tenant.export-failed'],
    ])
    expect((await control.changesSince(0)).tenants).toEqual(['contoso', 'fabrikam'])
  })

  it('ends with an arrival, which leaves any other suspension', async () => {
    const { control, departures } = open()
    await departures.depart('contoso', 'ben')
    await control.suspend('fabrikam', 'anna', 'unpaid')
    for (const tenant of ['contoso', 'fabrikam']) await departures.arrive(tenant, 'ben', { calls: '1' })
    expect(await control.suspensions()).toMatchObject([{ tenant: 'fabrikam', reason: 'unpaid' }])
  })
})

describe('an erasure', () => {
  it('forgets the suspension and the removed documents of its tenant alone', async () => {
    const { control, departures } = open()
    for (const tenant of ['contoso', 'fabrikam']) {
      await control.documents.put(document(tenant, 1))
      await control.documents.remove({ tenant, number: 2, operator: 'anna' })
      await control.suspend(tenant, 'anna')
    }
    await departures.forget('contoso', 'anna', { calls: '7' })
    expect(await control.documents.history('contoso')).toEqual([])
    expect(await control.documents.history('fabrikam')).toHaveLength(2)
    expect(await control.suspensions()).toMatchObject([{ tenant: 'fabrikam' }])
  })

  it('leaves the documents of a tenant that was applied anew meanwhile', async () => {
    const { control, departures } = open()
    await control.documents.put(document('contoso', 1))
    await control.documents.remove({ tenant: 'contoso', number: 2, operator: 'anna' })
    await control.documents.put(document('contoso', 3))
    await departures.forget('contoso', 'anna', {})
    expect(await control.documents.history('contoso')).toHaveLength(3)
  })
})
