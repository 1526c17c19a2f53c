import type { Filter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import { type AttributePath, parsePatchPath, printPatchPath } from '../scim/path.ts'
import { quoted, RuleFault } from './fault.ts'
import type { ElementFilter, Place } from './place.ts'

const ownNames: ReadonlySet<string> = new Set(['id', 'meta', 'schemas'])

/**
 * Reads where a rule reaches: `title`, `name.givenName`, `emails[type eq "work"].value`, each with or without its schema's
 * URN. A value filter is one `eq` on one sub-attribute.
 * @throws RuleFault, or the ScimError of a path that the protocol does not know
 */
export function parsePlace(text: string): Place {
  const { urn, name, sub, filter } = parsePatchPath(text)
  if (name === undefined)
    throw new RuleFault(
      [],
      `${quoted(text)} is a whole schema: name one attribute of it, as \`${text}:employeeNumber\``,
    )
  if (ownNames.has(fold(name)))
    throw new RuleFault([], `\`${name}\` belongs to the protocol, and no rule can have it: take the rule out`)
  return {
    ...(urn === undefined ? {} : { urn }),
    name,
    ...(filter === undefined ? {} : { filter: elementFilter(filter, sub) }),
    ...(sub === undefined ? {} : { sub }),
  }
}

function elementFilter(filter: Filter, sub: string | undefined): ElementFilter {
  const plain = filter.kind === 'compare' && filter.operator === 'eq' && filter.value !== null
  if (!plain || filter.path.name === undefined)
    throw new RuleFault([], 'the value filter of a rule is one `eq` with a value, as in `emails[type eq "work"].value`')
  if (sub !== undefined && fold(filter.path.name) === fold(sub))
    throw new RuleFault([], `\`${sub}\` is settled by the value filter: name another sub-attribute after it`)
  return { sub: filter.path.name, value: filter.value ?? '' }
}

/** The place as SCIM's path language writes it. */
export function printPlace({ filter, ...path }: Place): string {
  if (filter === undefined) return printPatchPath(path)
  const of: Filter = { kind: 'compare', operator: 'eq', path: { name: filter.sub }, value: filter.value }
  return printPatchPath({ ...path, filter: of })
}

/** The attribute that a place is, or lies in. */
export const attributeOf = ({ urn, name }: Place): AttributePath => ({ ...(urn === undefined ? {} : { urn }), name })

/**
 * Whether two places can mean one value, or one of them a part of the other. Without a schema a bare name may be any
 * schema's; elements of which filters over one sub-attribute tell them apart are no part of one another.
 */
export function overlaps(a: Place, b: Place): boolean {
  if (fold(a.name) !== fold(b.name)) return false
  if (a.urn !== undefined && b.urn !== undefined && fold(a.urn) !== fold(b.urn)) return false
  // Which sub-attributes a claimed element has is settled by the rules that filter for it alone.
  if ((a.filter === undefined) !== (b.filter === undefined)) return true
  if (a.filter !== undefined && b.filter !== undefined) {
    // Of 7 and "7" an element may be both.
    const isApart = fold(a.filter.sub) === fold(b.filter.sub) && typeof a.filter.value === typeof b.filter.value
    if (!isApart) return true
    if (!sameElement(a.filter, b.filter)) return false
  }
  return a.sub === undefined || b.sub === undefined || fold(a.sub) === fold(b.sub)
}

const sameElement = (a: ElementFilter, b: ElementFilter): boolean =>
  fold(a.sub) === fold(b.sub) && fold(String(a.value)) === fold(String(b.value))
