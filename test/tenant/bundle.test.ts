import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bundle, bundleOf, pruned, readBundle } from '../../src/tenant/bundle.ts'
import { readDocument } from '../../src/tenant/document.ts'
import { printProblem } from '../../src/tenant/position.ts'
import { lines, memorySource } from './memory-source.ts'

const own = lines('id: contoso', 'name: Contoso', 'extends: hr')
const hr = lines('extends: base', 'frontDoor: { dialect: strict }')
const base = lines('upstream: { kind: directory }')

/** The same texts as a folder holds them. */
const folderOf = ({ file, templates }: Bundle) =>
  memorySource({
    contoso: file,
    ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text])),
  })

const print = (loaded: Awaited<ReturnType<typeof readBundle>>) => loaded.problems.map(printProblem)

describe('a bundle', () => {
  it('is read like a file with its templates', async () => {
    const { document, problems } = await readBundle('contoso', { file: own, templates: { hr, base } })
    expect(problems).toEqual([])
    expect(document).toMatchObject({ id: 'contoso', frontDoor: { dialect: 'strict' }, upstream: { kind: 'directory' } })
  })

  it('calls its files by their names in messages', async () => {
    const broken = lines('extends: base', 'frontDoor: { dialect: odd }')
    const [found] = print(await readBundle('contoso', { file: own, templates: { hr: broken, base } }))
    expect(found).toMatch(/^templates\/hr\.yaml:2:23: frontDoor\.dialect: /)
    const [other] = print(await readBundle('contoso', { file: 'id: fabrikam\nname: x', templates: {} }))
    expect(other).toMatch(/^contoso\.yaml:1:1: /)
  })

  it('says which template is missing, and takes none from anywhere else', async () => {
    expect(print(await readBundle('contoso', { file: own, templates: { hr } }))).toEqual([
      'templates/hr.yaml:1:10: extends: there is no template `base`',
    ])
    const named = lines('id: contoso', 'name: Contoso', 'extends: constructor')
    expect(print(await readBundle('contoso', { file: named, templates: {} }))).toEqual([
      'contoso.yaml:3:10: extends: there is no template `constructor`',
    ])
  })

  it('is refused under a name that is no id', async () => {
    expect(print(await readBundle('../contoso', { file: own, templates: {} }))[0]).toContain('ID.yaml')
  })
})

describe('collecting a bundle', () => {
  it('takes the file and those templates that are in its chain', async () => {
    const source = memorySource({ contoso: own, 'templates/hr': hr, 'templates/base': base, 'templates/other': base })
    const found = await bundleOf('contoso', source)
    expect(found?.bundle).toEqual({ file: own, templates: { hr, base } })
    expect(found?.loaded.document?.id).toBe('contoso')
  })

  it('finds nothing where there is no file, and leaves a missing template to whoever reads the bundle', async () => {
    expect(await bundleOf('contoso', memorySource())).toBeUndefined()
    expect(await bundleOf('No-Id', memorySource({ 'No-Id': own }))).toBeUndefined()
    const found = await bundleOf('contoso', memorySource({ contoso: own, 'templates/hr': hr }))
    expect(found?.bundle).toEqual({ file: own, templates: { hr } })
    expect(found?.loaded.problems).toHaveLength(1)
  })

  it('leaves out templates that somebody sent along', async () => {
    const bundle = { file: own, templates: { hr, base, other: base } }
    const loaded = await readBundle('contoso', bundle)
    expect(pruned({ bundle, loaded })).toEqual({ file: own, templates: { hr, base } })
    expect((await readBundle('contoso', pruned({ bundle, loaded }))).version).toBe(loaded.version)
  })
})

describe('the version', () => {
  const text = fc.constantFrom(
    '',
    '# a comment\n',
    '\uFEFF',
    '\r\n',
    'name: Ä\n',
    'extends: hr\n',
    'extends: base\n',
    '{',
  )
  const file = fc.array(text, { maxLength: 4 }).map((parts) => parts.join(''))
  const bundles = fc.record({ file, templates: fc.record({ hr: file, base: file }, { requiredKeys: [] }) })

  it('is the same for the same texts, whether they come from a folder or in a bundle', async () => {
    await fc.assert(
      fc.asyncProperty(bundles, async (bundle) => {
        const source = folderOf(bundle)
        const fromFolder = await readDocument('contoso', source)
        expect((await readBundle('contoso', bundle)).version).toBe(fromFolder?.version)
        const collected = await bundleOf('contoso', source)
        expect(collected?.loaded.version).toBe(fromFolder?.version)
        if (collected === undefined) return
        expect((await readBundle('contoso', collected.bundle)).version).toBe(fromFolder?.version)
      }),
      { examples: [[{ file: own, templates: { hr, base } }]] },
    )
  })

  it('changes with every text of the chain', async () => {
    const bundles = [
      { file: own, templates: { hr, base } },
      { file: `${own}\n`, templates: { hr, base } },
      { file: own, templates: { hr: `${hr}\n`, base } },
      { file: own, templates: { hr, base: `${base}\n` } },
    ]
    const versions = await Promise.all(bundles.map(async (bundle) => (await readBundle('contoso', bundle)).version))
    expect(new Set(versions).size).toBe(4)
  })
})
