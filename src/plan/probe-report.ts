/** One thing that was looked at. `differs`: the upstream is not as its capabilities say. `failed`: it could not be looked at. */
export interface ProbeCheck {
  readonly name: string
  readonly outcome: 'ok' | 'differs' | 'failed'
  readonly detail: string
  /** What the operator can do. */
  readonly mend?: string | undefined
}

export interface ProbeReport {
  readonly preset: string
  readonly checks: readonly ProbeCheck[]
  /** Whether the upstream answered at all, the gateway's credential accepted. */
  readonly reached: boolean
}
