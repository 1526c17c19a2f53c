import { z } from 'zod'
import { parseRange, parseRanges, type Ranges } from './ranges.ts'

/** The environment, parsed (contract §11). */
export interface Settings {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** The origin that clients use, without a trailing slash, where a proxy hides it; else the request's own. */
  readonly publicUrl: string | undefined
  readonly tenantsFolder: string
  readonly dataFolder: string
  readonly adminToken: string | undefined
  /** 32 bytes. */
  readonly key: Uint8Array | undefined
  /** Entries of `TOLLGATE_ALLOW_HOSTS`: names, addresses and CIDRs, each with an optional port. */
  readonly allowHosts: readonly string[]
  readonly logLevel: LogLevel
  /** Whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: Ranges
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as https://scim.msp.example' })
  .refine((text) => !/[?#@]/.test(text), 'must be an origin, with no query, fragment or user')
  .transform((text) => text.replace(/\/+$/, ''))

const key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url (43 characters)')
  .transform((text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)))

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .default('8080')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65535, 'must be a port number, 0 to 65535')
    .transform(Number),
  TOLLGATE_PUBLIC_URL: publicUrl.optional(),
  TOLLGATE_TENANTS: z.string().default('./tenants'),
  TOLLGATE_DATA: z.string().default('./data'),
  TOLLGATE_ADMIN_TOKEN: z.string().min(32, 'must have at least 32 characters').optional(),
  TOLLGATE_KEY: key.optional(),
  TOLLGATE_ALLOW_HOSTS: list.default([]),
  TOLLGATE_LOG: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  TOLLGATE_TRUSTED_PROXIES: list
    .default([])
    .refine((entries) => entries.every((entry) => parseRange(entry)), 'must be IP addresses or CIDR ranges'),
})

const known = new Set([...Object.keys(environment.shape), 'TOLLGATE_URL'])

/**
 * Parses the environment. An empty variable counts as unset; variables that do not start with `TOLLGATE_` and are not
 * listed are somebody else's.
 * @throws Error listing every setting that is not understood, one a line.
 */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(given)
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
  for (const name in given)
    if (name.startsWith('TOLLGATE_') && !known.has(name)) faults.push(`${name}: unknown setting`)
  if (!parsed.success || faults.length > 0) throw new Error(faults.join('\n'))
  const values = parsed.data
  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.TOLLGATE_PUBLIC_URL,
    tenantsFolder: values.TOLLGATE_TENANTS,
    dataFolder: values.TOLLGATE_DATA,
    adminToken: values.TOLLGATE_ADMIN_TOKEN,
    key: values.TOLLGATE_KEY,
    allowHosts: values.TOLLGATE_ALLOW_HOSTS,
    logLevel: values.TOLLGATE_LOG,
    trustedProxies: parseRanges(values.TOLLGATE_TRUSTED_PROXIES),
  }
}
