import { describe, expect, test } from 'vitest'
import { readDocument } from '../../src/tenant/document.ts'
import { printProblem } from '../../src/tenant/position.ts'
import { merge } from '../../src/tenant/template.ts'
import { lines, memorySource } from './memory-source.ts'

const heir = (...more: string[]) => lines('id: contoso', 'name: C', 'extends: hr', ...more)

async function load(contoso: string, templates: Record<string, string>) {
  const named = Object.entries(templates).map(([name, text]) => [`templates/${name}`, text])
  const loaded = await readDocument('contoso', memorySource({ contoso, ...Object.fromEntries(named) }))
  return { document: loaded?.document, templates: loaded?.templates, messages: loaded?.problems.map(printProblem) }
}

describe('merging', () => {
  test.each([
    [
      'maps are merged, the tenant wins',
      [
        { a: 1, b: { c: 1 } },
        { a: 2, b: { d: 2 } },
      ],
      { a: 1, b: { c: 1, d: 2 } },
    ],
    ['lists are replaced', [{ a: [1] }, { a: [2, 3] }], { a: [1] }],
    ['a text replaces a map', [{ a: 'x' }, { a: { b: 1 } }], { a: 'x' }],
    ['null replaces, too', [{ a: null }, { a: { b: 1 } }], { a: null }],
    ['three layers', [{ a: { x: 1 } }, { a: { y: 2 } }, { a: { x: 9, z: 3 } }], { a: { x: 1, y: 2, z: 3 } }],
    ['a text between hides what is under it', [{ a: { x: 1 } }, { a: 'b' }, { a: { y: 2 } }], { a: { x: 1 } }],
    [
      'the same kind is merged',
      [
        { kind: 'a', x: 1 },
        { kind: 'a', y: 2 },
      ],
      { kind: 'a', x: 1, y: 2 },
    ],
    ['another kind replaces', [{ kind: 'a' }, { kind: 'b', y: 2 }], { kind: 'a' }],
    ['a kind that only the template says', [{ x: 1 }, { kind: 'b' }], { kind: 'b', x: 1 }],
    ['one secret replaces another', [{ s: { file: 'f' } }, { s: { env: 'E' } }], { s: { file: 'f' } }],
  ])('%s', (_, layers, merged) => {
    expect(merge(layers)).toEqual(merged)
  })
})

describe('extends', () => {
  test('brings what the tenant does not say', async () => {
    const { document, messages } = await load(heir('upstream: { url: https://u.example/scim }'), {
      hr: lines('extends: base', 'upstream:', '  kind: scim', '  auth: { kind: none }'),
      base: lines('frontDoor: { dialect: strict }', 'upstream: { timeout: 5s }'),
    })
    expect(messages).toEqual([])
    expect(document).toMatchObject({
      extends: 'hr',
      frontDoor: { dialect: 'strict' },
      upstream: { kind: 'scim', url: 'https://u.example/scim', timeout: '5s', auth: { kind: 'none' } },
    })
  })

  test('a mistake in the template is reported there', async () => {
    const { messages, document } = await load(heir('upstream:', '  kind: scim'), {
      hr: lines('guard: {}', 'upstream:', '  url: ldap://u.example', '  auth:', '    kind: bearer', '  uri: x'),
    })
    expect(document).toBeUndefined()
    expect(messages).toEqual([
      'tenants/templates/hr.yaml:1:1: `guard` is not built yet in this version; remove it',
      'tenants/templates/hr.yaml:3:8: upstream.url: must be an https URL (http only for hosts in TOLLGATE_ALLOW_HOSTS)',
      expect.stringContaining('tenants/templates/hr.yaml:4:3: upstream.auth.token: '),
      'tenants/templates/hr.yaml:6:3: upstream: unknown key `uri`; did you mean `url`?',
    ])
  })

  test('a list of the tenant is the tenant’s mistake, though the template has a longer one', async () => {
    const { messages } = await load(heir('upstream: { kind: directory }', 'frontDoor: { hosts: ["a b"] }'), {
      hr: 'frontDoor:\n  hosts: [a.example, b.example]\n',
    })
    expect(messages).toEqual([expect.stringMatching(/^tenants\/contoso\.yaml:5:22: frontDoor\.hosts\[0\]: /)])
  })

  test.each([
    ['no such template', {}, ['tenants/contoso.yaml:3:10: extends: there is no template `hr`']],
    [
      'a circle',
      { hr: 'extends: base\n', base: 'extends: hr\n' },
      ['tenants/templates/base.yaml:1:10: extends: the templates form a circle: hr -> base -> hr'],
    ],
    [
      'an id in a template',
      { hr: 'id: hr\nupstream: { kind: directory }\n' },
      ['tenants/templates/hr.yaml:1:1: id: a template has no id; remove it'],
    ],
    ['a template that is no map', { hr: '- a\n' }, ['tenants/templates/hr.yaml:1:1: must be a map of clauses']],
    [
      'a template that is no YAML',
      { hr: 'a: b: c\n' },
      ['tenants/templates/hr.yaml:1:4: a second `:` on this line; put the value in quotes'],
    ],
  ])('%s', async (_, templates, messages) => {
    const text = Object.keys(templates).length === 0 ? heir() : heir('upstream: { kind: directory }')
    expect((await load(text, templates)).messages).toEqual(messages)
  })

  test('a chain that is too long ends', async () => {
    const chain = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`t${at}`, `extends: t${at + 1}\n`]))
    const { messages } = await load(heir('upstream: { kind: directory }'), { hr: 'extends: t0\n', ...chain })
    expect(messages).toEqual(['tenants/templates/t6.yaml:1:10: extends: more than 8 templates, one upon the other'])
  })

  test('a name that would leave the folder reads nothing', async () => {
    const source = memorySource({ contoso: lines('id: contoso', 'name: C', 'extends: ../../etc/passwd') })
    const loaded = await readDocument('contoso', source)
    expect(loaded?.problems[0]?.path).toBe('upstream')
    expect(loaded?.problems[1]?.path).toBe('extends')
    expect(source.reads).toEqual(['contoso'])
  })

  test('missing templates are depended on, too', async () => {
    const { templates } = await load(heir(), {})
    expect(templates).toEqual(['hr'])
  })
})
