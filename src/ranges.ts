import ipaddr from 'ipaddr.js'

/** Answers whether an address (v4, v6 or v4-mapped v6 text) lies in one of the ranges. What is no address lies in none. */
export type Ranges = (address: string) => boolean

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

/** ipaddr.js reads `10` as 0.0.0.10 and `010.0.0.0` as octal, 8.0.0.0: a list must mean what its reader sees. */
const isPlain = (text: string): boolean =>
  text.includes(':') || /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}(\/\d{1,2})?$/.test(text)

/** One range from `203.0.113.0/24`, `2001:db8::/32` or a single address; undefined when the text is none of these. */
export function parseRange(text: string): Range | undefined {
  if (!isPlain(text)) return undefined
  try {
    if (text.includes('/')) return unmapped(ipaddr.parseCIDR(text))
    const address = ipaddr.parse(text)
    return unmapped([address, address.kind() === 'ipv4' ? 32 : 128])
  } catch {
    return undefined
  }
}

/** `::ffff:10.0.0.0/104` is 10.0.0.0/8: addresses are compared as v4 whichever way they are written. */
function unmapped([address, bits]: Range): Range {
  if (address instanceof ipaddr.IPv4 || !address.isIPv4MappedAddress() || bits < 96) return [address, bits]
  return [address.toIPv4Address(), bits - 96]
}

/**
 * Compiles a list of ranges. An empty list holds no address at all.
 * @throws Error naming the entry that is neither an address nor a CIDR range.
 */
export function parseRanges(entries: readonly string[]): Ranges {
  const ranges = entries.map((entry) => {
    const range = parseRange(entry)
    if (range === undefined) throw new Error(`\`${entry}\` is neither an IP address nor a CIDR range`)
    return range
  })
  return (text) => {
    if (!isPlain(text) || !ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return ranges.some(([range, bits]) => address.kind() === range.kind() && address.match(range, bits))
  }
}
