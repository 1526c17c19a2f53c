import { applyPatch } from 'diff'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffBundles, showDiff } from '../../src/cli/apply-diff.ts'

const bundle = (file: string, templates: Readonly<Record<string, string>> = {}) => ({ file, templates })

describe('the diff of two bundles', () => {
  it('shows a new tenant as all added, its templates after it', () => {
    expect(diffBundles('contoso', 'tenants', null, bundle('id: contoso\n', { b: 'b: 1\n', a: 'a: 1\n' }))).toEqual([
      '--- /dev/null\n+++ tenants/contoso.yaml\n@@ -0,0 +1,1 @@\n+id: contoso\n',
      '--- /dev/null\n+++ tenants/templates/a.yaml\n@@ -0,0 +1,1 @@\n+a: 1\n',
      '--- /dev/null\n+++ tenants/templates/b.yaml\n@@ -0,0 +1,1 @@\n+b: 1\n',
    ])
  })

  it('shows what changed, what came and what went, and nothing that stayed', () => {
    const before = bundle('x: 1\ny: 2\n', { same: 's\n', gone: 'g\n' })
    const after = bundle('x: 1\ny: 3\n', { same: 's\n', come: 'c\n' })
    expect(diffBundles('t', 'f', before, after)).toEqual([
      '--- f/t.yaml\n+++ f/t.yaml\n@@ -1,2 +1,2 @@\n x: 1\n-y: 2\n+y: 3\n',
      '--- /dev/null\n+++ f/templates/come.yaml\n@@ -0,0 +1,1 @@\n+c\n',
      '--- f/templates/gone.yaml\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-g\n',
    ])
    expect(diffBundles('t', 'f', after, after)).toEqual([])
  })

  it('leads from the one text to the other', () => {
    const line = fc.constantFrom('a: 1', 'b: 2', '', '- c', '+ d', '@@', '\\ e')
    const texts = fc.tuple(fc.array(line), fc.constantFrom('', '\n')).map(([lines, end]) => lines.join('\n') + end)
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const [patch] = diffBundles('t', 'f', bundle(before), bundle(after))
        expect(patch === undefined ? before : applyPatch(before, patch)).toBe(after)
      }),
    )
  })

  it('shows a text of which hardly a line stayed as gone and come, without a search for the least', () => {
    const lines = (word: string) => Array.from({ length: 3000 }, (_, index) => `${word} ${index}\n`).join('')
    const [patch = ''] = diffBundles('t', 'f', bundle(lines('a')), bundle(lines('b')))
    expect(patch.startsWith('--- f/t.yaml\n+++ /dev/null\n')).toBe(true)
    expect(patch).toContain('--- /dev/null\n+++ f/t.yaml\n')
  })
})

describe('a diff on a terminal', () => {
  const patch = '--- a\n+++ a\n@@ -1,2 +1,2 @@\n same\n-old\n+new\u001b[2J\r\n'

  it('shows control characters as pictures', () => {
    expect(showDiff(patch, false)).toBe('--- a\n+++ a\n@@ -1,2 +1,2 @@\n same\n-old\n+new␛[2J␍')
  })

  it('is coloured where that is wanted', () => {
    const shown = showDiff(patch, true)
    expect(shown).toContain('\u001b[31m-old\u001b[0m\n\u001b[32m+new␛[2J␍\u001b[0m')
    expect(shown.split('\n')[3]).toBe(' same')
  })
})
