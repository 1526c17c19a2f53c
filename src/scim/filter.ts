import type { AttributePath } from './path.ts'

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

/** RFC 7644 §3.4.2.2, as a tree. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | {
      readonly kind: 'compare'
      readonly operator: CompareOperator
      readonly path: AttributePath
      readonly value: string | number | boolean | null
    }
  /** `emails[type eq "work" and value co "@example.com"]`: one element satisfies all of `of`. */
  | { readonly kind: 'elements'; readonly path: AttributePath; readonly of: Filter }
