import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { readDocument } from '../../src/tenant/document.ts'
import { newTenantText } from '../../src/tenant/document-new.ts'
import { parseYaml } from '../../src/tenant/document-yaml.ts'
import { tenantSchema } from '../../src/tenant/schema.ts'
import { notBuilt } from '../../src/tenant/schema-not-built.ts'
import { publishedSchemaText } from '../../src/tenant/schema-published.ts'
import { merge } from '../../src/tenant/template.ts'
import { memorySource } from './memory-source.ts'

const folder = join(import.meta.dirname, '../../tenants')
const yaml = (path: string) => readFileSync(join(folder, path), 'utf8')

test('the published JSON Schema is the validator’s (after a change: npx vitest run -u test/tenant/schema.test.ts)', async () => {
  await expect(publishedSchemaText()).toMatchFileSnapshot('../../tenants/tenant.schema.json')
})

test('the JSON Schema describes every clause at the top', () => {
  const { whole, heir } = JSON.parse(publishedSchemaText()).$defs
  expect(Object.keys(heir.properties)).toEqual(Object.keys(tenantSchema.shape))
  const { properties } = whole
  expect(Object.keys(properties)).toEqual(Object.keys(tenantSchema.shape))
  for (const [name, property] of Object.entries(properties)) expect(property, name).toHaveProperty('description')
})

describe('the JSON Schema, read back, agrees with the validator', () => {
  const published = z.fromJSONSchema(JSON.parse(publishedSchemaText()))
  const agrees = (text: string): boolean => published.safeParse(parseYaml({ file: 'x', text }).value).success
  const whole = 'id: contoso\nname: C\nupstream: { kind: directory }\n'

  test.each([
    ['a whole file', whole],
    [
      'an heir, of which the rest is in the template',
      'id: contoso\nextends: hr\nupstream: { url: https://u.example/ }\n',
    ],
    ['what `tenant new` writes', newTenantText('contoso')],
    ['the demo', yaml('demo.yaml')],
  ])('takes %s', (_, text) => {
    expect(agrees(text)).toBe(true)
  })

  test.each([
    ['half a file without a template', 'id: contoso\nname: C\n'],
    ['an heir without an id', 'extends: hr\nname: C\n'],
    ['an unknown key', `${whole}colour: red\n`],
    ['an unknown key of an heir', `${whole}extends: hr\nfrontDoor: { hots: [] }\n`],
    ['what is not built yet', `${whole}guard: {}\n`],
    ['a number for a text', 'id: contoso\nname: 7\nupstream: { kind: directory }\n'],
    ['an unknown kind', 'id: contoso\nname: C\nupstream: { kind: ldap }\n'],
  ])('refuses %s', (_, text) => {
    expect(agrees(text)).toBe(false)
  })
})

describe('the published files', () => {
  test.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s is valid', async (name) => {
    const id = name.slice(0, -'.yaml'.length)
    const templates = readdirSync(join(folder, 'templates')).map((file) => [
      `templates/${file.slice(0, -'.yaml'.length)}`,
      yaml(`templates/${file}`),
    ])
    const loaded = await readDocument(id, memorySource({ [id]: yaml(name), ...Object.fromEntries(templates) }))
    expect(loaded?.problems).toEqual([])
  })

  const heirOf = (name: string) => `
id: contoso
name: Contoso
extends: ${name}
upstream:
  url: https://directory.contoso.example/scim/v2
  auth:
    tokenUrl: https://login.contoso.example/token
    clientId: tollgate
    client: { secret: { env: CONTOSO_SECRET } }
`
  // A template may hold a clause that is refused by name until its part is built.
  const refused = notBuilt.map(({ path }) => `\`${path.join('.')}\` is not built yet in this version; remove it`)
  test.each(readdirSync(join(folder, 'templates')))('template %s has a valid heir', async (file) => {
    const templates = readdirSync(join(folder, 'templates')).map((other) => [
      `templates/${other.slice(0, -'.yaml'.length)}`,
      yaml(`templates/${other}`),
    ])
    const contoso = heirOf(file.slice(0, -'.yaml'.length))
    const loaded = await readDocument('contoso', memorySource({ contoso, ...Object.fromEntries(templates) }))
    expect(loaded?.problems.filter(({ message }) => !refused.includes(message))).toEqual([])
  })
})

describe('what is not built yet', () => {
  const base: JsonObject = { id: 'contoso', name: 'C', upstream: { kind: 'directory' } }
  const scim: Json = { ...base, upstream: { kind: 'scim', url: 'https://u.example/', auth: { kind: 'none' } } }
  const rows = notBuilt.filter(({ path }) => path[0] !== '**')
  const nested = (path: readonly string[], value: Json): Json =>
    path.reduceRight<Json>((inner, name) => ({ [name]: inner }), value)

  // Contract §4. An unknown key is a typing mistake; these are none.
  test.each(['scope', 'allow', 'onDelete', 'rules', 'limits', 'meter', 'shadow', 'guard'])(
    '`%s` of the contract is served or refused by name',
    async (clause) => {
      const source = memorySource({ contoso: JSON.stringify({ ...base, [clause]: {} }) })
      const messages = (await readDocument('contoso', source))?.problems.map(({ message }) => message).join('\n')
      expect(messages).not.toContain('unknown key')
    },
  )

  test.each(
    rows.map((row) => [`${row.path.join('.')}${row.value === undefined ? '' : `: ${row.value}`}`, row] as const),
  )('%s is refused by name', async (name, { path, value }) => {
    const text = JSON.stringify(merge([nested(path, value ?? {}), path[0] === 'upstream' ? scim : base]))
    const loaded = await readDocument('contoso', memorySource({ contoso: text }))
    expect(loaded?.problems.map(({ message }) => message)).toContain(
      `\`${name}\` is not built yet in this version; remove it`,
    )
  })

  test.each(rows.map((row) => [row.path.join('.'), row] as const))(
    '%s: its row goes when its part comes, since no part takes it as it is',
    (_, { path, value }) => {
      const document = merge([nested(path, value ?? {}), path[0] === 'upstream' ? scim : base])
      expect(tenantSchema.safeParse(document).success).toBe(false)
    },
  )
})

describe('the file that `tenant new` writes', () => {
  test.each(['contoso', 'a', '7', '1e3', 'true', 'null', '-', '0x10', 'a-b', 'x'.repeat(63)])(
    'is valid for %s',
    async (id) => {
      const loaded = await readDocument(id, memorySource({ [id]: newTenantText(id) }))
      expect(loaded?.problems).toEqual([])
      expect(loaded?.document).toMatchObject({ id, name: id, upstream: { kind: 'directory' } })
    },
  )

  test('is valid with its second upstream put in place of the first', async () => {
    const [head, tail] = newTenantText('contoso').split('# When the customer')
    const upstream = (tail ?? '')
      .split('\n')
      .slice(2)
      .map((row) => row.replace(/^# ?/, ''))
    const text = `${(head ?? '').replace(/^upstream:\n {2}kind: directory\n/m, '')}${upstream.join('\n')}`
    expect(parseYaml({ file: 'x', text }).value).toMatchObject({ upstream: { kind: 'scim' } })
    const loaded = await readDocument('contoso', memorySource({ contoso: text }))
    expect(loaded?.problems).toEqual([])
    expect(loaded?.document?.upstream).toMatchObject({ auth: { client: { secret: { env: 'CONTOSO_SECRET' } } } })
  })

  test('is valid with every commented line of the front door', async () => {
    const text = newTenantText('contoso').replace(/^ {2}# (hosts|allowFrom):/gm, '  $1:')
    const { value } = parseYaml({ file: 'x', text })
    expect(isObject(value) && value['frontDoor']).toHaveProperty('allowFrom')
    expect((await readDocument('contoso', memorySource({ contoso: text })))?.problems).toEqual([])
  })

  test.each(['', 'A', '../x', 'a b', 'x'.repeat(64)])('refuses the id %j', (id) => {
    expect(() => newTenantText(id)).toThrow('1 to 63 characters')
  })
})
