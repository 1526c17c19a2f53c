import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTenantFolder } from '../node/tenant-folder.ts'
import { createSecretReader } from '../node/text-file.ts'
import type { Log } from '../ports.ts'
import type { RuleVerdict } from '../rules/verdict.ts'
import type { Settings } from '../settings.ts'
import { compileIdly } from '../tenant/compile-idly.ts'
import { createTenantCheck } from '../tenant/document-check.ts'
import { newTenantText } from '../tenant/document-new.ts'
import { type Problem, printPath, printProblem } from '../tenant/position.ts'
import type { JudgedRules } from '../tenant/rules-check.ts'
import { namePattern } from '../tenant/template.ts'
import { Exit, exitCodes } from './exit.ts'
import { folderFault } from './explain.ts'
import type { UnfitCount } from './unfit-asked.ts'
import { type ShownUpstream, shownUpstream } from './upstream-text.ts'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Writes `{folder}/{id}.yaml` and gives its name. Never writes over a file. @throws Exit */
export async function writeNewTenant(folder: string, id: string): Promise<string> {
  if (!namePattern.test(id)) throw new Exit(exitCodes.usage, 'ID: must be 1 to 63 characters of a-z, 0-9 and -')
  const file = join(folder, `${id}.yaml`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(file, newTenantText(id), { flag: 'wx' })
    return file
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new Exit(exitCodes.wrong, `${file} exists already: it was left as it is`, cause)
    throw new Exit(exitCodes.wrong, `${file} cannot be written: ${folderFault(cause) ?? String(cause)}`, cause)
  }
}

export interface Finding extends Problem {
  /** `file:line:column: clause: message` */
  readonly text: string
}

export interface CheckedFile {
  readonly id: string
  readonly ok: boolean
  readonly problems: readonly Finding[]
  /** What does not keep the tenant from serving: a secret that is not set in this environment. */
  readonly warnings: readonly Finding[]
  /** What follows from its rules, by resource type; absent where it has none. */
  readonly rules?: Readonly<Record<string, readonly ShownVerdict[]>>
  /** By whose schemas that was found: the directory's own, or the standard's, for no upstream was asked. */
  readonly schemas?: JudgedRules['schemas']
  /** What its upstream cannot do, and what follows; absent where it can do everything. */
  readonly upstream?: ShownUpstream
  /** The upstream values that fitted no pattern, where a gateway that serves the tenant could be asked. */
  readonly unfit?: readonly UnfitCount[]
}

/** A verdict whose rule is found by its clause, as problems are: `rules.User[3]`. */
export type ShownVerdict = Omit<RuleVerdict, 'path'> & { readonly path: string }

const shown = ({ types, schemas }: JudgedRules): Pick<CheckedFile, 'rules' | 'schemas'> => ({
  rules: Object.fromEntries(
    Object.entries(types).map(([type, verdicts]) => [
      type,
      verdicts.map((verdict) => ({ ...verdict, path: printPath(verdict.path) })),
    ]),
  ),
  schemas,
})

/** A problem with its line for people; `kind` says what it is, if not a mistake. */
export const found = (problem: Problem, kind = ''): Finding => {
  const text = printProblem({ ...problem, message: `${kind}${problem.message}` })
  return { ...problem, text }
}

/** Checks one tenant's file, or all of a folder, by id. @throws Exit when there is no such file or folder. */
export async function checkFiles(
  { tenantsFolder: folder, dataFolder }: Pick<Settings, 'tenantsFolder' | 'dataFolder'>,
  id: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CheckedFile[]> {
  const ignore = (): void => {}
  const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const source = createTenantFolder({ folder, log })
  const check = createTenantCheck({
    source,
    secrets: createSecretReader(environment, dataFolder),
    compile: compileIdly,
  })
  const files: CheckedFile[] = []
  for (const each of id === undefined ? await listFolder(folder, () => source.list()) : [id]) {
    const findings = await check(each)
    if (findings === undefined) throw new Exit(exitCodes.wrong, `there is no tenant file ${source.fileOf(each)}`)
    const problems = findings.problems.map((problem) => found(problem))
    const warnings = findings.warnings.map((problem) => found(problem, 'warning: '))
    const rules = findings.rules === undefined ? {} : shown(findings.rules)
    const upstream = findings.upstream === undefined ? {} : { upstream: shownUpstream(findings.upstream) }
    files.push({ id: each, ok: problems.length === 0, problems, warnings, ...upstream, ...rules })
  }
  return files
}

/** The ids of a folder, in order. @throws Exit when it cannot be read. */
export async function listFolder(folder: string, list: () => Promise<readonly string[]>): Promise<string[]> {
  try {
    return [...(await list())].sort()
  } catch (cause) {
    const fault = codeOf(cause) === 'ENOENT' ? 'it does not exist' : (folderFault(cause) ?? String(cause))
    throw new Exit(
      exitCodes.wrong,
      `the tenants folder ${folder} cannot be read: ${fault}; or set TOLLGATE_TENANTS`,
      cause,
    )
  }
}
