import { expect, it } from 'vitest'
import type { Call, Ledger } from '../../src/ledger/ledger.ts'
import { counted, createGates, gated } from '../../src/tenant/gates.ts'
import { opening } from '../support/calls.ts'

const outcome = { status: 200, scimType: null, bytesOut: 0 }

function ledgerWhoseCallsClose(close: Call['close']): Ledger {
  const begin = () => Promise.reject(new Error('nothing goes upstream'))
  return { open: () => ({ callId: 'id', begin, note: () => {}, close }) }
}

it('counts calls from their opening to the end of their close, however that ends', async () => {
  const gates = createGates(() => false)
  const good = counted(
    ledgerWhoseCallsClose(async () => {}),
    gates.of('contoso'),
  )
  const failing = counted(
    ledgerWhoseCallsClose(() => Promise.reject(new Error('full'))),
    gates.of('contoso'),
  )
  const calls = [good.open(opening), failing.open(opening)]
  expect([gates.underWay('contoso'), gates.underWay('fabrikam')]).toEqual([2, 0])
  const closing = Promise.allSettled(calls.map((call) => call.close(outcome)))
  expect(gates.underWay('contoso')).toBe(2)
  await closing
  await Promise.allSettled(calls.map((call) => call.close(outcome)))
  expect(gates.underWay('contoso')).toBe(0)
})

it('lets no client call begin while it is shut, and lets those under way end', async () => {
  const departed = new Set<string>()
  const gates = createGates((tenant) => departed.has(tenant))
  const ledger = counted(
    ledgerWhoseCallsClose(async () => {}),
    gates.of('contoso'),
  )
  const client = gated(ledger, gates.of('contoso'))
  const call = client.open(opening)
  departed.add('contoso')
  expect(() => client.open(opening)).toThrow(expect.objectContaining({ status: 503, retryAfter: '5' }))
  // What a call under way begins in the background belongs to it.
  await ledger.open(opening).close(outcome)
  await call.close(outcome)
  expect(gates.underWay('contoso')).toBe(0)
  departed.delete('contoso')
  await gates.whileShut('contoso', async () => {
    expect(() => client.open(opening)).toThrow()
    expect(gates.isShut('fabrikam')).toBe(false)
  })
  expect(() => client.open(opening)).not.toThrow()
})
