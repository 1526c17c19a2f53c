import { bytesToHex } from '@noble/hashes/utils.js'

const shape = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
const allZero = /^0+$/

/**
 * The `traceparent` to send upstream for one that a client sent (W3C Trace Context §3.2): the same trace, a span of our
 * own. Undefined when the client sent none or one that is not valid.
 */
export function childTrace(traceparent: string | undefined, randomBytes: (count: number) => Uint8Array) {
  const [, traceId, parentId, flags] = shape.exec(traceparent ?? '') ?? []
  if (traceId === undefined || parentId === undefined || allZero.test(traceId) || allZero.test(parentId))
    return undefined
  return { traceId, traceparent: `00-${traceId}-${bytesToHex(randomBytes(8))}-${flags}` }
}
