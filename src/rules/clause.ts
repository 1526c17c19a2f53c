import { z } from 'zod'
import { isObject, type Json } from '../scim/json.ts'
import { readRules } from './compile.ts'

const path = z.string().min(1).max(500)
const scalar = z.union([z.string().max(1000), z.number(), z.boolean()], {
  error: 'must be a text, a number, true or false',
})

const side = z.union([z.record(path, z.string()), path], {
  error: "must be an attribute's path, or a map of paths to patterns",
})

/** Checked by hand: JSON that holds itself has no JSON Schema without references. */
const value = z.custom<Exclude<Json, null>>((given) => isJson(given), {
  error: 'must be a value; to leave a name out, `hide` it',
})

const isJson = (given: unknown): boolean =>
  Array.isArray(given)
    ? given.length > 0 && given.every(isJson)
    : isObject(given)
      ? Object.keys(given).length > 0 && Object.values(given).every(isJson)
      : typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean'

/** One rule, in one of its forms; which one its keys say (`form.ts`). */
const rule = z.strictObject({
  client: side.optional().describe('The attribute that clients see, or several of them with patterns.'),
  upstream: side.optional().describe('The attribute that the upstream holds, or several of them with patterns.'),
  values: z
    .record(z.string(), scalar)
    .optional()
    .describe('Client values and what they are upstream. `else` stands for every other client value.'),
  else: scalar.optional().describe('The upstream value of every client value that `values` does not list.'),
  constant: value.optional().describe('Set upstream on create and replace, and hidden from clients.'),
  default: value.optional().describe('Set upstream on create and replace where the attribute is absent.'),
  template: z.string().optional().describe('Computed from the client view: "{userName | ascii | lower}". One way.'),
  cel: z.string().optional().describe('Computed from the client view `r` by a CEL expression. One way.'),
  when: z
    .string()
    .optional()
    .describe('Computes only for resources that this SCIM filter over the client view matches.'),
  hide: path.optional().describe('Crosses in neither direction.'),
})

const list = z.array(rule).max(500)

const typeRules = z.union(
  [
    list,
    z.strictObject({
      unmapped: z
        .enum(['pass', 'drop'])
        .default('pass')
        .describe('What no rule names: passes through unchanged, or is left out (id, schemas and meta always pass).'),
      list: list.describe('The rules. Their order never matters.'),
    }),
  ],
  { error: 'must be a list of rules, or a map with `unmapped` and `list`' },
)

/**
 * The `rules:` clause of a tenant file (contract §5): by resource type a list of rules, or `{ unmapped, list }`. Everything
 * that needs no schema is checked, all faults at once.
 */
export const rulesClause = z
  .record(z.string().regex(/^[A-Za-z][\w-]{0,62}$/, 'must be a resource type, such as User'), typeRules)
  .superRefine((clause, issues) => {
    for (const { path, message } of readRules(clause).faults)
      issues.addIssue({ code: 'custom', path: [...path], message })
  })

export type RuleClause = z.output<typeof rule>
export type TypeRulesClause = z.output<typeof typeRules>
export type RulesClause = z.output<typeof rulesClause>
