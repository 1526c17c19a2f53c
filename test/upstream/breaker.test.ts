import { describe, expect, it } from 'vitest'
import {
  admit,
  type BreakerState,
  closedBreaker,
  createBreaker,
  record,
  type Verdict,
} from '../../src/upstream/breaker.ts'

const fail = (state: BreakerState, times: number, now = 0): BreakerState =>
  Array.from({ length: times }).reduce<BreakerState>((at) => record(at, false, 'failure', now), state)

describe('breaker', () => {
  it('opens after five failures in a row, not four', () => {
    expect(admit(fail(closedBreaker, 4), 0).admitted).toBe(true)
    expect(admit(fail(closedBreaker, 5), 0)).toMatchObject({ admitted: false, waitMs: 5_000 })
  })

  it('counts failures in a row only', () => {
    const four = fail(closedBreaker, 4)
    expect(admit(fail(record(four, false, 'success', 0), 4), 0).admitted).toBe(true)
    expect(admit(fail(record(four, false, 'void', 0), 1), 0).admitted).toBe(false)
  })

  it('doubles from 5 s to 60 s while trials fail', () => {
    let state = fail(closedBreaker, 5)
    let now = 0
    const opened: number[] = []
    for (let round = 0; round < 6; round++) {
      const refused = admit(state, now)
      if (refused.admitted) throw new Error('it should be open')
      opened.push(refused.waitMs)
      now += refused.waitMs
      const trial = admit(state, now)
      if (!trial.admitted) throw new Error('it should let one through')
      expect(trial.trial).toBe(true)
      state = record(trial.state, true, 'failure', now)
    }
    expect(opened).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })

  it('lets one through when half-open, and closes on its success', () => {
    const trial = admit(fail(closedBreaker, 5), 5_000)
    expect(trial).toMatchObject({ admitted: true, trial: true })
    expect(admit(trial.state, 5_000).admitted).toBe(false)
    expect(record(trial.state, true, 'success', 5_000)).toEqual(closedBreaker)
  })

  it('gives the trial back when it was never sent', () => {
    const trial = admit(fail(closedBreaker, 5), 5_000)
    expect(admit(record(trial.state, true, 'void', 5_000), 5_000)).toMatchObject({ admitted: true, trial: true })
  })

  it.each<Verdict>(['success', 'failure'])('ignores the late %s of a request admitted before it opened', (verdict) => {
    const open = fail(closedBreaker, 5)
    expect(record(open, false, verdict, 1)).toEqual(open)
  })

  it('can be held open', () => {
    let now = 0
    const breaker = createBreaker(() => now)
    breaker.hold(60_000)
    expect(breaker.enter()).toEqual({ waitMs: 60_000 })
    now = 60_000
    expect(breaker.enter()).toHaveProperty('end')
  })
})
