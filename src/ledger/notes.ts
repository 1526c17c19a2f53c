import type { CallNote, NoteKind } from '../call.ts'

/** The notes of one call, which stay small whatever a client sends. */
export interface Notes {
  add(kind: NoteKind, names: readonly string[]): void
  /** One a kind, each name once; undefined where there are none. */
  list(): readonly CallNote[] | undefined
}

/** Of each kind. */
const maxNames = 20
/** In UTF-16 units. */
const maxLength = 200

export function createNotes(): Notes {
  const kinds = new Map<NoteKind, { readonly names: Set<string>; more: boolean }>()
  return {
    add(kind, names) {
      for (const name of names) {
        const kept = kinds.get(kind) ?? { names: new Set(), more: false }
        kinds.set(kind, kept)
        const shown = shownName(name)
        if (kept.names.has(shown)) continue
        if (kept.names.size === maxNames) {
          kept.more = true
          return
        }
        kept.names.add(shown)
      }
    },
    list() {
      if (kinds.size === 0) return undefined
      return Array.from(kinds, ([kind, { names, more }]) => ({ kind, names: [...names], ...(more ? { more } : {}) }))
    },
  }
}

/** A client makes names up: what would write over a terminal, or turn what is read there around, is replaced. */
function shownName(name: string): string {
  const cut = name.length > maxLength ? `${name.slice(0, maxLength - 1)}…` : name
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd')
}
