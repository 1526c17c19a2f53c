import { ScimError } from '../scim/error.ts'
import type { Conditions } from '../scim/request.ts'

/**
 * Entity tags of what the view shows. The upstream's is not that of a body which rules made of the upstream's: each is
 * made of the upstream's and of the rules' version, in a way that can be undone: `"7"` is `W/"7-1f3ac0d9s"`.
 */
export interface EntityTags {
  /** Undefined where the upstream's tag is none. */
  mint(upstream: string | undefined): string | undefined
  /**
   * What a client asks of the version, in the upstream's tags. Tags that these rules never showed name no version.
   * @throws ScimError 412 where the client knows no other
   */
  inUpstream(conditions: Conditions): Conditions
}

/** Where nothing changes the bodies, the upstream's tags are the client's. */
export const sameTags: EntityTags = { mint: (upstream) => upstream, inUpstream: conditionsOf }

/** How the upstream wrote its tag: weak, strong, or without quotation marks. */
const spellings = { w: (tag: string) => `W/"${tag}"`, s: (tag: string) => `"${tag}"`, b: (tag: string) => tag } as const

const tagShape = /^(W\/)?"([^"]*)"$/
const tagsShape = /(?:W\/)?"([^"]*)"/g

/** @param version of the rules: a short word of letters and digits */
export function createEntityTags(version: string): EntityTags {
  const ours = new RegExp(`^(.*)-${version}([wsb])$`, 's')

  function unmint(tag: string): readonly string[] {
    const [, upstream, kind] = ours.exec(tag) ?? []
    if (upstream === undefined || (kind !== 'w' && kind !== 's' && kind !== 'b')) return []
    return [spellings[kind](upstream)]
  }

  /** The upstream's tags of a list; empty when none of them is ours. */
  const translated = (header: string): string =>
    header.trim() === '*' ? '*' : tagsIn(header).flatMap(unmint).join(', ')

  return {
    mint(upstream) {
      if (upstream === undefined) return undefined
      const [, weak, quoted] = tagShape.exec(upstream) ?? []
      if (quoted !== undefined) return `W/"${quoted}-${version}${weak === undefined ? 's' : 'w'}"`
      return upstream === '' || upstream.includes('"') ? undefined : `W/"${upstream}-${version}b"`
    },
    inUpstream({ ifMatch, ifNoneMatch }) {
      const match = ifMatch === undefined ? undefined : translated(ifMatch)
      if (match === '') throw changed()
      const none = ifNoneMatch === undefined ? '' : translated(ifNoneMatch)
      return {
        ...(match === undefined ? {} : { ifMatch: match }),
        ...(none === '' ? {} : { ifNoneMatch: none }),
      }
    },
  }
}

/** The conditions of a request, and nothing else of it. */
function conditionsOf({ ifMatch, ifNoneMatch }: Conditions): Conditions {
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }) }
}

/** The tags of a list without their marks. Several clients send one back without its quotation marks. */
function tagsIn(header: string): readonly string[] {
  const quoted = [...header.matchAll(tagsShape)].map(([, tag = '']) => tag)
  return quoted.length > 0 ? quoted : [header.trim()]
}

/** Whether a list of entity tags, or `*`, names this one: weakly, for all that we show are weak (RFC 9110 §8.8.3.2). */
export function names(header: string, etag: string | undefined): boolean {
  if (header.trim() === '*') return true
  return etag !== undefined && tagsIn(header).some((tag) => tagsIn(etag).includes(tag))
}

/**
 * Holds a write that needs nothing written to its conditions, in the upstream's tags, as the upstream would have.
 * @throws ScimError 412
 */
export function requireConditions({ ifMatch, ifNoneMatch }: Conditions, etag: string | undefined): void {
  // An upstream without versions would not have looked at the condition either.
  if (etag === undefined) return
  if (ifMatch !== undefined && !names(ifMatch, etag)) throw changed()
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag))
    throw new ScimError(412, 'the resource has the version that If-None-Match excludes')
}

export const changed = (): ScimError => new ScimError(412, 'the resource has changed: read it again')
