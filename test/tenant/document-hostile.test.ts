import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDocument } from '../../src/tenant/document.ts'
import { memorySource } from './memory-source.ts'

const load = (contoso: string) => readDocument('contoso', memorySource({ contoso }))

const bomb = `a: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from(
  { length: 12 },
  (_, at) => `b${at}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`,
).join('\n')}\n`
const chain = `a0: &a0 [x]\n${Array.from({ length: 3000 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}]`).join('\n')}\n`

describe('hostile YAML is refused in bounded time and memory', () => {
  test.each([
    ['an alias bomb', bomb, 'holds too much YAML'],
    ['aliases that nest thousands deep', chain, 'holds too much YAML'],
    ['an alias of itself', 'a: &a [*a]\n', 'an alias without an anchor before it'],
    ['a flow list nested a million deep', '['.repeat(1_000_000), 'is nested too deeply'],
    ['flow maps nested deep', '{a: '.repeat(200_000), 'is nested too deeply'],
    ['block lists nested deep', '- '.repeat(400_000), 'is nested too deeply'],
    ['complex keys nested deep', '? '.repeat(400_000), 'is nested too deeply'],
    [
      'block maps nested deep',
      Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
      'is nested too deeply',
    ],
    [
      'a hundred thousand keys',
      Array.from({ length: 100_000 }, (_, at) => `k${at}: 1`).join('\n'),
      'holds too much YAML',
    ],
    ['one key a hundred thousand times', 'a: 1\n'.repeat(100_000), 'holds too much YAML'],
    ['a key a megabyte long', `${'k'.repeat(1_000_000)}: 1`, 'must be at most 1024 chars'],
    ['quotes only', '"'.repeat(1_000_000), 'holds too much YAML'],
    ['anchors only', '&a '.repeat(300_000), 'holds too much YAML'],
    ['more than a megabyte', ' '.repeat(1024 * 1024 + 1), 'is larger than 1048576 characters'],
  ])('%s', async (_, text, message) => {
    const loaded = await load(text)
    expect(loaded?.document).toBeUndefined()
    expect(loaded?.problems.length).toBeLessThanOrEqual(100)
    expect(loaded?.problems.map((problem) => problem.message).join('\n')).toContain(message)
    expect(loaded?.problems.every((problem) => problem.message.length < 300 && problem.path.length < 300)).toBe(true)
  })

  test('no file touches the prototype of all objects', async () => {
    await load('__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n')
    expect({}).not.toHaveProperty('polluted')
  })
})

// What a line of a tenant file may be made of, and what YAML stumbles over.
const word = fc.constantFrom(
  ...[
    'id',
    'name',
    'upstream',
    'kind',
    'directory',
    'scim',
    'frontDoor',
    'hosts',
    'extends',
    'contoso',
    'auth',
    'token',
  ],
  ...[
    ':',
    ': ',
    '- ',
    '? ',
    '\n',
    '\n  ',
    '\n    ',
    '\t',
    '\r\n',
    '\0',
    '\uFEFF',
    '\uFFFD',
    '&a ',
    '*a',
    '!!binary ',
    '!x ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|',
    '>',
    '#',
    '%YAML 1.1',
    '---',
    '...',
    '~',
    '<<',
    '__proto__',
    '@',
    '`',
    '0x1',
    '.nan',
  ],
)
const yamlish = fc.array(word, { maxLength: 60 }).map((words) => words.join(''))
const nearMiss = fc
  .tuple(
    fc.constant('id: contoso\nname: C\nupstream:\n  kind: directory\nfrontDoor:\n  hosts: [a.example]\n'),
    fc.nat(90),
    word,
    fc.nat(5),
  )
  .map(([text, at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut))

describe('any text', () => {
  test.each([
    ['of any characters', fc.string({ unit: 'binary', maxLength: 300 })],
    ['of what YAML is made of', yamlish],
    ['that is nearly a tenant file', nearMiss],
    ['that is JSON', fc.json()],
  ])('%s gives a document or problems, and never throws', async (_, texts) => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const loaded = await load(text)
        expect(loaded?.document === undefined).toBe((loaded?.problems.length ?? 0) > 0)
        const rows = text.split('\n')
        for (const { file, line, column, message } of loaded?.problems ?? []) {
          expect(file).toBe('tenants/contoso.yaml')
          expect(message).not.toBe('')
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((rows[line - 1] ?? '').length + 1)
        }
      }),
      { numRuns: 500 },
    )
  })
})
