import type { DocumentSummary } from '../store/control-tables.ts'
import type { Bundle } from '../tenant/bundle.ts'
import type { CheckedBundle } from '../tenant/bundle-check.ts'
import type { Problem as DocumentProblem } from '../tenant/position.ts'
import { summaryOf } from '../tenant/summary.ts'
import type { AdminDependencies } from './dependencies.ts'
import { invalid, Problem } from './problem.ts'

/** A bundle's texts together: as much as one file of a folder may have. */
const maxBundleBytes = 1024 * 1024
/** A row of D1 holds 2,000,000 bytes; the rest of it is small. */
const maxRowBytes = 1_900_000

const lengthOf = (text: string): number => new TextEncoder().encode(text).length

/** A bundle that this gateway takes in. */
export interface GoodBundle extends Pick<CheckedBundle, 'version' | 'bundle' | 'warnings'> {
  readonly summary: DocumentSummary
}

/** @throws Problem 400 with what is wrong, 409 when another tenant holds one of the hosts. */
export async function requireGood(admin: AdminDependencies, id: string, given: Bundle): Promise<GoodBundle> {
  const { version, bundle, document, problems, taken, warnings } = await admin.check(id, given)
  if (document === undefined) throw invalid(problems.map(faultOf))
  if (taken.length > 0) throw new Problem(409, taken.map(printed).join('; '), { errors: taken.map(faultOf) })
  return { version, bundle, warnings, summary: summaryOf(document) }
}

const printed = ({ file, line, column, message }: DocumentProblem): string => `${file}:${line}:${column}: ${message}`
const faultOf = (problem: DocumentProblem) => ({ field: problem.path || 'file', detail: printed(problem) })

/** @throws Problem 413 */
export function requireSize({ file, templates }: Bundle): void {
  const bytes = lengthOf([file, ...Object.values(templates)].join(''))
  // Templates are kept as JSON: of line breaks and quotes alone they would be twice as long.
  if (bytes > maxBundleBytes || lengthOf(file) + lengthOf(JSON.stringify(templates)) > maxRowBytes)
    throw new Problem(413, `the file and its templates have ${bytes} bytes; at most 1 MiB fits`)
}
