import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFetch, type NodeFetch } from '../../src/node/fetch.ts'
import { AddressRefused, parseAllowHosts } from '../../src/upstream/address.ts'
import { json, serve, type TestServer } from '../upstream/scim/support.ts'

let server: TestServer
let client: NodeFetch
beforeEach(async () => {
  server = await serve((_seen, response) => json(response, 200, {}))
  client = createFetch(parseAllowHosts(['127.0.0.1']))
})
afterEach(async () => {
  await client.close()
  await server.close()
})

const get = (url: string, signal = new AbortController().signal) =>
  client.fetch({ method: 'GET', url, headers: { accept: 'x/y' }, signal })

describe('the Node fetch', () => {
  it.each([
    ['/a/%2e%2e/b%2Fc?d=e%20f', '/a/%2e%2e/b%2Fc?d=e%20f'],
    ['/a/../b', '/a/../b'],
    ['', '/'],
    ['?a=b', '/?a=b'],
    ['/a#b', '/a'],
  ])('sends the path `%s` as it is written', async (path, sent) => {
    await get(server.url + path)
    expect(server.seen[0]?.url).toBe(sent)
  })

  it('adds nothing but what the connection needs', async () => {
    await get(`${server.url}/`)
    expect(server.seen[0]?.headers).toEqual({
      accept: 'x/y',
      connection: 'keep-alive',
      host: `127.0.0.1:${server.port}`,
    })
  })

  it('joins repeated headers and keeps UTF-8 whole across chunks', async () => {
    const euros = '€'.repeat(100_000)
    const other = await serve((_seen, response) => {
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] })
      const bytes = Buffer.from(euros)
      response.write(bytes.subarray(0, 100_001))
      setImmediate(() => response.end(bytes.subarray(100_001)))
    })
    const answer = await get(other.url)
    expect(answer.headers['set-cookie']).toBe('a=1, b=2')
    expect(answer.body).toBe(euros)
    await other.close()
  })

  it('shares connections', async () => {
    const ports = new Set<number | undefined>()
    const other = await serve((_seen, response) => {
      ports.add(response.socket?.remotePort)
      response.end()
    })
    for (let time = 0; time < 20; time++) await get(other.url)
    // A second one is opened where a request begins in the very turn in which the one before ends.
    expect(ports.size).toBeLessThanOrEqual(2)
    await other.close()
  })

  it.each(['http://10.0.0.1/', 'https://10.0.0.1/', 'https:///x', 'https:/x', 'nonsense', 'file:///etc/passwd'])(
    'refuses %s before anything is sent, every time',
    async (url) => {
      for (let time = 0; time < 2; time++) {
        const error = await get(url).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(AddressRefused)
        expect(client.neverSent(error)).toBe(true)
      }
    },
  )

  it('knows what was never sent', async () => {
    const { url } = server
    await server.close()
    expect(client.neverSent(await get(url).catch((reason: unknown) => reason))).toBe(true)
    const aborted = await get(url, AbortSignal.abort()).catch((reason: unknown) => reason)
    expect(client.neverSent(aborted)).toBe(true)
    expect(client.neverSent(new Error('ECONNREFUSED'))).toBe(false)
  })

  it('rejects with the reason of the signal, and does not call that unsent', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const other = await serve(() => controller.abort(reason))
    const error = await get(other.url, controller.signal).catch((thrown: unknown) => thrown)
    expect(error).toBe(reason)
    expect(client.neverSent(error)).toBe(false)
    await other.close()
  })
})
