import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject } from '../../src/scim/json.ts'
import { directoryClause } from '../../src/upstream/directory/clause.ts'
import { emulateClause } from '../../src/upstream/directory/emulate/clause.ts'
import { rowsUnder } from './examples.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/rehearsal.md'), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => parse(text).upstream)

test('every example of the page is a clause', () => {
  expect(blocks).toHaveLength(2)
  for (const clause of blocks) expect(directoryClause.safeParse(clause).error).toBeUndefined()
})

test('the page names every option', () => {
  const [, options] = emulateClause.options
  const names = Object.keys(options.shape).filter((name) => name !== 'as')
  expect(
    rowsUnder(page, 'option')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...names].sort())
  expect(isObject(blocks[1]?.emulate) ? Object.keys(blocks[1].emulate) : []).toEqual(expect.arrayContaining(names))
})
