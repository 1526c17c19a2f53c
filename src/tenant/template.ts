import { isObject, type Json, type JsonObject } from '../scim/json.ts'
import { readFault } from './document-fault.ts'
import { type Parsed, parseYaml } from './document-yaml.ts'
import type { Path, Problem } from './position.ts'
import type { TenantSource } from './source.ts'

/** What tenants and templates may be called; a name of this form cannot leave its folder. */
export const namePattern = /^[a-z0-9-]{1,63}$/

/** Templates may extend templates; beyond this many somebody is lost. */
const maxChain = 8

/** Parsed templates, each read once until it is forgotten. */
export interface Templates {
  get(name: string): Promise<Parsed | undefined>
  /** All of them, when no names are given. */
  forget(names: readonly string[] | 'all'): void
}

/** @throws through `get` what the source throws. */
export function createTemplates(source: Pick<TenantSource, 'template'>): Templates {
  const cache = new Map<string, Promise<Parsed | undefined>>()
  const read = async (name: string): Promise<Parsed | undefined> => {
    const found = await source.template(name)
    return found && parseYaml(found)
  }
  return {
    get(name) {
      const cached = cache.get(name)
      if (cached) return cached
      const reading = read(name)
      // A failure is not remembered: the next heir asks again.
      reading.catch(() => cache.delete(name))
      cache.set(name, reading)
      return reading
    },
    forget(names) {
      if (names === 'all') cache.clear()
      else for (const name of names) cache.delete(name)
    },
  }
}

/** The templates of a bundle. */
export const bundledTemplates = (texts: Readonly<Record<string, string>>): Templates =>
  createTemplates({
    async template(name) {
      const text = Object.hasOwn(texts, name) ? texts[name] : undefined
      return text === undefined ? undefined : { file: `templates/${name}.yaml`, text }
    },
  })

export interface Chain {
  /** The tenant's own file first, then its template, then that one's. */
  readonly layers: readonly Parsed[]
  /** Every template asked for, also one that does not exist: a change of any of them concerns the tenant. */
  readonly names: readonly string[]
  readonly problems: readonly Problem[]
}

const extendsOf = (parsed: Parsed): string | undefined => {
  const name = isObject(parsed.value) ? parsed.value['extends'] : undefined
  return typeof name === 'string' && namePattern.test(name) ? name : undefined
}

/** Follows `extends` from a tenant's file. A chain that is too long, circular or broken is a problem, never an error. */
export async function chainOf(tenant: Parsed, templates: Templates): Promise<Chain> {
  const layers = [tenant]
  const names: string[] = []
  const problems: Problem[] = []
  let last = tenant
  for (let name = extendsOf(last); name !== undefined; name = extendsOf(last)) {
    const fault = (message: string): void => {
      const { line, column } = last.locator()(['extends'])
      problems.push({ file: last.file, line, column, path: 'extends', message })
    }
    if (names.includes(name)) {
      fault(`the templates form a circle: ${[...names, name].join(' -> ')}`)
      break
    }
    if (names.length === maxChain) {
      fault(`more than ${maxChain} templates, one upon the other`)
      break
    }
    names.push(name)
    const template = await templates.get(name).catch(readFault)
    if (template === undefined || typeof template === 'string') {
      fault(template === undefined ? `there is no template \`${name}\`` : `the template \`${name}\` ${template}`)
      break
    }
    problems.push(...template.problems, ...oddities(template))
    layers.push(template)
    last = template
  }
  return { layers, names, problems }
}

/** What a template may not hold, though a tenant's file does. */
function oddities(template: Parsed): Problem[] {
  const { file, value, broken } = template
  if (broken) return []
  if (!isObject(value)) return [{ file, line: 1, column: 1, path: '', message: 'must be a map of clauses' }]
  if (value['id'] === undefined) return []
  const { line, column } = template.locator()(['id'], 'key')
  return [{ file, line, column, path: 'id', message: 'a template has no id; remove it' }]
}

/** A map that holds one of these is a choice: what it chooses decides what else it may hold. */
const alternatives = ['env', 'file', 'sealed', 'secret', 'certificate', 'federated']

/** What a map chooses: its `kind`, or which alternative of a clause it is. */
function choiceOf(map: JsonObject): string | undefined {
  const kind = map['kind']
  if (typeof kind === 'string') return kind
  return alternatives.find((name) => Object.hasOwn(map, name))
}

/**
 * Which of the values of one clause, nearest first, make up the merged one. Maps are merged; anything else replaces what
 * lies under it, and so does a map that chooses differently: half of one `kind` is no use in another.
 */
function merging(values: readonly Json[]): readonly Json[] {
  const [first] = values
  if (!isObject(first)) return values.slice(0, 1)
  let choice = choiceOf(first)
  const end = values.findIndex((value) => {
    if (!isObject(value)) return true
    const other = choiceOf(value)
    const differs = choice !== undefined && other !== undefined && choice !== other
    choice ??= other
    return differs
  })
  return end === -1 ? values : values.slice(0, end)
}

const membersOf = (values: readonly Json[], step: PropertyKey): Json[] =>
  values.flatMap((value) => {
    const member = isObject(value)
      ? typeof step === 'string' && Object.hasOwn(value, step)
        ? value[step]
        : undefined
      : Array.isArray(value) && typeof step === 'number'
        ? value[step]
        : undefined
    return member === undefined ? [] : [member]
  })

/** Deep merge, nearest first. */
export function merge(values: readonly Json[]): Json {
  const merged = merging(values)
  const [first] = merged
  if (merged.length < 2 || !isObject(first)) return first ?? null
  const names = new Set(merged.flatMap((value) => (isObject(value) ? Object.keys(value) : [])))
  return Object.fromEntries([...names].map((name) => [name, merge(membersOf(merged, name))]))
}

/** The layer that a path of the merged document comes from, or, where nobody has it, the one with most of it. */
export function ownerOf(layers: readonly Parsed[], path: Path): Parsed | undefined {
  let owners = layers.map((layer) => ({ layer, value: layer.value }))
  for (const step of path) {
    const merged = merging(owners.map((owner) => owner.value)).length
    const next = owners
      .slice(0, merged)
      .flatMap(({ layer, value }) => membersOf([value], step).map((member) => ({ layer, value: member })))
    if (next.length === 0) break
    owners = next
  }
  return owners[0]?.layer
}
