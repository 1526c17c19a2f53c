import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { ResourceQueries } from '../../store/resources.ts'
import type { DirectoryPorts } from './parts.ts'

const noteName = 'cursor key'

/** The key that signs this tenant's cursors: made once, kept beside its resources, so that a restart breaks no walk. */
export function cursorKey(queries: ResourceQueries, { randomBytes }: Pick<DirectoryPorts, 'randomBytes'>): Uint8Array {
  // Another process may have been first: what is noted counts.
  const hex = queries.note(noteName) ?? queries.writeNote(noteName, bytesToHex(randomBytes(32)), false)
  return hexToBytes(hex)
}
