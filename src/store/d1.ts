import { drizzle } from 'drizzle-orm/d1'
import type { ControlStorage } from './control.ts'

/** The control store on D1: a unit of work is one batch, which D1 runs in a transaction. */
export function d1ControlStorage(database: D1Database): ControlStorage {
  const db = drizzle(database)
  return {
    db,
    atomic: async (statements) => {
      const [first, ...others] = statements
      if (first !== undefined) await db.batch([first, ...others])
    },
  }
}
