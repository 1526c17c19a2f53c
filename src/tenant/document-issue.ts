import type { z } from 'zod'
import { isObject, type Json } from '../scim/json.ts'
import { memberAt, type Path, printPath, shortened } from './position.ts'
import { type TenantDocument, tenantSchema } from './schema.ts'
import { keysAt, nearest } from './schema-keys.ts'
import { type NotBuilt, notBuilt, type Unbuilt, unbuiltIn } from './schema-not-built.ts'

/** Something wrong with a document, at a path of it; `side` says whether its key or its value is meant. */
export interface Fault {
  readonly path: Path
  readonly side: 'key' | 'value'
  readonly message: string
  /** What the message is printed under. */
  readonly under: Path
}

/** Checks a merged document. Gives the parsed one, or everything that is wrong with it. No message quotes a value. */
export function checkDocument(
  value: Json,
  rows: readonly NotBuilt[] = notBuilt,
): { document: TenantDocument } | { faults: readonly Fault[] } {
  const early = unbuiltIn(value, rows)
  const parsed = tenantSchema.safeParse(value, { error: describe })
  if (parsed.success && early.length === 0) return { document: parsed.data }
  const issues = parsed.success ? [] : parsed.error.issues
  const faults = issues.flatMap((issue) => faultsOf(issue, [], value))
  return { faults: [...early.map(refused), ...faults.filter((fault) => !early.some((row) => covers(row, fault)))] }
}

const refused = ({ path, value }: Unbuilt): Fault => {
  const what = value === undefined ? printPath(path) : `${printPath(path)}: ${value}`
  return { path, side: 'key', message: `\`${what}\` is not built yet in this version; remove it`, under: [] }
}

/** True for what follows from a refused clause: it is unknown, or nothing beside its `kind` fits. */
const covers = ({ path, value }: Unbuilt, fault: Fault): boolean => {
  const whole = value === undefined ? path : path.slice(0, -1)
  return whole.every((step, index) => fault.path[index] === step)
}

/** Marks a union without words of its own. */
const noWords = 'fits none of the alternatives'

/** Used where a schema has no words of its own. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return typeMessage(issue.expected, issue.input)
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`
    case 'invalid_format':
      if (issue.format === 'regex') return `must have the form ${issue.pattern}`
      return issue.format === 'url' ? 'must be a URL' : `must be a valid ${issue.format}`
    case 'too_small':
      if (issue.minimum === 1 && issue.origin !== 'number') return 'must not be empty'
      return `must be at least ${sized(issue.origin, issue.minimum)}`
    case 'too_big':
      return `must be at most ${sized(issue.origin, issue.maximum)}`
    case 'invalid_key':
      return 'is no name that may stand here'
    case 'invalid_union':
      return noWords
    default:
      return undefined
  }
}

const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const sized = (origin: string, size: number | bigint): string =>
  origin === 'string' ? `${size} characters long` : origin === 'array' ? `${size} entries long` : String(size)

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

function typeMessage(expected: string, input: unknown): string {
  const wanted = `must be ${kinds[expected] ?? expected}`
  if (input === undefined) return `is missing; ${wanted}`
  if (input === null) return `is empty; give it a value, or remove the key (${wanted})`
  const given = Array.isArray(input) ? 'a list' : (kinds[typeof input] ?? typeof input)
  const hint = expected === 'string' && typeof input !== 'object' ? '; put it in quotes' : ''
  return `${wanted}, not ${given}${hint}`
}

function faultsOf(issue: z.core.$ZodIssue, base: Path, value: Json): Fault[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, value))
  if (issue.code === 'invalid_union') return unionFaults(issue, path, value)
  return [{ path, side: issue.code === 'invalid_key' ? 'key' : 'value', message: issue.message, under: path }]
}

function unknownKey(path: Path, key: string, value: Json): Fault {
  const known = keysAt(path, value)
  const near = nearest(key, known)
  if (near === key)
    return { path: [...path, key], side: 'key', message: `\`${key}\` cannot stand beside the other keys`, under: path }
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${near}\`?`
  return { path: [...path, key], side: 'key', message: `unknown key \`${shortened(key)}\`; ${hint}`, under: path }
}

/** A list where a map or one word is meant, or a text: not the branch that was meant, however little it says. */
const isOtherKind = ({ code, path }: z.core.$ZodIssue): boolean =>
  (code === 'invalid_type' || code === 'invalid_value') && path.length === 0

function unionFaults(issue: z.core.$ZodIssueInvalidUnion, path: Path, value: Json): Fault[] {
  const say = (message: string): Fault[] => [{ path, side: 'value', message, under: path }]
  const found = memberAt(value, path)
  if (issue.discriminator !== undefined && issue.errors.length === 0) {
    const kinds = 'options' in issue && issue.options ? issue.options.map(String) : []
    return say(`${found === undefined ? 'is missing; ' : ''}must be ${oneOf(kinds)}`)
  }
  const isNested = isObject(found) || Array.isArray(found)
  const meant = issue.errors.filter((issues) => issues.every((inner) => !isOtherKind(inner)))
  if (issue.message !== noWords && (!isNested || meant.length === 0)) return say(issue.message)
  if (!isObject(found) && meant.length === 0) return say(`must be a map with ${oneOf(keysAt(path, value))}`)
  // The branch that was meant is the one with the least to say against it.
  const [best] = (meant.length === 0 ? issue.errors : meant).toSorted((a, b) => a.length - b.length)
  return (best ?? []).flatMap((inner) => faultsOf(inner, path, value))
}
