import { reasonOf } from '../log.ts'
import type { Ports } from '../ports.ts'
import type { Control } from '../store/control.ts'
import type { ObjectStorage } from '../store/durable.ts'

export interface RollUpsOptions {
  readonly tenant: string
  readonly storage: ObjectStorage
  readonly alarms: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>
  readonly control: Pick<Control, 'usage'>
  readonly ports: Pick<Ports, 'now' | 'log'>
  /** Calls that are under way in this object. */
  underWay(): number
}

/** What an object does by its alarm: it rolls its usage up, and marks what was cut off. */
export interface RollUps {
  /** The object has just been made: what an earlier one left open was cut off. */
  awake(): Promise<void>
  /** Something was written: the alarm is to follow within a minute. */
  soon(): void
  alarm(): Promise<void>
  /** Whether usage is on its way to the control store at this moment. */
  isRunning(): boolean
  /** Everything was erased. */
  reset(): void
}

/** A busy tenant costs the control store so many writes at most. */
const everyMs = 60_000
const longestMs = 3_600_000
/** Hours of one write. */
const hoursAtOnce = 100

export function createRollUps({ tenant, storage, alarms, control, ports, underWay }: RollUpsOptions): RollUps {
  const { now, log } = ports
  /** Whether an alarm is set, as far as this object knows. */
  let isSet = false
  let failures = 0
  let isRunning = false

  const set = async (waitMs: number): Promise<void> => {
    isSet = true
    await alarms.setAlarm(now() + waitMs)
  }

  const sweep = (): void => {
    const count = storage.use(({ calls }) => calls.abandonOpen())
    if (count > 0) log.warn({ tenant, count }, 'calls were cut off: their outcome is in doubt')
  }

  const waiting = (limit: number) => storage.use(({ usage }) => usage.waiting(limit))

  /** To the last page and no further: the hour of a busy tenant grows meanwhile, and waits for the next alarm. */
  const rollUp = async (): Promise<void> => {
    for (let hours = waiting(hoursAtOnce); hours.length > 0; hours = waiting(hoursAtOnce)) {
      await control.usage.put(tenant, hours)
      storage.use(({ usage }) => usage.rolledUp(hours))
      if (hours.length < hoursAtOnce) return
    }
  }

  return {
    async awake() {
      isSet = (await alarms.getAlarm()) !== null
      sweep()
      // What the sweep counted, or a migration: an idle tenant would never be rolled up otherwise.
      if (!isSet && waiting(1).length > 0) await set(everyMs)
    },
    soon() {
      // A write like the rows themselves: the output gate waits for it, and it survives the object.
      if (!isSet) void set(everyMs)
    },
    isRunning: () => isRunning,
    reset() {
      isSet = false
      failures = 0
    },
    async alarm() {
      isSet = false
      if (!storage.exists()) return
      isRunning = true
      // A call whose closing could not be written; nobody else's can be open in the one object that there is.
      if (underWay() === 0) sweep()
      try {
        await rollUp()
        failures = 0
        // A call that is under way may yet be cut off: somebody has to come back and see.
        if (!isSet && (underWay() > 0 || waiting(1).length > 0)) await set(everyMs)
      } catch (error) {
        // The runtime gives up an alarm that failed six times: this one sets itself again for ever.
        failures += 1
        log.error({ tenant, reason: reasonOf(error) }, 'usage cannot be rolled up yet')
        await set(Math.min(everyMs * 2 ** failures, longestMs))
      } finally {
        isRunning = false
      }
    },
  }
}
