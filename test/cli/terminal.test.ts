import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { terminalOf } from '../../src/cli/terminal.ts'

const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY })

interface At {
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly env?: Readonly<Record<string, string>>
}

function at({ stdin = true, stdout = true, stderr = true, env = {} }: At) {
  const streams = { stdin: stream(stdin), stdout: stream(stdout), stderr: stream(stderr) }
  return { ...streams, terminal: terminalOf({ ...streams, env }) }
}

describe('a question', () => {
  it.each([
    ['y\n', true],
    ['Y\n', true],
    [' yes \n', true],
    ['n\n', false],
    ['\n', false],
    ['yess\n', false],
    ['', false],
  ])('answered with %j is %s', async (typed, meant) => {
    const { stdin, stdout, stderr, terminal } = at({})
    stdin.end(typed)
    expect(await terminal.confirm?.('Apply?')).toBe(meant)
    stderr.end()
    stdout.end()
    expect([await text(stderr), await text(stdout)]).toEqual([expect.stringContaining('Apply? [y/N] '), ''])
  })

  it.each([[{ stdin: false }], [{ stderr: false }]])('has nobody to answer it at %j', (where) => {
    expect(at(where).terminal.confirm).toBeUndefined()
  })
})

it.each([
  [{}, true],
  [{ stdout: false }, false],
  [{ env: { NO_COLOR: '1' } }, false],
  [{ env: { NO_COLOR: '' } }, true],
])('shows colours at %j: %s', (where, colour) => {
  expect(at(where).terminal.colour).toBe(colour)
})
