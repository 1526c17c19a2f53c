import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RulesClause, rulesClause } from '../../src/rules/clause.ts'
import { compileRules } from '../../src/rules/compile.ts'
import { createTranslator } from '../../src/rules/create-translator.ts'
import type { Translator } from '../../src/rules/translator.ts'
import { isObject, type JsonObject } from '../../src/scim/json.ts'
import type { ResourceDefinition } from '../../src/scim/schema.ts'
import { parseYaml } from '../../src/tenant/document-yaml.ts'
import { bundledTemplates, chainOf, merge } from '../../src/tenant/template.ts'

const folder = join(import.meta.dirname, '../../tenants/templates')

/** Every published template's text, by its name. */
export const templateTexts: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder).map((file) => [file.slice(0, -'.yaml'.length), readFileSync(join(folder, file), 'utf8')]),
)

/** What a tenant that extends a template inherits, by the project's own merging. @throws Error when the chain is broken */
export async function inherited(name: string): Promise<JsonObject> {
  const tenant = parseYaml({ file: 'contoso.yaml', text: `extends: ${name}\n` })
  const { layers, problems } = await chainOf(tenant, bundledTemplates(templateTexts))
  if (problems.length > 0) throw new Error(problems.map(({ file, message }) => `${file}: ${message}`).join('\n'))
  const merged = merge(layers.map(({ value }) => value))
  if (!isObject(merged)) throw new TypeError(`${name} is no map`)
  return merged
}

/** The `rules` clause that a tenant inherits from a template; none where it has none. */
export const rulesOf = async (name: string): Promise<RulesClause> =>
  rulesClause.parse((await inherited(name))['rules'] ?? {})

/** The translator of a template's rules; what does not fit is told to `unfit`. */
export async function translatorOf(
  name: string,
  definition: ResourceDefinition,
  unfit: string[] = [],
): Promise<Translator> {
  const rules = compileRules(await rulesOf(name)).get(definition.type.name)
  if (rules === undefined) throw new TypeError(`${name} has no rules for ${definition.type.name}`)
  return createTranslator(rules, definition, (_, place) => unfit.push(place))
}
