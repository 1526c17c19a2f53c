import { describe, expect, test } from 'vitest'
import { RuleFault } from '../../src/rules/fault.ts'
import { clauseFault } from '../../src/tenant/document-fault.ts'
import { checkDocument } from '../../src/tenant/document-issue.ts'
import { parseYaml } from '../../src/tenant/document-yaml.ts'
import { printPath } from '../../src/tenant/position.ts'

/** What is wrong with a tenant's rules, as `line:column: path: message`; the first rule's line is the sixth. */
function faultsOf(...lines: string[]): string[] {
  const text = ['id: contoso', 'name: C', 'upstream: { kind: directory }', 'rules:', ...lines].join('\n')
  const { value, locator } = parseYaml({ file: 'contoso.yaml', text })
  const checked = checkDocument(value, [])
  const locate = locator()
  return 'document' in checked
    ? []
    : checked.faults.map(({ path, side, under, message }) => {
        const { line, column } = locate(path, side)
        return `${line}:${column}: ${printPath(under)}: ${message}`
      })
}

describe('faults of rules stand where they are', () => {
  test.each<[string, string[], string]>([
    [
      'a hole',
      ['  User:', '    - client: { a: "{x}" }', '      upstream:', '        c: "{x}"', '        d: "{y}"'],
      '9:12: rules.User[0].upstream.d: the hole `y`',
    ],
    [
      'a claim',
      ['  User:', '    - { client: title, upstream: b }', '    - { client: TITLE, upstream: c }'],
      '7:17: rules.User[1].client: `TITLE` is claimed by rule 1, too',
    ],
    [
      'a table',
      ['  User:', '    - { client: c, upstream: d, values: { true: A, false: a } }'],
      '6:59: rules.User[0].values.false: `true` and `false`',
    ],
    [
      'a pipe',
      ['  User:', "    - { upstream: x, template: '{userName | lowr}' }"],
      '6:32: rules.User[0].template: at character 13: there is no pipe `lowr`',
    ],
    [
      'a condition',
      ['  User:', '    - { client: c, upstream: d, when: x pr }'],
      '6:39: rules.User[0].when: `when` cannot stand beside `client`',
    ],
    ['a missing side', ['  User:', '    - client: c'], '6:7: rules.User[0]: lacks `upstream`'],
    [
      'a mistyped key',
      ['  User:', '    - { client: c, upstrem: d }'],
      '6:20: rules.User[0]: unknown key `upstrem`; did you mean `upstream`?',
    ],
    [
      'a mistyped key beside the list',
      ['  User: { unmaped: drop, list: [] }'],
      '5:11: rules.User: unknown key `unmaped`; did you mean `unmapped`?',
    ],
    ['a rule that is none', ['  User:', '    - all of it'], '6:7: rules.User[0]: must be a map, not text'],
    [
      'rules that are none',
      ['  User: all of it'],
      '5:9: rules.User: must be a list of rules, or a map with `unmapped` and `list`',
    ],
    [
      'a number for a path',
      ['  User:', '    - { client: 5, upstream: b }'],
      "6:17: rules.User[0].client: must be an attribute's path, or a map of paths to patterns",
    ],
    [
      'a number for a pattern',
      ['  User:', '    - { client: { a: 5 }, upstream: { b: "{x}" } }'],
      '6:22: rules.User[0].client.a: must be text, not a number; put it in quotes',
    ],
    [
      'in a list of its own',
      ['  User:', '    unmapped: drop', '    list:', '      - { hide: id }'],
      '8:17: rules.User.list[0].hide: `id` belongs to the protocol',
    ],
  ])('%s', (_, lines, expected) => {
    expect(faultsOf(...lines).join('\n')).toContain(expected)
  })

  test('a good clause has none', () => {
    expect(
      faultsOf(
        '  User:',
        '    - { client: active, upstream: status, values: { true: ENABLED, false: DISABLED } }',
        '  Group: []',
      ),
    ).toEqual([])
  })
})

test('what compiling throws is a problem at its path', () => {
  expect(clauseFault(new RuleFault(['rules', 'User', 3], 'is wrong'))).toEqual({
    path: ['rules', 'User', 3],
    message: 'is wrong',
  })
})
