import { ScimError } from '../scim/error.ts'

/** A part of what a plan does, for whoever is told how far it came. */
export type Part =
  | { readonly kind: 'change'; readonly names: readonly string[] }
  | { readonly kind: 'adds' | 'removals'; readonly ids: readonly string[] }

/** How far a plan came. */
export interface Progress {
  readonly done: readonly Part[]
  /** What the refused step was to do. */
  readonly refused: readonly Part[]
  /** What comes after it. */
  readonly left: readonly Part[]
}

/**
 * The refusal of a plan that had more than one thing to do: it says exactly what was done and what was not (contract §6),
 * and keeps what the refusal means. Where it is in doubt, only the refused step is.
 */
export function partialFailure(error: ScimError, { done, refused, left }: Progress): ScimError {
  if (done.length === 0 && left.length === 0) return error
  const undone = error.inDoubt ? left : [...refused, ...left]
  const parts = [
    `Done: ${phrase(done)}`,
    ...(error.inDoubt ? [`In doubt: ${phrase(refused)}`] : []),
    ...(undone.length === 0 ? [] : [`Not done: ${phrase(undone)}`]),
  ]
  return said(error, `${error.message.replace(/\.$/, '')}. ${parts.join('. ')}.`)
}

/** The same refusal in other words. */
export const said = (error: ScimError, detail: string, inDoubt = error.inDoubt): ScimError => {
  const { status, scimType, retryAfter, allow, cause } = error
  return new ScimError(status, detail, {
    cause,
    inDoubt,
    ...(scimType === undefined ? {} : { scimType }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(allow === undefined ? {} : { allow }),
  })
}

function phrase(parts: readonly Part[]): string {
  const names = parts.flatMap((part) => (part.kind === 'change' ? part.names : []))
  const idsOf = (kind: Part['kind']) =>
    parts.flatMap((part) => (part.kind === kind && part.kind !== 'change' ? part.ids : []))
  const phrases = [
    ...(names.length === 0 ? [] : [`changing ${names.join(', ')}`]),
    ...members('adding', idsOf('adds')),
    ...members('removing', idsOf('removals')),
  ]
  return phrases.length === 0 ? 'nothing' : phrases.join('; ')
}

/** Ids that are named one by one: as many as one step of Entra's adds. */
const mostNamed = 20

function members(doing: string, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return []
  const named = ids.slice(0, mostNamed).map((id) => JSON.stringify(id))
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : ''
  return [`${doing} ${ids.length} ${ids.length === 1 ? 'member' : 'members'} (${named.join(', ')}${more})`]
}
