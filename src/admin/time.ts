import { z } from 'zod'

/** RFC 3339 in UTC, with milliseconds: the only form in which times are given. */
export const rfc3339 = (at: number): string => new Date(at).toISOString()

export const rfc3339OrNull = (at: number | null): string | null => (at === null ? null : rfc3339(at))

const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

/** A time as operators write it: RFC 3339 with any offset, or a day, which starts at midnight UTC. Undefined otherwise. */
export function parseTime(text: string): number | undefined {
  const parsed = moment.safeParse(text)
  const at = parsed.success ? Date.parse(parsed.data) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const lastMoment = Date.UTC(9999, 11, 31)

/** When something ends, as operators write it: a time as above, or `30d`, `12h`, `15m`, `5s` from `now`. Undefined otherwise. */
export function parseExpiry(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const from =
    unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? now + Number(count) * unitMs[unit] : parseTime(text)
  return from === undefined || from > lastMoment ? undefined : from
}
