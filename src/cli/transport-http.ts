import type { Transport } from './client.ts'
import { Exit, exitCodes } from './exit.ts'

const waitMs = 60_000

export interface HttpOptions {
  readonly url: string
  /** Where the URL was given: `TOLLGATE_URL`, `--to`. */
  readonly setting: string
  readonly adminToken: string | undefined
}

/**
 * Sends to the gateway at a URL.
 * @throws Exit when the URL is none or would show the admin token to the network, or the token is missing.
 */
export function httpTransport({ url, setting, adminToken }: HttpOptions): Transport {
  const base = baseOf(url, setting)
  if (adminToken === undefined || adminToken === '') {
    throw new Exit(
      exitCodes.gateway,
      `${setting} is set, but TOLLGATE_ADMIN_TOKEN is not: set it to the admin token of that gateway`,
    )
  }
  if (!/^[\x21-\x7e]+$/.test(adminToken)) {
    throw new Exit(exitCodes.usage, 'TOLLGATE_ADMIN_TOKEN: must have no blanks and nothing beyond ASCII')
  }
  const place = `the gateway at ${base}`
  return {
    place,
    send: async (request) => {
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${adminToken}`)
      const body = request.body === null ? {} : { body: await request.text() }
      const { method } = request
      const signal = AbortSignal.timeout(waitMs)
      try {
        // A redirect would carry the admin token to wherever it points.
        return await fetch(`${base}${pathname}${search}`, { method, headers, signal, redirect: 'manual', ...body })
      } catch (cause) {
        throw new Exit(exitCodes.gateway, `${place} cannot be reached (${reasonOf(cause)}): is it running?`, cause)
      }
    },
    close: () => {},
  }
}

/** Names and addresses that never leave this machine (RFC 6761 §6.3), as a URL holds them. */
const loopback = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function baseOf(text: string, setting: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new Exit(exitCodes.usage, `${setting}: must be an http or https URL, such as https://scim.msp.example`)
  }
  // The admin token opens every customer's directory. A refusal, since a warning comes when it has been sent already.
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    const mend = 'use https, or a tunnel that ends at 127.0.0.1 here (ssh -L)'
    throw new Exit(exitCodes.usage, `${setting}: http would send the admin token in the clear to ${url.host}: ${mend}`)
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${waitMs / 1000} s`
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return error.message
}
