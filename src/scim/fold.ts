import type { Attribute } from './schema.ts'

/**
 * The one case folding of the gateway: names, URNs and values that are not case exact are equal when their folds are.
 * Plain `toLowerCase` (locale-free, no Unicode normalisation), so that an index, a comparison and a sort agree everywhere.
 */
export const fold = (text: string): string => text.toLowerCase()

/**
 * Whether values of this attribute compare with their case. `caseExact` speaks of strings only (RFC 7643 §7); references
 * and binaries are always case exact (§2.3.6, §2.3.7), whatever the schemas of §8.7.1 print. Unknown attributes fold.
 */
export const isCaseExact = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && (attribute.type === 'string' ? attribute.caseExact : true)
