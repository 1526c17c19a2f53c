import { isAttributeName, printAttributePath, readAttributePath } from './attribute-path.ts'
import { badRequest } from './error.ts'
import { type Filter, printFilter } from './filter.ts'
import { readValueFilter } from './filter-read.ts'
import { maxTextLength, scan } from './scan.ts'

export { printAttributePath } from './attribute-path.ts'

/**
 * An attribute's name as filters, projections and sorting use it (RFC 7644 §3.10): `name.familyName`,
 * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`. Spelling is kept; comparing folds case.
 * With a `urn` and no `name` it names a whole extension.
 */
export interface AttributePath {
  readonly urn?: string
  readonly name?: string
  readonly sub?: string
}

/** RFC 7644 §3.5.2, figure 7: `emails[type eq "work"].value`. */
export interface PatchPath extends AttributePath {
  readonly filter?: Filter
}

/**
 * Reads an attribute's name, white space round it allowed. Where a text alone cannot tell an attribute from a schema's
 * own name (`urn:example:hr:1.0:Badge`), `canonicalPath` of the definition settles it.
 * @throws ScimError 400 `invalidPath`
 */
export function parseAttributePath(text: string): AttributePath {
  const path = text.length > maxTextLength ? undefined : readAttributePath(text.trim())
  if (path === undefined) throw badRequest('invalidPath', `${quote(text)} is not the name of an attribute`)
  return path
}

/**
 * Reads the path of a PATCH operation: an attribute's name, perhaps with a value filter and a sub-attribute after it.
 * @throws ScimError 400 `invalidPath`, or `invalidFilter` for what stands in the brackets (RFC 7644 §3.12, table 9).
 */
export function parsePatchPath(text: string): PatchPath {
  const scanner = scan(text, 'path', 'invalidPath')
  const path = readAttributePath(scanner.peekWord())
  if (path === undefined) throw scanner.error('invalidPath', "an attribute's name")
  scanner.takeWord()
  if (scanner.atEnd()) return path
  if (path.sub !== undefined || !scanner.takeSymbol('[')) throw scanner.error('invalidPath', 'the end')
  const filter = readValueFilter(scanner)
  if (scanner.atEnd()) return { ...path, filter }
  const sub = scanner.peekWord().slice(1)
  if (!scanner.touches('.') || !isAttributeName(sub)) {
    throw scanner.error('invalidPath', 'a dot and a sub-attribute, or the end')
  }
  scanner.takeWord()
  if (!scanner.atEnd()) throw scanner.error('invalidPath', 'the end')
  return { ...path, filter, sub }
}

/** The path as RFC 7644 §3.5.2, figure 7, writes it. */
export function printPatchPath(path: PatchPath): string {
  const { filter, sub, ...attribute } = path
  if (filter === undefined) return printAttributePath(path)
  return `${printAttributePath(attribute)}[${printFilter(filter)}]${sub === undefined ? '' : `.${sub}`}`
}

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
