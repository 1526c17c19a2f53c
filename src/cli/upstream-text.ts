import { printPath } from '../tenant/position.ts'
import type { JudgedUpstream } from '../tenant/upstream-check.ts'

/** Rules are found by their clauses, as problems are. */
export type ShownUpstream = Omit<JudgedUpstream, 'unsupported'> & {
  readonly unsupported: readonly { readonly attribute: string; readonly rule: string }[]
}

export const shownUpstream = ({ unsupported, ...upstream }: JudgedUpstream): ShownUpstream => ({
  ...upstream,
  unsupported: unsupported.map(({ attribute, rule }) => ({ attribute, rule: printPath(rule) })),
})

/** What an upstream cannot do and what follows, for people, in few lines. The JSON has it one by one. */
export function upstreamText(tenant: string, upstream: ShownUpstream): string {
  const { preset, billing, lacks, filters, required, unsupported } = upstream
  const price = billing === undefined ? '' : `, ${billing.currency} ${billing.perCallMicros / 1_000_000} a call`
  const followingOf = (matter: RegExp) => lacks.filter(({ capability }) => matter.test(capability))
  return [
    `Upstream of ${tenant} (${preset}${price}):`,
    ...Object.entries(matters).flatMap(([name, matter]) => {
      const following = followingOf(matter).map(({ follows }) => follows)
      return following.length === 0 ? [] : [`  ${name}: ${following.join('; ')}`]
    }),
    ...Object.entries(filters).map(([type, judged]) => `  filters of ${type}: ${filtersText(judged)}`),
    ...Object.entries(required).map(([type, names]) => `  a new ${type} must have ${names.join(', ')}`),
    ...unsupported.map(({ attribute, rule }) => `  ${rule} writes ${attribute}, which the upstream cannot hold`),
  ].join('\n')
}

const matters = { writes: /^(put|patch|bulk|etag)/, lists: /^(paging|sort|projection)/, members: /^members/ } as const

function filtersText({ native, refused }: ShownUpstream['filters'][string]): string {
  const own = native.length === 0 ? 'it compares nothing' : `it compares ${native.map(short).join(', ')}`
  const never = refused.length === 0 ? '' : ` (400 where that needs ${refused.map(short).join(', ')})`
  return `${own}; all else reads pages${never}`
}

/** Without the URN. */
const short = (name: string): string => name.replace(/^urn:\S+:/, '')
