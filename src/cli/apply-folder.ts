import { createTenantFolder } from '../node/tenant-folder.ts'
import type { Log } from '../ports.ts'
import { type Bundle, bundleOf } from '../tenant/bundle.ts'
import { compileIdly } from '../tenant/compile-idly.ts'
import { createTenantCheck } from '../tenant/document-check.ts'
import type { TenantSource } from '../tenant/source.ts'
import { Exit, exitCodes } from './exit.ts'
import { type Finding, found, listFolder } from './tenant-files.ts'

/** A good tenant file of the folder, with its templates. */
export interface LocalTenant {
  readonly id: string
  readonly version: string
  readonly bundle: Bundle
}

export interface LocalFolder {
  /** Every id that has a file here, in order. */
  readonly ids: readonly string[]
  /** Those asked for that are good. */
  readonly tenants: readonly LocalTenant[]
  readonly broken: readonly BrokenTenant[]
}

export interface BrokenTenant {
  readonly id: string
  readonly problems: readonly Finding[]
}

const ignore = (): void => {}
const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/**
 * Reads and checks the tenants asked for, all when none is named. Secrets are not looked for: they live at the gateway.
 * @throws Exit when the folder cannot be read, or holds no such file.
 */
export async function readFolder(folder: string, asked: readonly string[]): Promise<LocalFolder> {
  const source = readingOnce(createTenantFolder({ folder, log }))
  const ids = await listFolder(folder, () => source.list())
  if (ids.length === 0) {
    throw new Exit(exitCodes.wrong, `there is no tenant file in ${folder}: nothing to apply; or set TOLLGATE_TENANTS`)
  }
  const missing = asked.find((id) => !ids.includes(id))
  if (missing !== undefined) throw new Exit(exitCodes.wrong, `there is no tenant file ${source.fileOf(missing)}`)
  const check = createTenantCheck({ source, secrets: anySecret, compile: compileIdly })
  const tenants: LocalTenant[] = []
  const broken: BrokenTenant[] = []
  for (const id of asked.length === 0 ? ids : new Set(asked)) {
    const problems = (await check(id))?.problems ?? []
    const read = await bundleOf(id, source)
    if (problems.length > 0) broken.push({ id, problems: problems.map((problem) => found(problem)) })
    else if (read !== undefined) tenants.push({ id, version: read.loaded.version, bundle: read.bundle })
  }
  return { ids, tenants, broken }
}

const anySecret = { env: () => 'at the gateway', readFile: async () => 'at the gateway' }

/** A source whose files are read once: what is sent is what was checked, whoever saves a file in between. */
function readingOnce(source: TenantSource): TenantSource {
  return { ...source, read: once(source.read), template: once(source.template) }
}

function once<Text>(read: (name: string) => Promise<Text>): (name: string) => Promise<Text> {
  const readings = new Map<string, Promise<Text>>()
  return (name) => {
    const reading = readings.get(name) ?? read(name)
    readings.set(name, reading)
    return reading
  }
}
