import { attributeAt, canonicalPath } from '../scim/definition.ts'
import { fold } from '../scim/fold.ts'
import type { AttributePath } from '../scim/path.ts'
import { attributeKey } from './attribute-claims.ts'
import type { BoundLens, BoundPlace, BoundRules, Claim } from './bound.ts'
import { isSchemas, upstreamPath } from './filter-upstream.ts'
import type { Translator } from './translator.ts'

/** Paths to ask the upstream for; `all` where they cannot be told. */
type Wanted = readonly AttributePath[] | 'all'

/**
 * Translates what a client asks to be shown (RFC 7644 §3.9) to what the upstream is asked for, from which the client's
 * projection is made afterwards. Nothing is left out that something else is made of: rather more is asked for.
 */
export function translateProjection(bound: BoundRules): Translator['projection'] {
  const always = bound.lenses.filter(({ client }) => client.some(({ at }) => isAlways(at)))
  return ({ attributes = [], excludedAttributes = [] }, needed = []) => {
    // Which schemas a client's resource has is told by all that is in it.
    if (needed.some((path) => isSchemas(canonicalPath(bound.client, path)))) return {}
    if (attributes.length > 0) {
      const wanted = [...attributes, ...needed].map((path) => wantedOf(bound, path))
      if (wanted.includes('all')) return {}
      const paths = [...wanted, ...always.map(placesOf)].flatMap((paths) => (paths === 'all' ? [] : paths))
      const asked = distinct(paths.map((path) => upstreamPath(path, bound.upstream)))
      return { attributes: asked.length === 0 ? [{ name: 'id' }] : asked }
    }
    const kept = needed.map((path) => wantedOf(bound, path))
    if (excludedAttributes.length === 0 || kept.includes('all')) return {}
    const keys = new Set(kept.flatMap((paths) => (paths === 'all' ? [] : paths)).map(keyOf))
    const spared = excludedAttributes.flatMap((path) => sparedOf(bound, path)).filter((path) => !keys.has(keyOf(path)))
    const excluded = distinct(spared.map((path) => upstreamPath(path, bound.upstream)))
    return excluded.length === 0 ? {} : { excludedAttributes: excluded }
  }
}

const isAlways = ({ attribute, leaf }: BoundPlace): boolean =>
  attribute?.returned === 'always' || leaf?.returned === 'always'

const keyOf = ({ urn, name }: AttributePath): string => attributeKey(urn, name)

function distinct(paths: readonly AttributePath[]): readonly AttributePath[] {
  const keys = new Map(paths.map((path) => [`${keyOf(path)}\n${fold(path.sub ?? '')}`, path]))
  // A whole attribute brings its sub-attributes.
  return [...keys.values()].filter((path) => path.sub === undefined || !keys.has(`${keyOf(path)}\n`))
}

/** What upstream a path of the client view is made of. */
function wantedOf(bound: BoundRules, given: AttributePath): Wanted {
  const path = canonicalPath(bound.client, given)
  const reach = bound.reach(given)
  switch (reach.kind) {
    case 'free':
      return [path]
    case 'absent':
      return []
    case 'slot':
      return placesOf(reach.lens)
    case 'inside': {
      const at = reach.lens.upstream[0]?.at
      const isWhole = reach.lens.isRename && at?.kind === 'whole' && path.sub !== undefined
      return isWhole ? [{ ...at.path, ...subOf(path) }] : placesOf(reach.lens)
    }
    case 'divided':
      return wantedOfDivided(bound, path, reach.claims)
  }
}

const subOf = ({ sub }: AttributePath) => (sub === undefined ? {} : { sub })

/** The places of the rules that make parts of it, and what no rule claims of it, with what tells that. */
function wantedOfDivided(bound: BoundRules, path: AttributePath, claims: readonly Claim[]): Wanted {
  const made = claims.flatMap(({ side, lens }) => (side === 'client' && lens !== undefined ? placesOf(lens) : []))
  if (path.name === undefined)
    return path.urn === undefined || path.urn === bound.client.core.id ? 'all' : [path, ...made]
  const isAllClaimed = claims.some(({ at }) => at.kind === 'whole' || at.kind === 'every')
  if (isAllClaimed || bound.rules.unmapped === 'drop') return made
  const { sub: _, ...whole } = path
  if (path.sub === undefined) return [whole, ...made]
  const telling = claims.flatMap(({ at }) => (at.filter === undefined ? [] : [{ ...whole, sub: at.filter.sub }]))
  return [path, ...telling, ...made]
}

/** What a rule reads upstream. */
const placesOf = ({ upstream }: BoundLens): readonly AttributePath[] =>
  upstream.flatMap(({ at: { path, filter } }) => {
    if (filter === undefined || path.sub === undefined) return filter === undefined ? [path] : [wholeOf(path)]
    return [path, { ...path, sub: filter.sub }]
  })

const wholeOf = ({ urn, name }: BoundPlace['path']): AttributePath => (urn === undefined ? { name } : { urn, name })

/** What need not be asked for when the client leaves a path out: what is made to nothing else. */
function sparedOf(bound: BoundRules, given: AttributePath): readonly AttributePath[] {
  const path = canonicalPath(bound.client, given)
  if (path.name === undefined) return []
  const reach = bound.reach(given)
  if (reach.kind === 'free') {
    // A part may be all that tells whether the rest is there.
    return path.sub === undefined && attributeAt(bound.client, path)?.attribute.returned !== 'always' ? [path] : []
  }
  if (reach.kind !== 'slot' || reach.lens.client.length > 1) return []
  const isKept = reach.lens.client.some(({ at }) => isAlways(at))
  const places = reach.lens.upstream.map(({ at }) => at)
  const isWhole = places.every(({ kind }) => kind === 'whole' || kind === 'part')
  return isKept || !isWhole ? [] : places.map(({ path }) => path)
}
