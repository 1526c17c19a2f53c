const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What `parseDuration` accepts, for schemas that check a text without reading it. */
export const durationPattern = /^(\d{1,9})(ms|s|m|h|d)$/

/**
 * Milliseconds of a duration as settings and tenant files write it: `500ms`, `20s`, `1m`, `24h`, `30d`.
 * @throws Error naming the text, when it is none.
 */
export function parseDuration(text: string): number {
  const found = durationPattern.exec(text)
  const factor = unitMs[found?.[2] ?? '']
  if (found === null || factor === undefined)
    throw new Error(
      `\`${text}\` is not a duration: write a whole number and a unit, such as 500ms, 20s, 5m, 24h or 30d`,
    )
  return Number(found[1]) * factor
}
