import { showDiff } from './apply-diff.ts'
import type { BrokenTenant } from './apply-folder.ts'
import type { Change, Failure, Outcome, Plan } from './apply-plan.ts'
import type { Invocation } from './command.ts'
import { Exit, exitCodes } from './exit.ts'

/** What an `apply` says as it goes along: to people, or to a script at its end. */
export interface ApplyReport {
  /** Files of the folder are wrong. @throws Exit */
  wrong(broken: readonly BrokenTenant[]): never
  plan(plan: Plan): void
  outcome(outcome: Outcome): void
  /** @throws Exit when the gateway did not take all of it in. */
  end(plan: Plan, outcomes: readonly Outcome[]): void
}

export function applyReport(invocation: Invocation, dryRun: boolean): ApplyReport {
  const { flag, print } = invocation
  const json = flag('json')
  return {
    wrong: (broken) => {
      if (json) print(jsonOf({ dryRun, failed: broken.map(failureOf) }))
      // A template is wrong for each of its heirs alike.
      else for (const line of new Set(broken.flatMap(linesOf))) print(line)
      throw new Exit(exitCodes.wrong, `${tenants(broken.length)} wrong: nothing was sent`)
    },
    plan: (plan) => {
      if (!json) showPlan(invocation, plan)
    },
    outcome: (outcome) => {
      if (!json) print('applied' in outcome ? `applied ${outcome.applied.tenant.id}` : failureText('failed', outcome))
    },
    end: (plan, outcomes) => {
      const applied = dryRun ? plan.changes : outcomes.flatMap((one) => ('applied' in one ? [one.applied] : []))
      const failed = [...plan.refused, ...outcomes.flatMap((one) => ('applied' in one ? [] : [one]))]
      if (json) print(jsonOf({ dryRun, plan, applied, failed }))
      if (failed.length > 0) throw new Exit(exitCodes.wrong, endText(failed.length, dryRun))
    },
  }
}

const tenants = (count: number): string => (count === 1 ? '1 tenant' : `${count} tenants`)

const endText = (failed: number, dryRun: boolean): string =>
  dryRun
    ? `the gateway would refuse ${tenants(failed)}`
    : `${tenants(failed)} not applied; mend what is said above and \`apply\` again: it carries on where this stopped`

const linesOf = ({ problems }: BrokenTenant): string[] => problems.map(({ text }) => text)

const failureOf = (broken: BrokenTenant): Failure => ({ id: broken.id, detail: linesOf(broken).join('\n') })

/** A line a fault where there are several, each with the beginning that editors make a link. */
const failureText = (word: string, { id, detail }: Failure): string =>
  detail.includes('\n') ? `${word} ${id}:\n${detail}` : `${word} ${id}: ${detail}`

function showPlan({ print, note, terminal }: Invocation, plan: Plan): void {
  // A template changes for each of its heirs alike.
  const first = new Map<string, string>()
  for (const { tenant, change, diffs, warnings } of plan.changes) {
    print(`${tenant.id} (${change})`)
    for (const diff of diffs) {
      const shown = first.get(diff)
      if (shown === undefined) print(showDiff(diff, terminal.colour))
      else print(`${headerOf(diff)}\n(as for ${shown} above)`)
      first.set(diff, shown ?? tenant.id)
    }
    for (const warning of warnings) note(warning)
    print('')
  }
  for (const failure of plan.refused) print(failureText('refused', failure))
  print(summaryOf(plan))
}

const headerOf = (diff: string): string => diff.split('\n', 2).join('\n')

/** `2 new, 1 changed, 7 unchanged; 3 tenants of the gateway are not in this folder and stay as they are` */
export function summaryOf({ changes, unchanged, refused, elsewhere }: Plan): string {
  const fresh = changes.filter(({ change }) => change === 'new').length
  const counts = `${fresh} new, ${changes.length - fresh} changed, ${unchanged} unchanged`
  const refusals = refused.length === 0 ? '' : `, ${refused.length} refused`
  const others =
    elsewhere.length === 0
      ? ''
      : elsewhere.length === 1
        ? '; 1 tenant of the gateway is not in this folder and stays as it is'
        : `; ${elsewhere.length} tenants of the gateway are not in this folder and stay as they are`
  return counts + refusals + others
}

interface JsonParts {
  readonly dryRun: boolean
  readonly plan?: Plan
  readonly applied?: readonly Change[]
  readonly failed: readonly Failure[]
}

const jsonOf = ({ dryRun, plan, applied = [], failed }: JsonParts): string =>
  JSON.stringify({
    dryRun,
    changed: plan?.changes.length ?? 0,
    applied: applied.map(({ tenant, change, previousVersion, diffs, warnings }) => ({
      id: tenant.id,
      change,
      version: tenant.version,
      previousVersion,
      diff: diffs.join(''),
      warnings,
    })),
    unchanged: plan?.unchanged ?? 0,
    failed,
    elsewhere: plan?.elsewhere ?? [],
  })
