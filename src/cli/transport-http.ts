import type { Transport } from './client.ts'
import { Exit, exitCodes } from './exit.ts'

const waitMs = 60_000

/**
 * Sends to the gateway at `url` (`TOLLGATE_URL`).
 * @throws Exit when the URL is none, or the admin token is missing.
 */
export function httpTransport(url: string, adminToken: string | undefined): Transport {
  const base = baseOf(url)
  if (adminToken === undefined || adminToken === '') {
    throw new Exit(
      exitCodes.gateway,
      'TOLLGATE_URL is set, but TOLLGATE_ADMIN_TOKEN is not: set it to the admin token of that gateway',
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

function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new Exit(exitCodes.usage, 'TOLLGATE_URL: must be an http or https URL, such as https://scim.msp.example')
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
