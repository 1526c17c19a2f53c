import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compileRules } from '../../src/rules/compile.ts'
import type { Place } from '../../src/rules/place.ts'
import type { Rule } from '../../src/rules/rule.ts'
import { attributeAt } from '../../src/scim/definition.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { printPatch } from '../../src/scim/patch-print.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { groupDefinition, userDefinition } from '../../src/scim/schemas.ts'
import { entraGroup, entraUser } from './entra.ts'
import { rulesOf, templateTexts, translatorOf } from './templates.ts'

const body = z.custom<JsonObject>((value) => isObject(value))

/** A conversation with one client: what it sends and what goes out, what the upstream answers and what it is shown. */
const sampleSchema = z.strictObject({
  source: z.url(),
  type: z.enum(['User', 'Group']),
  client: body,
  upstream: body,
  reply: body,
  shown: body,
})

/** A PATCH of a client, and what goes out; `read` where that depends on what is there. */
const patchSchema = z.strictObject({
  source: z.url(),
  type: z.enum(['User', 'Group']),
  client: body,
  upstream: z.union([body, z.literal('read')]),
})

const definitions: Readonly<Record<string, ResourceDefinition>> = { User: entraUser, Group: entraGroup }
const definitionOf = (type: string): ResourceDefinition => {
  const definition = definitions[type]
  if (definition === undefined) throw new TypeError(`no template is tried with ${type}`)
  return definition
}

/** The files whose names end so, each with the template that its folder is called after. */
const filesOf = <T>(ending: RegExp, schema: z.ZodType<T>) =>
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8')
      return { file, template: file.split('/')[0] ?? '', ...schema.parse(JSON.parse(text)) }
    })

const samples = filesOf(/(?<!\.patch)\.json$/, sampleSchema)
const patches = filesOf(/\.patch\.json$/, patchSchema)

/** Templates with rules; what they hold beside is held by test/tenant/schema.test.ts. */
const names = Object.keys(templateTexts).filter((name) => name !== 'hr-standard')

describe('samples', () => {
  test.each(samples)('$file', async ({ template, type, client, upstream, reply, shown }) => {
    const unfit: string[] = []
    const translator = await translatorOf(template, definitionOf(type), unfit)
    expect(translator.toUpstream(client)).toEqual(upstream)
    expect(translator.toClient(reply)).toEqual(shown)
    expect(unfit).toEqual([])
  })

  test.each(patches)('$file', async ({ template, type, client, upstream }) => {
    const translator = await translatorOf(template, definitionOf(type))
    const given = translator.patch(parsePatch(client, translator.client, 'auto'))
    expect(given.kind === 'direct' ? printPatch(given.operations) : given.kind).toEqual(upstream)
  })

  test.each(names)('%s has some, each from a source that it names', (name) => {
    const own = samples.filter(({ template }) => template === name)
    expect(own).not.toHaveLength(0)
    const all = [...own, ...patches.filter(({ template }) => template === name)]
    for (const { source } of all) expect(templateTexts[name]).toContain(source)
  })
})

describe('what clients look somebody up by', () => {
  // Entra searches by little else, and each search that the gateway has to finish costs pages of reads.
  test.each(
    names.flatMap((name) => [
      [name, 'User', 'userName eq "ada@contoso.com"'] as const,
      [name, 'User', 'externalId eq "4711"'] as const,
      [name, 'User', 'active eq true and userName eq "ada@contoso.com"'] as const,
      [name, 'Group', 'displayName eq "Sales"'] as const,
    ]),
  )('%s asks for a %s as it was asked: %s', async (name, type, filter) => {
    const asked = parseFilter(filter)
    expect((await translatorOf(name, definitionOf(type))).filter(asked)).toEqual({ kind: 'exact', filter: asked })
  })
})

describe('rules', () => {
  /** Names that no schema knows, of what a client sends. */
  const custom: Readonly<Record<string, RegExp>> = {
    'oracle-hcm': /^urn:scim:schemas:extension:fa:2\.0:faUser$/,
    'sap-ips': /^urn:(ietf:params:scim:schemas:extension:sap|sap:cloud:scim:schemas:extension:custom):2\.0:User$/,
    workday: /^siteName$/,
  }

  const placesOf = (rule: Rule): readonly { place: Place; side: 'client' | 'upstream' }[] => {
    if (rule.kind === 'hide') return [{ place: rule.place, side: 'client' }]
    if (rule.kind !== 'two-way') return [{ place: rule.upstream, side: 'upstream' }]
    return (['client', 'upstream'] as const).flatMap((side) => rule[side].map(({ place }) => ({ place, side })))
  }

  test.each(names)('%s claims names that schemas know, or that are its client’s own', async (name) => {
    for (const { resourceType, rules } of compileRules(await rulesOf(name)).values()) {
      const upstream = definitionOf(resourceType)
      const standard = resourceType === 'User' ? userDefinition : groupDefinition
      const unknown = rules.flatMap(placesOf).filter(({ place, side }) => {
        const known = side === 'upstream' ? [upstream] : [upstream, standard]
        const { filter: _, ...path } = place
        if (known.some((definition) => attributeAt(definition, path) !== undefined)) return false
        return side === 'upstream' || custom[name]?.test(place.urn ?? place.name) !== true
      })
      expect(unknown).toEqual([])
    }
  })

  /** What a client's template has instead of a rule of entra-upstream, by what that rule holds. */
  const instead: Readonly<Record<string, RegExp>> = {
    'entra-client': /addresses\[type eq .{1,2}other/,
    'oracle-hcm': /\{mail\}/,
    'sap-ips': /\{mail\}/,
  }

  test.each(names)('%s has every rule of entra-upstream, or another instead', async (name) => {
    const own = await rulesOf(name)
    for (const [type, rules] of Object.entries(await rulesOf('entra-upstream'))) {
      const have = JSON.stringify(own[type])
      const missing = [rules]
        .flat()
        .map((rule) => JSON.stringify(rule))
        .filter((rule) => !have.includes(rule))
      expect(missing.filter((rule) => instead[name]?.test(rule) !== true)).toEqual([])
    }
  })
})
