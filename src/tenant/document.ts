import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { isObject } from '../scim/json.ts'
import { checkDocument, type Fault } from './document-issue.ts'
import { type Parsed, parseYaml } from './document-yaml.ts'
import { type Path, type Problem, printPath } from './position.ts'
import type { TenantDocument } from './schema.ts'
import type { TenantSource } from './source.ts'
import { chainOf, createTemplates, merge, namePattern, ownerOf, type Templates } from './template.ts'

/** A tenant's file, read together with the templates that it extends. */
export interface LoadedDocument {
  readonly file: string
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
  if (!namePattern.test(id)) return misnamed(source.fileOf(id))
  const file = await source.read(id)
  if (file === undefined) return undefined
  const tenant = parseYaml(file)
  const chain = await chainOf(tenant, templates)
  const version = versionOf([file.text, ...chain.layers.slice(1).map((layer) => layer.text)])
  const problemAt = (path: Path, message: string): Problem =>
    place(chain.layers, tenant, { path, side: 'value', message, under: path })
  const loaded = { file: file.file, version, templates: chain.names, problemAt }
  const problems = [...tenant.problems, ...chain.problems]
  if (chain.layers.some((layer) => layer.broken)) return { ...loaded, problems }
  const value = isObject(tenant.value) ? merge(chain.layers.map((layer) => layer.value)) : tenant.value
  const checked = checkDocument(value)
  if ('faults' in checked) {
    // What a template that is not there might have brought is not reported as missing, too.
    const incomplete = chain.layers.length <= chain.names.length
    const faults = checked.faults.filter((fault) => !(incomplete && fault.message.startsWith('is missing')))
    problems.push(...faults.map((fault) => place(chain.layers, tenant, fault)))
  } else if (checked.document.id !== id) problems.push(problemAt(['id'], `must be \`${id}\`, as the file is called`))
  else if (problems.length === 0) return { ...loaded, problems, document: checked.document }
  return { ...loaded, problems: problems.sort(byPlace) }
}

const misnamed = (file: string): LoadedDocument => {
  const problemAt = (path: Path, message: string): Problem => ({
    file,
    line: 1,
    column: 1,
    path: printPath(path),
    message,
  })
  const message = 'a tenant file is called ID.yaml, its ID being 1 to 63 characters of a-z, 0-9 and -'
  return { file, problems: [problemAt([], message)], version: '', templates: [], problemAt }
}

function place(layers: readonly Parsed[], tenant: Parsed, fault: Fault): Problem {
  const owner = ownerOf(layers, fault.path) ?? tenant
  const { line, column } = owner.locate(fault.path, fault.side)
  return { file: owner.file, line, column, path: printPath(fault.under), message: fault.message }
}

const byPlace = (a: Problem, b: Problem): number =>
  (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column

/** 96 bits tell versions apart, and fit a line of `tenant list`. */
const versionOf = (texts: readonly string[]): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify(texts)))).slice(0, 24)
