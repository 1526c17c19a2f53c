import { describe, expect, test } from 'vitest'
import { readDocument } from '../../src/tenant/document.ts'
import { printProblem } from '../../src/tenant/position.ts'
import { lines, memorySource } from './memory-source.ts'

async function messagesOf(contoso: string, templates: Record<string, string> = {}): Promise<string[]> {
  const loaded = await readDocument('contoso', memorySource({ contoso, ...templates }))
  return loaded?.problems.map(printProblem) ?? []
}

const good = ['id: contoso', 'name: Contoso', 'upstream:', '  kind: directory']
const scim = ['id: contoso', 'name: Contoso', 'upstream:', '  kind: scim', '  url: https://u.example/scim']

describe('a good file', () => {
  test('is parsed, with its defaults', async () => {
    const loaded = await readDocument('contoso', memorySource({ contoso: lines(...good) }))
    expect(loaded?.problems).toEqual([])
    expect(loaded?.document).toEqual({
      id: 'contoso',
      name: 'Contoso',
      status: 'active',
      frontDoor: { hosts: [], dialect: 'auto' },
      upstream: { kind: 'directory', schemas: [], resourceTypes: [] },
    })
  })

  test.each([
    ['with a byte order mark', `\uFEFF${lines(...good)}`],
    ['with line ends of Windows', good.join('\r\n')],
    ['with a document start and end', `---\n${lines(...good)}...\n`],
    ['as JSON', '{"id":"contoso","name":"Contoso","upstream":{"kind":"directory"}}'],
    ['with an anchor', 'id: &id contoso\nname: *id\nupstream: { kind: directory }\n'],
  ])('%s', async (_, text) => {
    expect(await messagesOf(text)).toEqual([])
  })

  test('an allow-list that is there and empty stays empty: it allows nobody', async () => {
    const source = memorySource({ contoso: lines(...good, 'frontDoor: { allowFrom: [] }') })
    expect((await readDocument('contoso', source))?.document?.frontDoor.allowFrom).toEqual([])
  })

  test('hosts are kept in lower case', async () => {
    const source = memorySource({ contoso: lines(...good, 'frontDoor: { hosts: [SCIM.Contoso.Example] }') })
    expect((await readDocument('contoso', source))?.document?.frontDoor.hosts).toEqual(['scim.contoso.example'])
  })

  test('no file is no document', async () => {
    expect(await readDocument('contoso', memorySource())).toBeUndefined()
  })
})

const bad: [what: string, text: string, messages: string[]][] = [
  ['an empty file', '', ['1:1: is empty']],
  ['nothing but a comment', '# soon\n', ['1:1: is empty']],
  ['a list', '- a\n', ['1:1: must be a map, not a list']],
  ['a text', 'hello\n', ['1:1: must be a map, not text']],
  ['a missing clause', 'id: contoso\nname: C\n', ['1:1: upstream: is missing; must be a map']],
  [
    'an unknown key with a near one',
    lines('id: contoso', 'name: C', 'upsteam:', '  kind: directory'),
    ['1:1: upstream: is missing; must be a map', '3:1: unknown key `upsteam`; did you mean `upstream`?'],
  ],
  [
    'an unknown key with none near',
    lines(...good, 'colour: red'),
    [
      '5:1: unknown key `colour`; known here: id, name, extends, status, frontDoor, upstream, scope, allow, onDelete, rules',
    ],
  ],
  [
    'an unknown key further in',
    lines(...good, 'frontDoor:', '  hots: [a.example]'),
    ['6:3: frontDoor: unknown key `hots`; did you mean `hosts`?'],
  ],
  [
    'a key of another kind',
    lines(...good, '  url: https://u.example/'),
    [
      '5:3: upstream: unknown key `url`; known here: kind, schemas, resourceTypes, emulate, pageBudget, membersOnRead, absentInPut, unsupported',
    ],
  ],
  [
    'clauses that are not built yet, and what follows from them not once more',
    lines(...good, 'guard:', '  deletes: { max: 20, per: 1h }', 'frontDoor:', '  trust: [{ issuer: x }]'),
    [
      '5:1: `guard` is not built yet in this version; remove it',
      '8:3: `frontDoor.trust` is not built yet in this version; remove it',
    ],
  ],
  [
    'an upstream that is not built yet',
    lines('id: contoso', 'name: C', 'upstream:', '  kind: graph', '  tenantId: x'),
    ['4:3: `upstream.kind: graph` is not built yet in this version; remove it'],
  ],
  [
    'an unknown kind',
    lines('id: contoso', 'name: C', 'upstream:', '  kind: ldap'),
    ['4:9: upstream.kind: must be directory or scim'],
  ],
  [
    'no kind',
    lines('id: contoso', 'name: C', 'upstream:', '  url: https://u.example/'),
    ['3:1: upstream.kind: is missing; must be directory or scim'],
  ],
  [
    'another id',
    'id: fabrikam\nname: C\nupstream: { kind: directory }\n',
    ['1:5: id: must be `contoso`, as the file is called'],
  ],
  [
    'a number for a text',
    'id: contoso\nname: 42\nupstream: { kind: directory }\n',
    ['2:7: name: must be text, not a number; put it in quotes'],
  ],
  [
    'an allow-list with nothing in it: not everybody, not nobody, but a question',
    lines(...good, 'frontDoor:', '  allowFrom:', '    # - 203.0.113.0/24'),
    ['6:3: frontDoor.allowFrom: is empty; give it a value, or remove the key (must be a list)'],
  ],
  [
    'an address that is none',
    lines(...good, 'frontDoor:', '  allowFrom: [203.0.113.0/24, 203.0.113.0/33]'),
    ['6:31: frontDoor.allowFrom[1]: must be an IP address or a CIDR range, such as 203.0.113.0/24'],
  ],
  [
    'a host with a port',
    lines(...good, 'frontDoor:', '  hosts:', '    - scim.contoso.example:443'),
    ['7:7: frontDoor.hosts[0]: must be a host name without scheme, port and path, such as contoso.scim.msp.example'],
  ],
  [
    'a word that is not among the possible ones',
    lines(...good, 'status: closed'),
    ['5:9: status: must be active or suspended'],
  ],
  [
    'a literal secret, which no message repeats',
    lines(...scim, '  auth: { kind: bearer, token: hunter2 }'),
    [
      '6:32: upstream.auth.token: a literal secret must not stand in a tenant file: write { env: NAME }, { file: PATH } or { sealed: "<JWE>" } (`tollgate seal` makes one)',
    ],
  ],
  [
    "a reference to the gateway's own settings",
    lines(...scim, '  auth: { kind: bearer, token: { env: TOLLGATE_ADMIN_TOKEN } }'),
    ['6:39: upstream.auth.token.env: names a setting of the gateway itself; give the secret a variable of its own'],
  ],
  [
    'a reference with two sources',
    lines(...scim, '  auth: { kind: bearer, token: { env: A, file: /b } }'),
    ['6:42: upstream.auth.token: `file` cannot stand beside the other keys'],
  ],
  [
    'a sealed secret',
    lines(...scim, '  auth: { kind: bearer, token: { sealed: eyJ } }'),
    ['6:34: `upstream.auth.token.sealed` is not built yet in this version; remove it'],
  ],
  [
    'a duplicate key',
    lines('id: contoso', 'name: A', 'upstream: { kind: directory }', 'name: B'),
    ['4:1: the key `name` stands here twice'],
  ],
  ['a prototype key', lines(...good, '__proto__: { polluted: true }'), ['5:1: unknown key `__proto__`']],
  [
    'a name that every object has',
    lines(...good, 'constructor: 1'),
    [
      '5:1: unknown key `constructor`; known here: id, name, extends, status, frontDoor, upstream, scope, allow, onDelete, rules',
    ],
  ],
  ['two documents', `${lines(...good)}---\nid: b\n`, ['5:1: holds more than one YAML document']],
  ['a tag', 'id: !secret contoso\n', ['1:5: tags (`!name`) are not supported']],
  ['a tab', 'upstream:\n\tkind: directory\n', ['2:1: a tab cannot indent; use spaces']],
  ['a second colon', 'name: a: b\n', ['1:7: a second `:` on this line; put the value in quotes']],
  [
    'a value after a value, which no message repeats',
    'id: contoso\nname: "C" hunter2\n',
    ['2:11: something stands here that YAML does not allow (a missing quote or comma, or wrong indentation?)'],
  ],
  ['a key that is no text', '{ { a: b }: c }\n', ['1:3: a key must be text']],
  [
    'an alias without an anchor',
    lines(...good, 'extends: *hr'),
    ['5:10: extends: an alias without an anchor before it'],
  ],
  ['a control character', 'id: contoso\nname: a\u0000b\n', ['2:8: holds a control character, or is not UTF-8 text']],
  ['bytes that are no UTF-8', 'name: M\uFFFDller\n', ['1:8: holds a control character, or is not UTF-8 text']],
]

describe('a bad file is refused, with every mistake at its place', () => {
  test.each(bad)('%s', async (_, text, messages) => {
    expect(await messagesOf(text)).toEqual(messages.map((message) => `tenants/contoso.yaml:${message}`))
  })

  test('all at once', async () => {
    const text = lines(
      'id: Contoso',
      'name: ""',
      'status: off',
      'meter: {}',
      'frontDoor: { dialect: lax }',
      'upstream: 7',
    )
    expect(await messagesOf(text)).toEqual(
      [
        '1:5: id: must be an id: 1 to 63 characters of a-z, 0-9 and -',
        '2:7: name: must not be empty',
        '3:9: status: must be active or suspended',
        '4:1: `meter` is not built yet in this version; remove it',
        '5:23: frontDoor.dialect: must be auto or strict',
        '6:11: upstream: must be a map, not a number',
      ].map((message) => `tenants/contoso.yaml:${message}`),
    )
  })

  test('a file whose name is no id is not even opened', async () => {
    const source = memorySource({ '../secret': 'id: x' })
    const loaded = await readDocument('../secret', source)
    expect(loaded?.problems.map(({ message }) => message)).toEqual([
      'a tenant file is called ID.yaml, its ID being 1 to 63 characters of a-z, 0-9 and -',
    ])
    expect(source.reads).toEqual([])
  })
})
