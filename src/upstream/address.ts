import ipaddr from 'ipaddr.js'
import { parseRange } from '../ranges.ts'

/** What the operator exempts from the private-address ban (contract §11): a name or a range, each with an optional port. */
export interface AllowRule {
  readonly name?: string
  readonly range?: readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]
  readonly port?: number
}
export type AllowHosts = readonly AllowRule[]

/** The gateway's settings forbid to reach this address: nothing was sent. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AddressRefused'
  }
}

/**
 * Compiles the entries of `TOLLGATE_ALLOW_HOSTS`: `scim.lan`, `scim.lan:8443`, `10.0.0.0/8`, `127.0.0.1:9000`, `[::1]:9000`.
 * @throws Error naming the entry that is none of these.
 */
export const parseAllowHosts = (entries: readonly string[]): AllowHosts => entries.map(parseRule)

function parseRule(entry: string): AllowRule {
  const found =
    /^(?:\[(?<bracketed>[^\]]+)\](?::(?<bracketedPort>\d{1,5}))?|(?<bare>[^:[\]]+)(?::(?<barePort>\d{1,5}))?)$/.exec(
      entry,
    )
  // An IPv6 address or range without brackets has several colons and so no port.
  const host = found?.groups?.['bracketed'] ?? found?.groups?.['bare'] ?? entry
  const portText = found?.groups?.['bracketedPort'] ?? found?.groups?.['barePort']
  const port = portText === undefined ? {} : { port: Number(portText) }
  const looksNumeric = host.includes(':') || host.includes('/') || /^[\d.]+$/.test(host)
  if (looksNumeric) {
    const range = parseRange(host)
    if (range !== undefined) return { range, ...port }
  } else if (/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(host)) {
    return { name: foldName(host), ...port }
  }
  throw new Error(`\`${entry}\` is neither a host name, an IP address nor a CIDR range, with an optional port`)
}

const foldName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** An outgoing URL that may be tried. `addresses` says which of the addresses its name stands for may be connected to. */
export interface Destination {
  readonly url: URL
  readonly port: number
  /** True when this address may be connected to for this URL. */
  readonly admits: (address: string) => boolean
}

/**
 * Judges an outgoing URL before any name is looked up: https only (http to allowed hosts), no user, no forbidden address
 * however it is spelt. What a name resolves to is judged afterwards by `admits`.
 * @throws AddressRefused
 */
export function judgeUrl(text: string, allow: AllowHosts): Destination {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw new AddressRefused('the address is no URL')
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:') throw new AddressRefused('only https URLs can be reached')
  if (url.username !== '' || url.password !== '') throw new AddressRefused('a URL must not hold a user or a password')
  const port = Number(url.port) || (secure ? 443 : 80)
  const host = url.hostname
  const name = foldName(host)
  const rules = allow.filter((rule) => rule.port === undefined || rule.port === port)
  if (rules.some((rule) => rule.name === name)) return { url, port, admits: () => true }
  // http travels in the clear, so that it is for the operator's own hosts only, whatever the name resolves to.
  const admits = (address: string) => inRange(address, rules) || (secure && isPublic(address))
  const literal = host.startsWith('[') ? host.slice(1, -1) : host
  if (ipaddr.isValid(literal) && !admits(literal)) throw new AddressRefused(refusal(name, secure))
  if (!secure && !rules.some((rule) => rule.range !== undefined)) throw new AddressRefused(refusal(name, secure))
  if (/^(.*\.)?localhost$/.test(name) && !rules.some((rule) => rule.range !== undefined))
    throw new AddressRefused(refusal(name, secure))
  return { url, port, admits }
}

/** Why a host cannot be reached, and what an operator does about it. */
export const refusal = (host: string, secure: boolean): string =>
  secure
    ? `${host} is a private or reserved address: TOLLGATE_ALLOW_HOSTS does not allow it`
    : `${host} is reached without TLS: TOLLGATE_ALLOW_HOSTS does not allow it`

function inRange(text: string, rules: AllowHosts): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text)
  return rules.some(
    ({ range }) => range !== undefined && address.kind() === range[0].kind() && address.match(range[0], range[1]),
  )
}

/** Azure's host agent answers with secrets here, and the address counts as public. */
const azureHostAgent = '168.63.129.16'

/** True for an address of the public Internet: not private, loopback, link-local, CGNAT, multicast, reserved or tunnelled. */
export function isPublic(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  // `process` opens v4-mapped v6, so that ::ffff:127.0.0.1 is judged as the loopback that it is.
  const address = ipaddr.process(text)
  if (address.range() !== 'unicast') return false
  if (address instanceof ipaddr.IPv4) return address.toString() !== azureHostAgent
  // Only 2000::/3 is handed out (RFC 4291 §2.4): this leaves out v4-compatible ::127.0.0.1, ::/8 and what is not assigned.
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000
}
