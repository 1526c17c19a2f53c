import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rulesClause } from '../../src/rules/clause.ts'
import { compileRules } from '../../src/rules/compile.ts'
import { createTranslator } from '../../src/rules/create-translator.ts'
import { RuleFault } from '../../src/rules/fault.ts'
import { parsePipe } from '../../src/rules/pipes.ts'
import type { Translator } from '../../src/rules/translator.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { scimErrorOf } from '../scim/fixture.ts'
import { examplesOf, rowsUnder } from './examples.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8')
const examples = examplesOf(page)

/** What crosses, without `schemas`, which the page leaves out. */
const bodyOf = ({ schemas: _, ...body }: JsonObject): JsonObject => body
const resourceOf = (body: JsonObject): JsonObject => ({ schemas: [userUrn], ...body })

function translatorOf(list: Json): Translator {
  const rules = compileRules(rulesClause.parse({ User: list })).get('User')
  if (rules === undefined) throw new TypeError('there are no rules for User')
  return createTranslator(rules, userDefinition, () => {})
}

test('the page has its ten examples, and none of its blocks is overlooked', () => {
  expect(new Set(examples.map(({ title }) => title.split('.')[0])).size).toBe(10)
  const fences = page.match(/^```(yaml|jsonc)$/gm) ?? []
  expect(examples.length + examples.flatMap(({ exchanges }) => exchanges).length).toBe(fences.length)
  for (const { title, exchanges } of examples) expect(exchanges, title).not.toHaveLength(0)
})

describe('every example of the page does what it says', () => {
  const cases = examples.flatMap(({ title, rules, exchanges }) =>
    exchanges.map((exchange, index) => [`${title}, ${index + 1}`, rules, exchange] as const),
  )
  test.each(cases)('%s', (_, rules, { sends, refusedFor, holds, sees = sends }) => {
    const translator = translatorOf(rules)
    if (refusedFor !== undefined) {
      const error = scimErrorOf(() => translator.toUpstream(resourceOf(sends ?? {})))
      expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
      expect(error?.detail).toContain(refusedFor)
      return
    }
    if (sends !== undefined) expect(bodyOf(translator.toUpstream(resourceOf(sends)))).toEqual(holds)
    expect(bodyOf(translator.toClient(resourceOf(holds ?? {})))).toEqual(sees)
  })
})

test('the page names every template', () => {
  const files = readdirSync(join(import.meta.dirname, '../../tenants/templates'))
  const named = rowsUnder(page, 'Template').map(([name]) => `${name}.yaml`)
  expect(named.toSorted()).toEqual(files.toSorted())
})

describe('the tables of pipes', () => {
  const exact = rowsUnder(page, 'Exact pipe')
  const lossy = rowsUnder(page, 'Lossy pipe')

  test.each(exact)('%s has an inverse', (text = '', hole = '', side = '') => {
    const pipe = parsePipe({ text, column: 1 })
    expect(pipe.exact).toBe(true)
    expect(pipe.print(JSON.parse(hole))).toEqual(JSON.parse(side))
    expect(pipe.match(JSON.parse(side))).toEqual(JSON.parse(hole))
  })

  test.each(lossy)('%s changes text', (text = '', hole = '', side = '') => {
    const pipe = parsePipe({ text, column: 1 })
    expect(pipe.exact).toBe(false)
    expect(pipe.print(JSON.parse(hole))).toEqual(JSON.parse(side))
  })

  test('hold every pipe there is', () => {
    const all = [...exact, ...lossy].map(([text = '']) => text.split(' ')[0])
    expect(namesOfPipes()).toEqual(expect.arrayContaining(all))
    expect(all).toHaveLength(namesOfPipes().length)
  })
})

/** As the message lists them to whoever writes one that is not there. */
function namesOfPipes(): readonly string[] {
  try {
    parsePipe({ text: 'nothing', column: 1 })
  } catch (error) {
    if (error instanceof RuleFault) return error.message.split('there are ')[1]?.split(', ') ?? []
  }
  return []
}
