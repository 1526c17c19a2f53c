import type { DocumentSummary } from '../store/control-tables.ts'
import type { Bundle } from '../tenant/bundle.ts'
import type { CheckedBundle } from '../tenant/bundle-check.ts'
import type { Problem as DocumentProblem } from '../tenant/position.ts'
import { summaryOf } from '../tenant/summary.ts'
import type { AdminDependencies } from './dependencies.ts'
import { invalid, Problem } from './problem.ts'

/** A bundle's texts together: as much as one file of a folder may have. */
const maxBundleBytes = 1024 * 1024

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
  // As they are kept: templates of line breaks alone are twice as long in JSON, and a row of D1 holds 2 MB.
  const bytes = new TextEncoder().encode(file + JSON.stringify(templates)).length
  if (bytes > maxBundleBytes)
    throw new Problem(413, `the file and its templates have ${bytes} bytes; at most 1 MiB fits`)
}
