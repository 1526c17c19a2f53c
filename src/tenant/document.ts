import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { isObject } from '../scim/json.ts'
import { checkDocument, type Fault } from './document-issue.ts'
import { brokenFile, type Locate, type Parsed, parseYaml } from './document-yaml.ts'
import { type Path, type Problem, printPath } from './position.ts'
import type { TenantDocument } from './schema.ts'
import type { TenantSource } from './source.ts'
import { bundledTemplates, chainOf, createTemplates, merge, namePattern, ownerOf, type Templates } from './template.ts'

/** A tenant's file, read together with the templates that it extends. */
export interface LoadedDocument {
  readonly file: string
  readonly own: Parsed
  /** Absent when there are problems. */
  readonly document?: TenantDocument
  /** Everything that is wrong, in the order of the file. */
  readonly problems: readonly Problem[]
  /** A hash of all the texts that made the document: it changes when one of them does. */
  readonly version: string
  /** The templates it depends on, missing ones included. */
  readonly templates: readonly string[]
  /** A problem at a path of the document, in whichever file that path comes from. */
  problemAt(path: Path, message: string): Problem
}

/**
 * Reads, inherits and checks one tenant's file; undefined when there is none. Never throws for what a file holds.
 * @throws Error when the source cannot be read.
 */
export async function readDocument(
  id: string,
  source: TenantSource,
  templates: Templates = createTemplates(source),
): Promise<LoadedDocument | undefined> {
  const own = await readOwn(id, source)
  return own && inherit(id, own, templates)
}

/** A tenant's own file, parsed; one whose name is no id is not even opened. @throws Error when it cannot be read. */
export async function readOwn(id: string, source: TenantSource): Promise<Parsed | undefined> {
  if (!namePattern.test(id)) return misnamed(source.fileOf(id))
  const file = await source.read(id)
  return file && parseYaml(file)
}

export const misnamed = (file: string): Parsed =>
  brokenFile(file, 'a tenant file is called ID.yaml, its ID being 1 to 63 characters of a-z, 0-9 and -')

/** Joins a tenant's own file with its templates (its own, if they came with it), and checks the whole. */
export async function inherit(id: string, own: Parsed, templates: Templates): Promise<LoadedDocument> {
  const { bundled } = own
  const chain = await chainOf(own, bundled === undefined ? templates : bundledTemplates(bundled))
  const { layers, names, problems: chainProblems } = chain
  const version = versionOf(layers.map((layer) => layer.text))
  const place = placing(layers, own)
  const problemAt = (path: Path, message: string): Problem => place({ path, side: 'value', message, under: path })
  const loaded = { file: own.file, own, version, templates: names, problemAt }
  const problems = [...own.problems, ...chainProblems]
  if (layers.some((layer) => layer.broken)) return { ...loaded, problems }
  const checked = checkDocument(isObject(own.value) ? merge(layers.map((layer) => layer.value)) : own.value)
  if ('faults' in checked) {
    // What a template that is not there might have brought is not reported as missing, too.
    const incomplete = layers.length <= names.length
    const faults = checked.faults.filter((fault) => !(incomplete && fault.message.startsWith('is missing')))
    // What was no plain value was said already.
    problems.push(...faults.map(place).filter((one) => !own.problems.some((said) => isSamePlace(said, one))))
  } else if (checked.document.id !== id) problems.push(problemAt(['id'], `must be \`${id}\`, as the file is called`))
  else if (problems.length === 0) return { ...loaded, problems, document: checked.document }
  return { ...loaded, problems: problems.sort(byPlace) }
}

/** Makes problems of faults, each in the file that the faulty clause comes from. */
function placing(layers: readonly Parsed[], own: Parsed): (fault: Fault) => Problem {
  const locators = new Map<Parsed, Locate>()
  return ({ path, side, under, message }) => {
    const owner = ownerOf(layers, path) ?? own
    const locate = locators.get(owner) ?? owner.locator()
    locators.set(owner, locate)
    const { line, column } = locate(path, side)
    return { file: owner.file, line, column, path: printPath(under), message }
  }
}

const isSamePlace = (a: Problem, b: Problem): boolean => a.file === b.file && a.line === b.line && a.column === b.column

const byPlace = (a: Problem, b: Problem): number =>
  (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column

/** 96 bits tell versions apart, and fit a line of `tenant list`. */
const versionOf = (texts: readonly string[]): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify(texts)))).slice(0, 24)
