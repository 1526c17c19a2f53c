/** xsd:dateTime as RFC 7643 §2.3.5 wants it, and a date alone, which clients send in filters. */
const dateTimePattern = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * The instant of a dateTime in milliseconds since the epoch; undefined when the text is none. Without an offset it is
 * read as UTC, lest the answer depend on where the gateway runs. Finer fractions than milliseconds are cut off.
 */
export function instantOf(text: string): number | undefined {
  const match = dateTimePattern.exec(text)
  if (match === null) return undefined
  const [, date = '', time = '00:00', offset = 'Z'] = match
  const zone = offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase()
  const instant = Date.parse(`${date}T${time}${zone}`)
  return Number.isNaN(instant) ? undefined : instant
}
