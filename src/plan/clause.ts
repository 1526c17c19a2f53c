import { z } from 'zod'
import type { Capabilities, PageSizes } from '../capabilities.ts'
import { capabilitiesClause } from './clause-capabilities.ts'
import { overridden } from './clause-compile.ts'
import { defaultChoices, type Planning } from './planning.ts'
import { entra } from './presets/entra.ts'
import { rfc } from './presets/rfc.ts'

const presets = { rfc, entra } as const

/** What the operator decides about plans, whatever the upstream (contract §6, §12). */
export const choicesShape = {
  pageBudget: z
    .int()
    .min(1)
    .max(1_000)
    .exactOptional()
    .describe(`Upstream pages that one client request may read: ${defaultChoices.pageBudget} unless given`),
  membersOnRead: z
    .enum(['get', 'always', 'request'])
    .exactOptional()
    .describe('When groups are shown with members that cost calls: of one group, in lists too, or when asked for'),
  absentInPut: z
    .enum(['clear', 'keep'])
    .exactOptional()
    .describe('What a PUT does to an attribute that it leaves out: clear, unless given'),
  unsupported: z
    .enum(['drop', 'reject'])
    .exactOptional()
    .describe('What becomes of attributes that the upstream cannot hold: drop, unless given'),
}

/** What an upstream can do, as its clause says it. */
export const capabilitiesShape = {
  preset: z
    .enum(['rfc', 'entra'], { error: 'unknown preset: use rfc or entra' })
    .exactOptional()
    .describe('What the upstream can do: rfc (all of the standard, unless given), or entra (Microsoft Entra ID)'),
  capabilities: capabilitiesClause.exactOptional().describe('What this upstream can do otherwise than its preset says'),
}

const planClause = z.object({ ...choicesShape, ...capabilitiesShape })

export type PlanClause = z.output<typeof planClause>

/** What plans are made by. Without `capabilities` they are the preset itself. */
export function compileCapabilities(clause: PlanClause): Planning {
  const { preset = 'rfc', capabilities, pageBudget, membersOnRead, absentInPut, unsupported } = clause
  const base = presets[preset]
  return {
    capabilities: capabilities === undefined ? base : overridden(base, capabilities),
    choices: {
      pageBudget: pageBudget ?? defaultChoices.pageBudget,
      membersOnRead: membersOnRead ?? defaultChoices.membersOnRead,
      absentInPut: absentInPut ?? defaultChoices.absentInPut,
      unsupported: unsupported ?? defaultChoices.unsupported,
    },
  }
}

/** Refuses capabilities that no plan can be made by. */
export function checkPlan(clause: PlanClause, issues: z.RefinementCtx): void {
  if (clause.capabilities === undefined) return
  for (const { path, message } of contradictions(compileCapabilities(clause).capabilities))
    issues.addIssue({ code: 'custom', path: ['capabilities', ...path], message })
}

interface Contradiction {
  readonly path: readonly string[]
  readonly message: string
}

function contradictions({ put, patch, paging, members }: Capabilities): Contradiction[] {
  const found: Contradiction[] = []
  const refuse = (message: string, ...path: readonly string[]) => found.push({ path, message })
  if (!put && patch === false) refuse('without `put` and `patch` nothing could be changed: one of them must be there')
  if (!paging.index && !paging.cursor)
    refuse('without `index` and `cursor` nothing beyond the first page could be read', 'paging')
  for (const sizes of paging.sizes.values()) for (const message of faultsIn(sizes)) refuse(message, 'paging')
  for (const [type, { onRead, lookup }] of members)
    if (!onRead && lookup === undefined)
      refuse(`of ${type}: where \`onRead\` is false, \`lookup\` must say what users are filtered by`, 'members')
  return found
}

function faultsIn({ default: usual, max, wide }: PageSizes): string[] {
  return [
    ...(usual > max ? [`sizes: a page holds ${usual} by default, and ${max} at most: raise \`max\``] : []),
    ...(wide !== undefined && wide.max < max ? ['sizes: `wide` must be larger than `max`'] : []),
  ]
}
