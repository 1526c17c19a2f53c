import { z } from 'zod'
import { parseRange, parseRanges, type Ranges } from './ranges.ts'

/** What a gateway is told wherever it runs (contract §11). */
export interface CommonSettings {
  /** The origin that clients use, without a trailing slash, where a proxy hides it; else the request's own. */
  readonly publicUrl: string | undefined
  /** Entries of `TOLLGATE_ALLOW_HOSTS`: names, addresses and CIDRs, each with an optional port. */
  readonly allowHosts: readonly string[]
  readonly logLevel: LogLevel
  /** Whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: Ranges
}

/** The environment of a process, parsed. */
export interface Settings extends CommonSettings {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly tenantsFolder: string
  readonly dataFolder: string
  readonly adminToken: string | undefined
  /** 32 bytes. */
  readonly key: Uint8Array | undefined
}

/** A Worker's variables and secrets, parsed: it has no folder to keep a token or a key of its own in. */
export interface WorkerSettings extends CommonSettings {
  readonly adminToken: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
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

const adminToken = z.string().min(32, 'must have at least 32 characters')

const common = {
  TOLLGATE_PUBLIC_URL: publicUrl.optional(),
  TOLLGATE_ALLOW_HOSTS: list.default([]),
  TOLLGATE_LOG: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  TOLLGATE_TRUSTED_PROXIES: list
    .default([])
    .refine((entries) => entries.every((entry) => parseRange(entry)), 'must be IP addresses or CIDR ranges'),
}

const processVariables = z.object({
  ...common,
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .default('8080')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65535, 'must be a port number, 0 to 65535')
    .transform(Number),
  TOLLGATE_TENANTS: z.string().default('./tenants'),
  TOLLGATE_DATA: z.string().default('./data'),
  TOLLGATE_ADMIN_TOKEN: adminToken.optional(),
  TOLLGATE_KEY: key.optional(),
})

const isMissing = 'is not set: locally a line in .dev.vars, deployed `npx wrangler secret put` with this name'
const required = (value: unknown, context: z.RefinementCtx): unknown => {
  if (value === undefined) context.addIssue(isMissing)
  return value
}

const workerVariables = z.object({
  ...common,
  TOLLGATE_ADMIN_TOKEN: z.preprocess(required, adminToken),
  TOLLGATE_KEY: z.preprocess(required, key),
})

/**
 * Parses the environment. An empty variable counts as unset; variables that do not start with `TOLLGATE_` and are not
 * listed are somebody else's.
 * @throws Error listing every setting that is not understood, one a line.
 */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const values = parsed(processVariables, variables, ['TOLLGATE_URL'])
  return {
    ...commonOf(values),
    host: values.HOST,
    port: values.PORT,
    tenantsFolder: values.TOLLGATE_TENANTS,
    dataFolder: values.TOLLGATE_DATA,
    adminToken: values.TOLLGATE_ADMIN_TOKEN,
    key: values.TOLLGATE_KEY,
  }
}

/** The same for a Worker's environment. @throws Error that names what is missing, too. */
export function parseWorkerSettings(variables: Readonly<Record<string, string | undefined>>): WorkerSettings {
  const values = parsed(workerVariables, variables, [])
  return { ...commonOf(values), adminToken: values.TOLLGATE_ADMIN_TOKEN, key: values.TOLLGATE_KEY }
}

function parsed<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  variables: Readonly<Record<string, string | undefined>>,
  alsoKnown: readonly string[],
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(given)
  const faults = result.success
    ? []
    : [...new Map(result.error.issues.toReversed().map((issue) => [String(issue.path[0]), issue.message]))].map(
        ([name, message]) => `${name}: ${message}`,
      )
  for (const name in given) {
    const isKnown = Object.hasOwn(schema.shape, name) || alsoKnown.includes(name)
    if (name.startsWith('TOLLGATE_') && !isKnown) faults.push(`${name}: unknown setting`)
  }
  if (!result.success || faults.length > 0) throw new Error(faults.join('\n'))
  return result.data
}

type CommonValues = z.output<z.ZodObject<typeof common>>

const commonOf = (values: CommonValues): CommonSettings => ({
  publicUrl: values.TOLLGATE_PUBLIC_URL,
  allowHosts: values.TOLLGATE_ALLOW_HOSTS,
  logLevel: values.TOLLGATE_LOG,
  trustedProxies: parseRanges(values.TOLLGATE_TRUSTED_PROXIES),
})
