import type { Filter } from './filter.ts'

/**
 * An attribute's name as filters, projections and sorting use it (RFC 7644 §3.10): `name.familyName`,
 * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`. Spelling is kept; comparing folds case.
 * With a `urn` and no `name` it names a whole extension.
 */
export interface AttributePath {
  readonly urn?: string
  readonly name?: string
  readonly sub?: string
}

/** RFC 7644 §3.5.2, figure 7: `emails[type eq "work"].value`. */
export interface PatchPath extends AttributePath {
  readonly filter?: Filter
}
