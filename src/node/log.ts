import pino from 'pino'
import { loggable } from '../log.ts'
import type { Log } from '../ports.ts'
import type { LogLevel } from '../settings.ts'

/** JSON lines on standard error, so that a command's own output stays clean. Only the fields of the allow-list are written. */
export function nodeLog(level: LogLevel): Log {
  // Synchronous: what is logged in the last moment before an exit must be readable after it.
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
  return {
    debug: (fields, message) => logger.isLevelEnabled('debug') && logger.debug(loggable(fields), message),
    info: (fields, message) => logger.info(loggable(fields), message),
    warn: (fields, message) => logger.warn(loggable(fields), message),
    error: (fields, message) => logger.error(loggable(fields), message),
  }
}
