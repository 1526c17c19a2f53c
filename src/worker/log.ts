import { loggable } from '../log.ts'
import type { Log, LogFields } from '../ports.ts'
import { type LogLevel, logLevels } from '../settings.ts'

/**
 * JSON lines on the console, where Workers' logs come from; only the fields of the allow-list are written. Not pino: its
 * build for browsers, which a bundler takes here, ignores what it was told to leave out.
 */
export function consoleLog(level: LogLevel): Log {
  // The list begins with the gravest; `silent` stands at its end and lets nothing through.
  const writes = (of: LogLevel): boolean => level !== 'silent' && logLevels.indexOf(of) <= logLevels.indexOf(level)
  const writer = (of: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    if (!writes(of)) return
    console[of](JSON.stringify({ level: of, time: new Date().toISOString(), ...loggable(fields), msg: message }))
  }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}
