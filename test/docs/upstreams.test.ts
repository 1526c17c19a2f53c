import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileCapabilities } from '../../src/plan/clause.ts'
import { defaultChoices } from '../../src/plan/planning.ts'
import { entra, entraUrls } from '../../src/plan/presets/entra.ts'
import { parseJson } from '../../src/scim/json.ts'
import { checkDocument } from '../../src/tenant/document-issue.ts'
import { rowsUnder } from './examples.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/upstreams.md'), 'utf8')
const [first, second] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text)

function planningOf(text = '') {
  const given = parseJson(JSON.stringify({ id: 'contoso', name: 'Contoso', ...parse(text) }))
  const checked = checkDocument(given)
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults))
  const { upstream } = checked.document
  if (upstream.kind !== 'scim') throw new Error(upstream.kind)
  return compileCapabilities(upstream)
}

test('the first example is the preset itself', () => {
  expect(planningOf(first).capabilities).toBe(entra)
})

test('the second example names every capability there is', () => {
  const { capabilities } = planningOf(second)
  const named = Object.keys(parse(second ?? '').upstream.capabilities)
  expect(new Set(['preset', ...named])).toEqual(new Set(Object.keys(capabilities)))
  expect(capabilities.filter.get('group')).toMatchObject({ and: false, or: false })
  expect(capabilities.billing).toEqual(entra.billing)
})

test('the tables are true', () => {
  expect(rowsUnder(page, "Entra's cloud").map(([, url]) => url)).toEqual(Object.values(entraUrls))
  expect(Object.fromEntries(rowsUnder(page, 'key').map(([key = '', , value]) => [key, value]))).toEqual(
    Object.fromEntries(Object.entries(defaultChoices).map(([key, value]) => [key, String(value)])),
  )
})
