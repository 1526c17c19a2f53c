import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Asking, createClient } from '../../src/cli/client.ts'
import { Exit } from '../../src/cli/exit.ts'
import { httpTransport } from '../../src/cli/transport-http.ts'

/** What a command says when the gateway answers with a problem. */
async function said(status: number, problem: object, asking: Asking = { path: ['tenants', 'a'] }) {
  const headers = { 'content-type': 'application/problem+json' }
  const send = async () => new Response(JSON.stringify(problem), { status, headers })
  const client = createClient({ place: 'the gateway', send, close: () => {} })
  const error: unknown = await client.ask(asking, z.unknown()).catch((thrown: unknown) => thrown)
  return error instanceof Exit ? [error.exitCode, error.message] : error
}

describe('a refusal', () => {
  const errors = [
    { field: 'upstream.kind', detail: 'contoso.yaml:3:7: upstream.kind: no' },
    { field: 'file', detail: 'templates/base.yaml:1:1: must be a map of clauses' },
  ]

  it('of a document prints each place on a line', async () => {
    const lines = 'contoso.yaml:3:7: upstream.kind: no\ntemplates/base.yaml:1:1: must be a map of clauses'
    expect(await said(400, { detail: 'two faults', errors }, { method: 'PUT', path: ['tenants', 'a'] })).toEqual([
      1,
      lines,
    ])
    expect(await said(400, { detail: 'two faults', errors }, { method: 'POST', path: ['tenants', 'a'] })).toEqual([
      1,
      lines,
    ])
  })

  it('of a host that is taken does likewise', async () => {
    const taken = [{ field: 'frontDoor.hosts[0]', detail: 'contoso.yaml:4:3: `x.example` belongs to tenant `b`' }]
    expect(await said(409, { detail: 'taken', errors: taken })).toEqual([1, taken[0]?.detail])
  })

  it('of a member names the option of its name, but where it came from a file', async () => {
    const problem = { detail: 'x', errors: [{ field: 'expires', detail: 'must be later' }] }
    expect(await said(400, problem, { method: 'POST', path: ['x'] })).toEqual([2, '--expires must be later'])
    expect(await said(400, problem, { method: 'PUT', path: ['x'] })).toEqual([2, 'expires must be later'])
  })

  it.each([
    [409, 1],
    [404, 1],
    [413, 2],
    [500, 3],
  ])('with %i ends with %i', async (status, exitCode) => {
    expect(await said(status, { detail: 'why' })).toEqual([exitCode, expect.stringContaining('why')])
  })
})

describe('the admin token', () => {
  const open = (url: string) => () => httpTransport({ url, setting: '--to', adminToken: 'x'.repeat(40) })

  it.each([
    'https://scim.msp.example',
    'http://localhost:8080',
    'http://gateway.localhost',
    'http://127.0.0.1:8080',
    'http://127.1',
    'http://[::1]:8080/base',
  ])('goes to %s', (url) => {
    expect(open(url)).not.toThrow()
  })

  it.each([
    'http://scim.msp.example',
    'http://10.0.0.1:8080',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://[::ffff:7f00:1]',
    'http://0.0.0.0:8080',
  ])('does not go to %s in the clear', (url) => {
    expect(open(url)).toThrow(/^--to: http would send the admin token in the clear/)
  })
})
