import type { Log, LogFields } from '../../src/ports.ts'

export interface KeptLog extends Log {
  readonly lines: readonly { readonly level: string; readonly fields: LogFields; readonly message: string }[]
}

/** A log that keeps its lines for a test to read. */
export function keptLog(): KeptLog {
  const lines: { level: string; fields: LogFields; message: string }[] = []
  const at = (level: string) => (fields: LogFields, message: string) => {
    lines.push({ level, fields, message })
  }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
