import type { Ports } from '../ports.ts'
import type { Unfit } from '../rules/translator.ts'

/** How often a rule was shown upstream values that fit none of its patterns. */
export interface UnfitCount {
  /** Its clause: `rules.User[3]`. */
  readonly rule: string
  /** The upstream's attributes. */
  readonly place: string
  readonly count: number
}

export interface UnfitCounts {
  readonly unfit: Unfit
  /** The rules that met any, those with the most first. */
  list(): readonly UnfitCount[]
}

/** Counts since these rules were taken in, and tells the operator at the first one of a rule and whenever there are ten times more. */
export function countUnfit(tenant: string, log: Pick<Ports['log'], 'warn'>): UnfitCounts {
  const counts = new Map<string, UnfitCount>()
  return {
    unfit(path, place) {
      const rule = nameOf(path)
      const count = (counts.get(rule)?.count ?? 0) + 1
      counts.set(rule, { rule, place, count })
      if (/^10*$/.test(String(count)))
        log.warn(
          { tenant, count, reason: `${rule}: ${place}` },
          'an upstream value fits no pattern: it is shown as it is',
        )
    },
    list: () => [...counts.values()].toSorted((a, b) => b.count - a.count),
  }
}

const nameOf = (path: readonly (string | number)[]): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('')
