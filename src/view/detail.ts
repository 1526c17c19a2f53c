import { printPlace } from '../rules/place-parse.ts'
import type { TypeRules } from '../rules/rule.ts'
import { ScimError, type ScimType } from '../scim/error.ts'
import { fold } from '../scim/fold.ts'

/** Of errors with these words the detail names attributes. Elsewhere `title` or `status` is an English word. */
const aboutAttributes: ReadonlySet<ScimType | undefined> = new Set([
  'uniqueness',
  'mutability',
  'invalidPath',
  'invalidValue',
  'invalidFilter',
  'noTarget',
])

/**
 * Puts the client's names of attributes into what an upstream says of its own: of a part of a joined attribute, the joined
 * one's. Names that only the upstream has stay.
 */
export function detailTranslator(rules: TypeRules): (error: unknown) => unknown {
  const names = new Map<string, string>()
  for (const rule of rules.rules) {
    const [client, upstream] = rule.kind === 'two-way' ? [rule.client, rule.upstream] : [[], []]
    const told = client.map((slot) => printPlace(slot.place)).join(' and ')
    for (const { place } of upstream) {
      const { urn: _, ...own } = place
      names.set(fold(printPlace(own)), told)
    }
  }
  const words = [...names.keys()].toSorted((a, b) => b.length - a.length).map(escaped)
  if (words.length === 0) return (error) => error
  // A schema's URN may stand before a name; what goes on is another name.
  const pattern = new RegExp(`(?<![\\w$.:-])(?:urn:[\\w:.-]+:)?(${words.join('|')})(?![\\w$[-]|\\.\\w)`, 'gi')
  return (error) => {
    if (!(error instanceof ScimError) || !aboutAttributes.has(error.scimType)) return error
    const detail = error.message.replace(pattern, (whole, name) => names.get(fold(String(name))) ?? whole)
    return detail === error.message ? error : reworded(error, detail)
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const reworded = ({ status, scimType, retryAfter, inDoubt, cause }: ScimError, detail: string): ScimError =>
  new ScimError(status, detail, {
    cause,
    inDoubt,
    ...(scimType === undefined ? {} : { scimType }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
