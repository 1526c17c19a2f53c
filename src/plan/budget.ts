import { badRequest, type ScimError } from '../scim/error.ts'

/** The upstream pages that one client request may still read: one object is shared by all that serves the request. */
export interface PageBudget {
  /** `choices.pageBudget`. */
  readonly most: number
  left: number
  /** What else the client can do. */
  readonly advice: string
}

export const pageBudgetOf = (most: number, advice: string): PageBudget => ({ most, left: most, advice })

/** @param reason why so much must be read */
export const tooMany = ({ most, advice }: PageBudget, reason: string): ScimError =>
  badRequest(
    'tooMany',
    `this cannot be decided within ${most} pages of the upstream directory (${reason}): ${advice}, or have the operator raise pageBudget`,
  )

/** Takes calls out of the budget before they are made. @throws ScimError 400 `tooMany` */
export function spend(budget: PageBudget, reason: string, calls = 1): void {
  if (calls > budget.left) throw tooMany(budget, reason)
  budget.left -= calls
}
