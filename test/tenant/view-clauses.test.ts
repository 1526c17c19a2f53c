import { describe, expect, test } from 'vitest'
import { compileIdly } from '../../src/tenant/compile-idly.ts'
import { checkTenant } from '../../src/tenant/document-check.ts'
import { memorySource } from './memory-source.ts'

const text = (...lines: string[]) => ['id: contoso', 'name: C', 'upstream: { kind: directory }', ...lines].join('\n')

/** What `tenant check` says of a file; the clause's first line is the fourth. */
async function problemsOf(...lines: string[]): Promise<string[]> {
  const source = memorySource({ contoso: text(...lines) })
  const secrets = { env: () => undefined, readFile: async () => '' }
  const findings = await checkTenant('contoso', { source, secrets, compile: compileIdly })
  return (findings?.problems ?? []).map(({ line, column, message }) => `${line}:${column}: ${message}`)
}

describe('scope, allow and onDelete', () => {
  test('are taken', async () => {
    expect(
      await problemsOf(
        'scope: { User: userType eq "Employee", Group: displayName sw "App" }',
        'allow: { User: [create, read, update, delete], Group: [] }',
        'onDelete: deactivate',
        'rules: { User: [{ client: userType, upstream: title }] }',
      ),
    ).toEqual([])
  })

  test.each<[string, string[], string]>([
    ['a filter that is none', ['scope:', '  User: userType is "x"'], '5:9: '],
    [
      'a comparison that there is not',
      ['scope:', '  User: active co "x"'],
      '5:9: the operator co is not supported for active',
    ],
    [
      'what rules made of an attribute',
      ['rules: { User: [{ client: title, upstream: userType, values: { a: b } }] }', 'scope: { User: title gt 7 }'],
      '5:16: ',
    ],
    ['a type in lower case', ['scope: { user: userName pr }'], '4:16: is no resource type: did you mean `User`?'],
    ['a type in plural', ['allow: { Groups: [read] }'], '4:18: is no resource type: did you mean `Group`?'],
    ['an operation that there is not', ['allow: { User: [write] }'], '4:17: must be create, read, update or delete'],
    ['another end', ['onDelete: disable'], '4:11: must be delete, deactivate or reject'],
  ])('%s is refused where it stands', async (_, lines, wanted) => {
    const problems = await problemsOf(...lines)
    expect(problems).toEqual([expect.stringContaining(wanted)])
  })
})
