import { type Reference, referenceSchema } from '../upstream/reference.ts'
import { type LoadedDocument, readDocument } from './document.ts'
import { clauseFault, hostTaken } from './document-fault.ts'
import type { Path, Problem } from './position.ts'
import { hostKey } from './registry-hosts.ts'
import type { TenantDocument } from './schema.ts'
import { type SecretReader, secretFault } from './secret.ts'
import type { TenantSource } from './source.ts'
import { createTemplates } from './template.ts'

/** What `tenant check` finds. Warnings do not keep a tenant from serving. */
export interface Findings {
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

export interface CheckOptions {
  readonly source: TenantSource
  readonly secrets: SecretReader
  /** Compiles as the gateway would; what it throws is a problem. */
  compile?(document: TenantDocument): unknown
}

/**
 * Checks one tenant's file as the gateway would take it in, and that its secrets are there: a warning, since the
 * gateway's environment may be another. Undefined when there is no such file.
 */
export async function checkTenant(id: string, options: CheckOptions): Promise<Findings | undefined> {
  const loaded = await readDocument(id, options.source)
  if (loaded === undefined) return undefined
  const { document } = loaded
  if (document === undefined) return { problems: loaded.problems, warnings: [] }
  const problems = compileFaults(document, options).map(({ path, message }) => loaded.problemAt(path, message))
  const warnings: Problem[] = []
  for (const { path, reference } of references(document.upstream, ['upstream'])) {
    const fault = await secretFault(reference, options.secrets)
    if (fault !== undefined) warnings.push(loaded.problemAt(path, `${fault} in this environment`))
  }
  return { problems: [...problems, ...(await hostFaults(document, options.source, loaded.problemAt))], warnings }
}

const compileFaults = (document: TenantDocument, { compile }: CheckOptions) => {
  try {
    compile?.(document)
    return []
  } catch (error) {
    return [clauseFault(error)]
  }
}

/** Every place under a value that holds a reference to a secret. */
function* references(value: unknown, path: Path): Generator<{ path: Path; reference: Reference }> {
  if (typeof value !== 'object' || value === null) return
  const reference = referenceSchema.safeParse(value)
  if (reference.success) yield { path, reference: reference.data }
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* references(item, [...path, index])
  else for (const [name, member] of Object.entries(value)) yield* references(member, [...path, name])
}

/** Hosts that another tenant lists, too. Reads all tenants, but only where there are hosts at all. */
async function hostFaults(document: TenantDocument, source: TenantSource, problemAt: LoadedDocument['problemAt']) {
  const own = document.frontDoor.hosts.map(hostKey)
  const others = own.length === 0 ? [] : (await source.list()).filter((id) => id !== document.id).sort()
  const templates = createTemplates(source)
  const problems: Problem[] = []
  for (const id of others) {
    const other = await readDocument(id, source, templates).catch(() => undefined)
    for (const host of other?.document?.frontDoor.hosts ?? []) {
      const index = own.indexOf(hostKey(host))
      if (index !== -1) problems.push(problemAt(['frontDoor', 'hosts', index], hostTaken(host, id, document.id)))
    }
  }
  return problems
}
