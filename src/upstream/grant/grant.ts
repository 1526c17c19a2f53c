import type { Ports } from '../../ports.ts'
import type { OpenCall } from '../background.ts'
import type { ReadSecret } from '../reference.ts'
import type { Errand } from '../upstream.ts'

/** What authorises one upstream request. */
export interface Credential {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The upstream answered 401 to it. True when a fresh one is worth one more try. */
  refused(): boolean
  /** The upstream took it. */
  accepted(): void
}

/** How a tenant's upstream is authorised. */
export interface Grant {
  /** @throws ScimError 502 when the credential cannot be had, 503 and 504 when its source cannot be reached in time. */
  authorise(errand: Errand): Promise<Credential>
}

/** What a grant is made with. */
export interface GrantTools {
  readonly tenant: string
  readonly ports: Ports
  readonly secret: ReadSecret
  readonly openCall: OpenCall
  /** The deadline of a token request that no client waits for. */
  readonly timeoutMs: number
}
