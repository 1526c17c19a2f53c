import type { Attempts } from '../call.ts'

/** A call that no client made: its attempts are in the ledger like everybody's (contract §12). */
export interface BackgroundCall extends Attempts {
  close(outcome: {
    readonly status: number
    readonly scimType: string | null
    readonly bytesOut: number
  }): Promise<void>
}

/** Opens a call of this operation in the tenant's ledger; `ledger.open` behind it. */
export type OpenCall = (operation: 'token' | 'probe') => BackgroundCall
