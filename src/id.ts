/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then randomness, so that ids sort by the time of their making.
 * @param bytes 10 random bytes
 */
export function uuidV7(nowMs: number, bytes: Uint8Array): string {
  const time = nowMs.toString(16).padStart(12, '0')
  const [first = 0, second = 0, third = 0, ...rest] = bytes
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  const version = hex(0x7000 | ((first & 0x0f) << 8) | second, 4)
  const variant = hex(0x80 | (third & 0x3f), 2)
  const [next = 0, ...tail] = rest
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}${hex(next, 2)}-${tail.map((byte) => hex(byte, 2)).join('')}`
}
