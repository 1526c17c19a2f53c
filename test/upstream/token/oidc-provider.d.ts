/** oidc-provider ships no types; these are the parts that the tests use. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface StoredToken {
    readonly isValid: boolean
    readonly scope: string | undefined
    destroy(): Promise<void>
  }
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    readonly ClientCredentials: { find(token: string): Promise<StoredToken | undefined> }
    on(event: string, listener: (...args: unknown[]) => void): this
  }
}
