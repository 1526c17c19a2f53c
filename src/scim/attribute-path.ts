import type { AttributePath } from './path.ts'

/** RFC 7644 §3.4.2.2 `ATTRNAME`, with the `$` that `$ref` needs (RFC 7643 §2.1). */
const namePattern = /^[A-Za-z$][\w$-]*$/
/** A URN, or another URI: a schema's id (RFC 7643 §6). Nothing that ends a word of the filter grammar. */
const urnPattern = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s"()[\]\\<>{}|^`,]+$/
const versionPattern = /^v?\d[\d.]*$/i

/** Whether `text` can name an attribute or a sub-attribute. */
export const isAttributeName = (text: string): boolean => namePattern.test(text)

/** `name` or `name.sub`; undefined when it is neither. */
function readNames(text: string): AttributePath | undefined {
  const dot = text.indexOf('.')
  if (dot < 0) return isAttributeName(text) ? { name: text } : undefined
  const name = text.slice(0, dot)
  const sub = text.slice(dot + 1)
  return isAttributeName(name) && isAttributeName(sub) ? { name, sub } : undefined
}

/** The standard's own schemas end in a version and a capitalised name: `...:2.0:User` is a schema, not an attribute. */
function endsLikeSchema(urn: string, rest: string): boolean {
  const version = urn.slice(urn.lastIndexOf(':') + 1)
  return versionPattern.test(version) && /^[A-Z][\w-]*$/.test(rest)
}

/**
 * Splits an attribute's name (RFC 7644 §3.10) at the last colon, for URNs hold colons and dots themselves. Where only a
 * schema can tell an attribute from a schema's own name, `canonicalPath` settles it. Undefined when it is no such name.
 */
export function readAttributePath(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(':')
  if (colon < 0) return readNames(text)
  const urn = text.slice(0, colon)
  const rest = text.slice(colon + 1)
  const names = readNames(rest)
  if (names !== undefined && urnPattern.test(urn) && !endsLikeSchema(urn, rest)) return { urn, ...names }
  return urnPattern.test(text) ? { urn: text } : undefined
}

/** The path as RFC 7644 §3.10 writes it: `{urn}:{name}.{sub}`. */
export function printAttributePath(path: AttributePath): string {
  const names = path.sub === undefined ? path.name : `${path.name ?? ''}.${path.sub}`
  if (path.urn === undefined) return names ?? ''
  return names === undefined ? path.urn : `${path.urn}:${names}`
}
