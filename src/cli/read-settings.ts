import { parseSettings, type Settings } from '../settings.ts'
import { Exit, exitCodes } from './exit.ts'

/** The environment's settings. @throws Exit naming each that is not understood. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  try {
    return parseSettings(environment)
  } catch (cause) {
    const faults = cause instanceof Error ? cause.message.split('\n') : []
    throw new Exit(exitCodes.usage, `the environment: ${faults.join('; ')}`, cause)
  }
}
