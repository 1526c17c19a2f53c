import ipaddr from 'ipaddr.js'

/** Answers whether an address (v4, v6 or v4-mapped v6 text) lies in one of the ranges. What is no address lies in none. */
export type Ranges = (address: string) => boolean

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

/** One range from `203.0.113.0/24`, `2001:db8::/32` or a single address; undefined when the text is none of these. */
export function parseRange(text: string): Range | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.parse(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    return undefined
  }
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
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return ranges.some(([range, bits]) => address.kind() === range.kind() && address.match(range, bits))
  }
}
