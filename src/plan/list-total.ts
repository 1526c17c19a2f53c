import type { ListCall } from './list-calls.ts'
import { type Asked, type Reading, readPage, whileStill } from './page.ts'
import { askedOf, readSequence, type Sequence, startOf } from './sequence.ts'
import type { Plan } from './step.ts'

/**
 * How many resources count, exactly: as the upstream says where it does, else counted on the largest pages, with no more
 * of each resource than it takes.
 * @throws ScimError 400 `tooMany`
 */
export function* countAll(calls: readonly ListCall[], reading: Reading): Plan<number> {
  let total = 0
  for (const call of calls) total += yield* countOf(call, reading)
  return total
}

function* countOf(call: ListCall, reading: Reading): Plan<number> {
  const { paging } = reading.capabilities
  const asked = askedOf(call, reading, { isNarrow: true })
  if (paging.totals && call.judge === undefined) {
    const told = yield* toldBy({ ...asked, size: paging.countZero ? 0 : 1 }, reading)
    if (told !== undefined) return told
  }
  return yield* whileStill(() => counted({ calls: [call], isNarrow: true }, { ...reading, isWhole: true }))
}

function* toldBy(asked: Asked, reading: Reading): Plan<number | undefined> {
  const { total } = yield* readPage(asked, {}, { ...reading, isNumber: true })
  return total
}

function* counted(sequence: Sequence, reading: Reading): Plan<number> {
  let total = 0
  yield* readSequence(sequence, startOf(Number.MAX_SAFE_INTEGER), reading, () => {
    total += 1
    return true
  })
  return total
}
