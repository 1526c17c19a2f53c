/** The innermost cause: drivers wrap it, and drizzle's own message holds the statement's parameters. */
const innermost = (error: unknown, depth = 0): unknown =>
  error instanceof Error && error.cause !== undefined && depth < 8 ? innermost(error.cause, depth + 1) : error

/** Whether a key of this table had the value already. By its text, which SQLite and D1 share: D1 gives no code. */
export function isTakenIn(table: string, error: unknown): boolean {
  const cause = innermost(error)
  return cause instanceof Error && cause.message.includes(`UNIQUE constraint failed: ${table}.`)
}
