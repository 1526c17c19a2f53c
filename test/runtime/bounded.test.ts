import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { buildProgram } from '../cli/support.ts'
import { type Answered, directoryTenant, send } from '../support/gateway.ts'
import { adminOf, programFolder } from './support.ts'

const program = buildProgram()
const megabytes = 8_000_000

/** As many items as fit into the bytes, joined. */
function filled(bytes: number, item: (at: number) => string): string {
  const items: string[] = []
  for (let size = 0, at = 0; size < bytes; at++) {
    const text = item(at)
    items.push(text)
    size += text.length + 1
  }
  return items.join()
}

const patch = (operations: string) =>
  `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[${operations}]}`
const bulk = (count: number, operation: (at: number) => string) =>
  `{"Operations":[${Array.from({ length: count }, (_, at) => operation(at)).join()}]}`

/** Bodies that are as large as they may be, by what they have many of: method, path, body, status. */
const attacks: [name: string, method: string, path: string, body: () => string, status: number][] = [
  ['brackets', 'POST', '/Users', () => '['.repeat(8 * 2 ** 20), 400],
  ['names', 'POST', '/Users', () => `{${filled(megabytes, (at) => `"k${at}":1`)}}`, 400],
  [
    'emails',
    'POST',
    '/Users',
    () => `{"userName":"a","emails":[${filled(megabytes, (at) => `{"value":"${at}"}`)}]}`,
    413,
  ],
  ['bare emails', 'POST', '/Users', () => `{"userName":"a","emails":[${filled(megabytes, (at) => `"${at}"`)}]}`, 413],
  [
    'equal emails',
    'POST',
    '/Users',
    () => `{"userName":"a","emails":[${filled(megabytes, () => '{"value":"a"}')}]}`,
    413,
  ],
  ['schemas', 'POST', '/Users', () => `{"userName":"a","schemas":[${filled(megabytes, (at) => `"urn:${at}"`)}]}`, 413],
  ['letters', 'POST', '/Users', () => `{"userName":"a","displayName":"${'x'.repeat(megabytes)}"}`, 413],
  [
    'members that are none',
    'POST',
    '/Groups',
    () => `{"displayName":"g","members":[${filled(megabytes, (at) => `{"value":"${at}"}`)}]}`,
    400,
  ],
  [
    'added values',
    'PATCH',
    '/Users/{id}',
    () => patch(`{"op":"add","path":"emails","value":[${filled(megabytes, (at) => `{"value":"${at}"}`)}]}`),
    413,
  ],
  [
    'operations',
    'PATCH',
    '/Users/{id}',
    () => patch(filled(megabytes, (at) => `{"op":"add","path":"emails","value":[{"value":"${at}"}]}`)),
    413,
  ],
  [
    'removals',
    'PATCH',
    '/Users/{id}',
    () => patch(filled(megabytes, (at) => `{"op":"remove","path":"emails[value eq \\"${at}\\"]"}`)),
    204,
  ],
  [
    'value filters over many values',
    'PATCH',
    '/Users/{id}',
    () =>
      patch(
        `{"op":"add","path":"emails","value":[${filled(3_000_000, (at) => `{"value":"${at}"}`)}]},${filled(4_000_000, (at) => `{"op":"replace","path":"emails[value eq \\"z${at}\\"].type","value":"x"}`)}`,
      ),
    413,
  ],
  [
    'attributes asked',
    'POST',
    '/Users/.search',
    () => `{"attributes":[${filled(megabytes, (at) => `"a${at}"`)}]}`,
    400,
  ],
  ['filter', 'POST', '/Users/.search', () => `{"filter":"${'('.repeat(megabytes)}"}`, 400],
  ['cursor', 'POST', '/Users/.search', () => `{"cursor":"${'A'.repeat(megabytes)}"}`, 400],
  [
    'bulk references',
    'POST',
    '/Bulk',
    () =>
      bulk(
        400,
        (at) =>
          `{"method":"POST","path":"/Groups","bulkId":"q${at}","data":{"displayName":"q${at}","members":[${Array.from({ length: 100 }, (_, to) => `{"value":"bulkId:q${(at + to) % 400}"}`)}]}}`,
      ),
    200,
  ],
  [
    'bulk patches of one user',
    'POST',
    '/Bulk',
    () =>
      bulk(
        100,
        (at) =>
          `{"method":"PATCH","path":"/Users/{id}","data":${patch(`{"op":"add","path":"emails","value":[${filled(8000, (value) => `{"value":"${at}-${value}"}`)}]}`)}}`,
      ),
    200,
  ],
]

/** Megabytes that the process ever held; undefined where the system does not tell. */
function peakMemory(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

it('serves a neighbour while one tenant sends the worst that the limits allow', { timeout: 180_000 }, async () => {
  const running = programFolder({ noisy: directoryTenant('noisy'), quiet: directoryTenant('quiet') }).launch(program)
  onTestFinished(async () => {
    running.kill('SIGKILL')
    await running.exited
  })
  const url = await running.listening
  const admin = adminOf(url)
  const [noisy, quiet] = [(await admin.mint('noisy')).token, (await admin.mint('quiet')).token]
  const scim = (path: string, method: string, body: string): Promise<Answered> =>
    send(`${url}/scim/v2${path}`, { token: noisy, method, body })
  const created = await scim('/Users', 'POST', '{"userName":"victim"}')
  const id = String(created.body['id'])

  let over = false
  let slowestMs = 0
  const neighbour = (async () => {
    for (let at = 0; !over; at++) {
      const sentAt = performance.now()
      const { status } = await send(`${url}/scim/v2/Users`, { token: quiet, body: { userName: `quiet-${at}` } })
      expect(status).toBe(201)
      slowestMs = Math.max(slowestMs, performance.now() - sentAt)
    }
  })()
  try {
    for (const [name, method, path, body, status] of attacks) {
      const answer = await scim(path.replace('{id}', id), method, body().replaceAll('{id}', id))
      expect([name, answer.status, answer.text.slice(0, 300)]).toEqual([name, status, expect.anything()])
    }
    // What one resource may hold, a thousand times, is what a list may hold.
    const large = 'x'.repeat(120_000)
    for (let at = 0; at < 400; at++)
      expect((await scim('/Users', 'POST', `{"userName":"large-${at}","displayName":"${large}"}`)).status).toBe(201)
    for (const query of ['', '&filter=displayName co "y"', '&sortBy=displayName'])
      expect((await send(`${url}/scim/v2/Users?count=1000${query}`, { token: noisy })).status).toBe(200)
  } finally {
    over = true
  }
  await neighbour
  const peak = peakMemory(running.pid)
  console.info(`bounded: the neighbour waited ${Math.round(slowestMs)} ms at the longest; ${peak} MB were held at most`)
  expect(peak ?? 0).toBeLessThan(1800)
})
