import { describe, expect, it } from 'vitest'
import { createBacklog } from '../../src/ledger/backlog.ts'
import type { LedgerRecord } from '../../src/ledger/records.ts'
import { opening } from '../support/calls.ts'

const open = (tenant: string, call: string): LedgerRecord => ({ kind: 'open', tenant, call, at: 1, ...opening })
const intent = (tenant: string, call: string, seq: number, purpose: 'forward' | 'token'): LedgerRecord => ({
  ...{ kind: 'intent', tenant, call, seq, purpose, method: 'POST', path: '/Users' },
})
const answered = (tenant: string, call: string, seq: number): LedgerRecord => ({
  ...{ kind: 'answered', tenant, call, seq, status: 201, durationMs: 7 },
})
const close = (tenant: string, call: string, inDoubt = false): LedgerRecord => ({
  ...{ kind: 'close', tenant, call, status: 201, scimType: null, operation: 'User.create', resourceType: 'User' },
  ...{ resourceId: '42', bytesOut: 9, durationMs: 12, inDoubt },
})

describe('the backlog', () => {
  it('makes one row of a call, tokens not counted as upstream calls', () => {
    const backlog = createBacklog()
    for (const record of [
      open('a', '1'),
      intent('a', '1', 1, 'token'),
      answered('a', '1', 1),
      intent('a', '1', 2, 'forward'),
      close('a', '1'),
    ])
      backlog.add(record, 1)
    expect(backlog.some('a', 10)).toMatchObject([
      {
        ...{ id: '1', state: 'closed', status: 201, resourceId: '42', upstreamCalls: 1, durationMs: 12 },
        attempts: [
          { seq: 1, purpose: 'token', status: 201, durationMs: 7 },
          { seq: 2, purpose: 'forward', status: null },
        ],
      },
    ])
  })

  it('does not mind repeated records', () => {
    const backlog = createBacklog()
    for (const record of [open('a', '1'), open('a', '1'), intent('a', '1', 1, 'forward'), close('a', '1')])
      backlog.add(record, 1)
    expect(backlog.finished()).toBe(1)
    expect(backlog.some('a', 10)[0]?.attempts).toHaveLength(1)
  })

  it.each([
    ['a close that says so', (b: ReturnType<typeof createBacklog>) => b.add(close('a', '1', true), 1), 201],
    ['a gateway that is gone', (b: ReturnType<typeof createBacklog>) => b.abandonAll(), null],
    ['a close that failed', (b: ReturnType<typeof createBacklog>) => b.abandon('a', '1'), null],
  ])('is in doubt after %s', (_name, end, status) => {
    const backlog = createBacklog()
    backlog.add(open('a', '1'), 1)
    expect(backlog.open('a')).toMatchObject([{ state: 'open', status: null }])
    end(backlog)
    expect(backlog.some('a', 1)).toMatchObject([{ state: 'in-doubt', status }])
    expect(backlog.open('a')).toEqual([])
  })

  it('pins the file in which a call began, and all after it, until the call is settled', () => {
    const backlog = createBacklog()
    backlog.add(open('a', '1'), 3)
    backlog.add(close('a', '1'), 5)
    expect([2, 3, 4].map(backlog.pins)).toEqual([false, true, true])
    backlog.settled('a', backlog.some('a', 10))
    expect([3, 5].map(backlog.pins)).toEqual([false, false])
    expect([backlog.tenants(), backlog.finished()]).toEqual([[], 0])
  })

  it('leaves out a call whose opening was applied and deleted before', () => {
    const backlog = createBacklog()
    backlog.add(answered('a', '1', 1), 4)
    backlog.add(close('a', '1'), 4)
    expect([backlog.finished(), backlog.pins(4), backlog.tenants()]).toEqual([0, false, []])
  })

  it('gives every tenant its turn, however much one of them has', () => {
    const backlog = createBacklog()
    for (let i = 0; i < 100; i += 1)
      for (const record of [open('big', `${i}`), close('big', `${i}`)]) backlog.add(record, 1)
    for (const record of [open('small', 'x'), close('small', 'x')]) backlog.add(record, 1)
    const order: string[] = []
    for (const tenant of backlog.waiting()) {
      order.push(tenant)
      backlog.settled(tenant, backlog.some(tenant, 40))
    }
    expect(order).toEqual(['big', 'small', 'big', 'big'])
  })
})
