import type { Context } from 'hono'
import type { Connection } from '../door/connection.ts'

/**
 * The edge writes who connects into `CF-Connecting-IP`, over whatever a client put there. The target as the client wrote
 * it is not to be had: the runtime folds `..` before a Worker sees the URL.
 */
export function connectionOf(context: Context): Connection {
  return {
    address: context.req.header('cf-connecting-ip') ?? null,
    secure: context.req.url.startsWith('https:'),
    // HTTP/2 needs neither header that announces a body (RFC 9113 §8.1).
    hasBody: context.req.raw.body !== null,
  }
}
