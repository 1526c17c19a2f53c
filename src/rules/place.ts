/** The one value filter that a rule's path may have: `emails[type eq "work"]`. */
export interface ElementFilter {
  readonly sub: string
  readonly value: string | number | boolean
}

/**
 * Where a rule reaches on one side: an attribute, one element of a multi-valued one, or a sub-attribute of either
 * (`title`, `name.givenName`, `emails[type eq "work"].value`). Spelling is kept; comparing folds case.
 */
export interface Place {
  readonly urn?: string
  readonly name: string
  readonly filter?: ElementFilter
  readonly sub?: string
}
