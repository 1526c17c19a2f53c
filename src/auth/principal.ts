/** Who is calling, once the credential was checked. It belongs to exactly one tenant. */
export interface Principal {
  readonly tenant: string
  /** The credential's id, as the ledger and `token list` show it. */
  readonly credential: string
  readonly scope: Scope
}

/** `read` allows what changes nothing. `resourceTypes` absent: all of them. */
export interface Scope {
  readonly access: 'read' | 'write'
  readonly resourceTypes?: readonly string[]
}
