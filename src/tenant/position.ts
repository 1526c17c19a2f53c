import { isObject, type Json } from '../scim/json.ts'

/** A place in a text, counted from 1; a column counts UTF-16 units, as editors do. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One thing wrong with a tenant's file, and where. `path` is empty where the message concerns the file as a whole. */
export interface Problem extends Position {
  readonly file: string
  /** The clause, as it is written in the contract: `upstream.auth.tokenUrl`, `frontDoor.hosts[0]`. */
  readonly path: string
  readonly message: string
}

/** Names and list indexes from the document's root. */
export type Path = readonly PropertyKey[]

/** `tenants/contoso.yaml:12:7: upstream.url: must be ...`: editors and terminals make the beginning a link. */
export const printProblem = ({ file, line, column, path, message }: Problem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`

/** `['frontDoor', 'hosts', 0]` as `frontDoor.hosts[0]`. Long names are cut: a path is for reading. */
export const printPath = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const name = shortened(String(step))
    return text === '' ? name : `${text}.${name}`
  }, '')

/** A name from the file, fit for a message: at most 60 characters, on one line, without control characters. */
export const shortened = (name: string): string => {
  const oneLine = name.replace(/\p{Cc}/gu, ' ')
  return oneLine.length > 60 ? `${oneLine.slice(0, 57)}...` : oneLine
}

/** The position of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', start)) {
    line += 1
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}

/** What a plain value holds at a path. */
export const memberAt = (value: Json, path: Path): Json | undefined =>
  path.reduce<Json | undefined>((at, step) => {
    if (Array.isArray(at)) return typeof step === 'number' ? at[step] : undefined
    return isObject(at) && typeof step === 'string' && Object.hasOwn(at, step) ? at[step] : undefined
  }, value)
