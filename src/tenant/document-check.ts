import { type Reference, referenceSchema } from '../upstream/reference.ts'
import { type LoadedDocument, readDocument } from './document.ts'
import { clauseFault, hostTaken } from './document-fault.ts'
import type { Path, Problem } from './position.ts'
import { hostKey } from './registry-hosts.ts'
import { type JudgedRules, judgeDocument } from './rules-check.ts'
import type { TenantDocument } from './schema.ts'
import { type SecretReader, secretFault } from './secret.ts'
import type { TenantSource } from './source.ts'
import { createTemplates, type Templates } from './template.ts'
import { type JudgedUpstream, judgeUpstream } from './upstream-check.ts'

/** What `tenant check` finds. Warnings do not keep a tenant from serving. */
export interface Findings {
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** What follows from the rules of a document that is good; absent where it has none. */
  readonly rules?: JudgedRules
  /** What a good document's upstream cannot do, and what follows; absent where it can do everything. */
  readonly upstream?: JudgedUpstream
}

export interface CheckOptions {
  readonly source: TenantSource
  readonly secrets: SecretReader
  /** Compiles as the gateway would; what it throws is a problem. */
  compile?(document: TenantDocument): unknown
}

/** Checks one tenant's file; undefined when there is none. */
export type TenantCheck = (id: string) => Promise<Findings | undefined>

/**
 * Checks tenants' files as the gateway would take them in, and that their secrets are there: a warning, since the
 * gateway's environment may be another. The other tenants are read once, when a file lists hosts that they might list.
 */
export function createTenantCheck(options: CheckOptions): TenantCheck {
  const { source, secrets } = options
  const templates = createTemplates(source)
  let listed: ReturnType<typeof hostsOfAll> | undefined
  return async (id) => {
    const loaded = await readDocument(id, source, templates)
    if (loaded === undefined) return undefined
    const { document, problemAt } = loaded
    if (document === undefined) return { problems: loaded.problems, warnings: [] }
    const problems = compileFaults(document, options).map(({ path, message }) => problemAt(path, message))
    if (document.frontDoor.hosts.length > 0) {
      listed ??= hostsOfAll(source, templates)
      problems.push(...hostFaults(document, await listed, problemAt))
    }
    const rules = problems.length === 0 ? judgeDocument(document) : undefined
    const upstream = problems.length === 0 ? judgeUpstream(document) : undefined
    const unknown = (rules?.unknown ?? []).map((type) => problemAt(['rules', type], unknownType(type, document)))
    return {
      problems,
      warnings: [...(await secretWarnings(document, secrets, problemAt)), ...unknown],
      ...(rules === undefined ? {} : { rules }),
      ...(upstream === undefined ? {} : { upstream }),
    }
  }
}

const unknownType = (type: string, { upstream }: TenantDocument): string =>
  upstream.kind === 'directory'
    ? `the directory has no resource type \`${type}\`, so that these rules do nothing`
    : `\`${type}\` is no resource type of the standard: whether these rules do anything, only the upstream can tell`

/** The same for one tenant alone. */
export const checkTenant = (id: string, options: CheckOptions): Promise<Findings | undefined> =>
  createTenantCheck(options)(id)

/** What compiling throws. */
export const compileFaults = (document: TenantDocument, { compile }: Pick<CheckOptions, 'compile'>) => {
  try {
    compile?.(document)
    return []
  } catch (error) {
    return [clauseFault(error)]
  }
}

/** Secrets that are not there. */
export async function secretWarnings(
  { upstream }: TenantDocument,
  secrets: SecretReader,
  problemAt: LoadedDocument['problemAt'],
): Promise<Problem[]> {
  const warnings: Problem[] = []
  for (const { path, reference } of references(upstream, ['upstream'])) {
    const fault = await secretFault(reference, secrets)
    if (fault !== undefined) warnings.push(problemAt(path, `${fault} in this environment`))
  }
  return warnings
}

/** Every place under a value that holds a reference to a secret. */
function* references(value: unknown, path: Path): Generator<{ path: Path; reference: Reference }> {
  if (typeof value !== 'object' || value === null) return
  const reference = referenceSchema.safeParse(value)
  if (reference.success) yield { path, reference: reference.data }
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* references(item, [...path, index])
  else for (const [name, member] of Object.entries(value)) yield* references(member, [...path, name])
}

/** Every host that a good file lists, with the tenants that do. */
async function hostsOfAll(source: TenantSource, templates: Templates): Promise<Map<string, string[]>> {
  const listed = new Map<string, string[]>()
  for (const id of [...(await source.list())].sort()) {
    const loaded = await readDocument(id, source, templates).catch(() => undefined)
    const hosts = new Set(loaded?.document?.frontDoor.hosts.map(hostKey))
    for (const host of hosts) listed.set(host, [...(listed.get(host) ?? []), id])
  }
  return listed
}

/** The first tenant of a source that lists each of these hosts, by the hosts' keys. Reads every file. */
export async function holdersIn(source: TenantSource, hosts: readonly string[]): Promise<Map<string, string>> {
  const listed = await hostsOfAll(source, createTemplates(source))
  return new Map(
    hosts.flatMap((host) => (listed.get(host) ?? []).slice(0, 1).map((id): [string, string] => [host, id])),
  )
}

/** Hosts that another tenant lists, too. */
const hostFaults = (
  document: TenantDocument,
  listed: ReadonlyMap<string, readonly string[]>,
  problemAt: LoadedDocument['problemAt'],
): Problem[] => takenHosts(document, (host) => listed.get(host)?.find((holder) => holder !== document.id), problemAt)

/** Hosts that somebody else holds, by the hosts' keys. */
export const takenHosts = (
  { id, frontDoor }: TenantDocument,
  holderOf: (key: string) => string | undefined,
  problemAt: LoadedDocument['problemAt'],
): Problem[] =>
  frontDoor.hosts.flatMap((host, index) => {
    const other = holderOf(hostKey(host))
    return other === undefined || other === id
      ? []
      : [problemAt(['frontDoor', 'hosts', index], hostTaken(host, other, id))]
  })
