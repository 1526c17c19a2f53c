import { existsSync } from 'node:fs'
import { z } from 'zod'
import { tenantBody, unfitCount } from '../admin/shapes.ts'
import { reasonOf } from '../log.ts'
import type { Invocation } from './command.ts'
import { Exit, exitCodes } from './exit.ts'
import type { CheckedFile } from './tenant-files.ts'

export type UnfitCount = z.infer<typeof unfitCount>

/**
 * The upstream values that fitted no pattern of a tenant's rules, counted by the gateway that serves it: the one at
 * `TOLLGATE_URL`, else the one that is alive on the data folder; undefined where there is none. What stands against asking
 * is noted, for a file can be checked all the same.
 */
export async function askUnfit(
  invocation: Invocation,
  tenant: string,
  dataFolder: string,
): Promise<readonly UnfitCount[] | undefined> {
  const isRemote = (invocation.environment['TOLLGATE_URL'] ?? '') !== ''
  try {
    return isRemote ? await remoteUnfit(invocation, tenant) : await localUnfit(dataFolder, tenant)
  } catch (error) {
    const reason = error instanceof Exit ? error.message : reasonOf(error)
    invocation.note(`the values that fit no pattern were not counted: ${reason}`)
    return undefined
  }
}

async function remoteUnfit({ client }: Invocation, tenant: string): Promise<readonly UnfitCount[] | undefined> {
  const admin = await client()
  try {
    return (await admin.ask({ path: ['tenants', tenant] }, tenantBody)).unfit
  } catch (error) {
    // A gateway that does not have the tenant yet has counted nothing.
    if (error instanceof Exit && error.exitCode === exitCodes.wrong) return undefined
    throw error
  }
}

async function localUnfit(dataFolder: string, tenant: string): Promise<readonly UnfitCount[] | undefined> {
  // Looking for a gateway must leave no folder behind.
  if (!existsSync(dataFolder)) return undefined
  const [{ askGateway }, { tryLock }] = await Promise.all([import('../node/errands.ts'), import('../node/lock.ts')])
  const lock = tryLock(dataFolder)
  if (lock !== undefined) {
    lock.release()
    return undefined
  }
  const answer = await askGateway({ dataFolder, kind: 'unfit', tenant })
  if (!answer.done) throw new Exit(exitCodes.wrong, `${dataFolder}: ${answer.busy}`)
  return z.array(unfitCount).parse(JSON.parse(answer.report ?? '[]'))
}

/** A checked file with the counts where its rules' verdicts are, and all of them beside those. */
export function withUnfit(file: CheckedFile, unfit: readonly UnfitCount[]): CheckedFile {
  const { rules } = file
  if (rules === undefined) return { ...file, unfit }
  const counts = new Map(unfit.map(({ rule, count }) => [rule, count]))
  const counted = Object.entries(rules).map(
    ([type, verdicts]) => [type, verdicts.map((one) => ({ ...one, unfit: counts.get(one.path) ?? 0 }))] as const,
  )
  return { ...file, rules: Object.fromEntries(counted), unfit }
}

/** What was counted of rules that the checked file does not have: the gateway serves another version. */
export function strangeUnfit({ rules = {}, unfit = [] }: CheckedFile): readonly UnfitCount[] {
  const known = new Set(Object.values(rules).flatMap((verdicts) => verdicts.map(({ path }) => path)))
  return unfit.filter(({ rule }) => !known.has(rule))
}

export const unfitText = ({ rule, place, count }: UnfitCount): string =>
  `${rule}: ${count} ${count === 1 ? 'value' : 'values'} of ${place} upstream fitted no pattern`
