import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { commands, createProgram } from '../../src/cli/program.ts'

/** A line as a shell would split it: blanks separate, double quotes hold together. */
const split = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

async function parse(words: readonly string[]) {
  const performed: { name: string; words: readonly string[]; options: Readonly<Record<string, unknown>> }[] = []
  const program = createProgram(async (spec, given, options) => {
    performed.push({ name: spec.name, words: given, options })
  })
  await program.parseAsync(words, { from: 'user' })
  return performed
}

describe('the examples of the help', () => {
  it.each(commands.map((spec) => [spec.name, spec] as const))('of `%s` are there and parse', async (name, spec) => {
    expect(spec.examples.length).toBeGreaterThan(0)
    const named: string[] = []
    for (const { line, does } of spec.examples) {
      expect(does).not.toBe('')
      named.push(...(await parse(split(line))).map((performed) => performed.name))
    }
    // A later example may show what takes the command back.
    expect(named[0]).toBe(name)
  })
})

it('has the commands of the contract', () => {
  expect(commands.map(({ name }) => name).sort()).toEqual([
    'apply',
    'call',
    'calls',
    'keys new',
    'probe',
    'serve',
    'tenant check',
    'tenant erase',
    'tenant export',
    'tenant history',
    'tenant import',
    'tenant list',
    'tenant new',
    'tenant remove',
    'tenant resume',
    'tenant rollback',
    'tenant show',
    'tenant suspend',
    'token list',
    'token mint',
    'token revoke',
    'try',
    'usage',
  ])
})

it('gives every command but serve --json', () => {
  const without = commands.filter(({ options }) => !options.some(({ flags }) => flags === '--json'))
  expect(without.map(({ name }) => name)).toEqual(['serve'])
})

it('hands on arguments and options as they were typed', async () => {
  expect(await parse(['token', 'mint', 'contoso', '--label', 'HR system', '--expires=30d', '--json'])).toEqual([
    { name: 'token mint', words: ['contoso'], options: { label: 'HR system', expires: '30d', json: true } },
  ])
})

it.each([
  [['calls', '--statsu', '409']],
  [['tenant', 'show']],
  [['tenant', 'show', 'a', 'b']],
  [['tenant', 'wipe', 'a']],
  [['usage', '--csv', '--json']],
  [['nonsense']],
  [['usage', '--from']],
])('refuses %j', async (words) => {
  await expect(parse(words)).rejects.toThrow(CommanderError)
})
