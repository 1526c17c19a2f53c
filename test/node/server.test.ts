import { once } from 'node:events'
import type { Server } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { listenOn, type ServerTimeouts } from '../../src/node/server.ts'
import { rawConnection, requestBytes } from '../support/raw.ts'

const calm: ServerTimeouts = { headersMs: 60_000, requestMs: 60_000, readMs: 60_000, checkMs: 60_000 }
const request = requestBytes({ target: '/', headers: ['Host: gateway.test'] })

async function listening(fetch: (request: Request) => Response | Promise<Response>, timeouts: Partial<ServerTimeouts>) {
  const options = { host: '127.0.0.1', port: 0, timeouts: { ...calm, ...timeouts }, newId: () => 'the-id' }
  const { server, ...rest } = await listenOn(fetch, options)
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  return { server, ...rest }
}

const connections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))))

/** More than the kernel's buffers take. */
const long = 'a'.repeat(32 * 1024 * 1024)

it.each([
  ['nothing more', ''],
  ['nonsense', 'NONSENSE\r\n\r\n'],
])('lets go of a client that takes nothing of its answer and sends %s', async (_name, rest) => {
  const { server, url } = await listening(() => new Response(long), { readMs: 200 })
  const connection = rawConnection(url)
  connection.pause()
  connection.write(request)
  await once(server, 'request')
  const drip = setInterval(() => rest !== '' && connection.write(rest), 20)
  onTestFinished(() => clearInterval(drip))
  await vi.waitFor(async () => expect(await connections(server)).toBe(0), 10_000)
  connection.reset()
})

it('lets a client that reads have it all', async () => {
  const { url } = await listening(() => new Response(long), { readMs: 500 })
  const connection = rawConnection(url)
  connection.write(requestBytes({ target: '/', headers: ['Host: gateway.test', 'Connection: close'] }))
  expect((await connection.closed).endsWith('a'.repeat(1000))).toBe(true)
  expect((await connection.closed).length).toBeGreaterThan(long.length)
})

it('does not let go of a client whose answer is not ready', async () => {
  const { server, url } = await listening(
    () => new Promise((resolve) => setTimeout(() => resolve(new Response('late')), 600)),
    { readMs: 100, headersMs: 100, requestMs: 100, checkMs: 20 },
  )
  const connection = rawConnection(url)
  connection.write(request)
  expect((await connection.answers(1))[0]?.text).toBe('late')
  expect(await connections(server)).toBe(1)
  connection.reset()
})

it('closes when those under way are answered, and takes no more', async () => {
  let answer = (): void => undefined
  const { server, url, close } = await listening(
    () =>
      new Promise((resolve) => {
        answer = () => resolve(new Response('done'))
      }),
    {},
  )
  const [busy, idle] = [rawConnection(url), rawConnection(url)]
  busy.write(request)
  await once(server, 'request')
  const closed = close(60_000)
  await idle.closed
  answer()
  expect((await busy.answers(1))[0]).toMatchObject({ status: 200, text: 'done', headers: { connection: 'close' } })
  await closed
  await rawConnection(url).closed
})

it('closes what is not answered in time', async () => {
  const { server, url, close } = await listening(() => new Promise(() => undefined), {})
  const connection = rawConnection(url)
  connection.write(request)
  await once(server, 'request')
  await close(50)
  await connection.closed
})

it('says what keeps it from listening', async () => {
  const { url } = await listening(() => new Response(), {})
  const options = { host: '127.0.0.1', port: Number(new URL(url).port), timeouts: calm, newId: () => '' }
  await expect(listenOn(() => new Response(), options)).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
