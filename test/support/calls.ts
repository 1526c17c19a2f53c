import type { CallOpening } from '../../src/ledger/ledger.ts'
import type { CallRow, CallWithAttempts } from '../../src/store/calls.ts'

/** A plain opening, for tests that do not care. */
export const opening: CallOpening = {
  credential: 'cred-1',
  clientAddress: '192.0.2.7',
  userAgent: 'hr-system/1.0',
  clientRequestId: null,
  method: 'POST',
  operation: 'User.create',
  resourceType: 'User',
  resourceId: null,
  bytesIn: 120,
}

/** A closed call of 2026-11-21T10:00:00Z, for tests that do not care. */
export const callRow = (given: Partial<CallRow> & { id: string }): CallWithAttempts => ({
  at: Date.UTC(2026, 10, 21, 10),
  credential: null,
  clientAddress: null,
  userAgent: null,
  clientRequestId: null,
  method: 'GET',
  operation: 'User.read',
  resourceType: 'User',
  resourceId: '1',
  status: 200,
  scimType: null,
  durationMs: 5,
  bytesIn: 0,
  bytesOut: 10,
  upstreamCalls: 1,
  billedCalls: 0,
  savedCalls: 0,
  costMicros: 0,
  state: 'closed',
  notes: null,
  ...given,
  attempts: [],
})
