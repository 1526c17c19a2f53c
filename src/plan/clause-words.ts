import { z } from 'zod'
import type { Comparison } from '../capabilities.ts'
import { fold } from '../scim/fold.ts'
import { type AttributePath, parseAttributePath } from '../scim/path.ts'

/** A path that was checked already. */
export const pathOf = (text: string): AttributePath => parseAttributePath(text)

function isPath(text: string): boolean {
  try {
    return parseAttributePath(text).name !== undefined
  } catch {
    return false
  }
}

export const attributePath = z
  .string()
  .refine(isPath, 'must be the name of an attribute, such as userName, name.familyName or urn:...:2.0:User:department')

const typeName = z.string().regex(/^(?:[A-Za-z][\w-]{0,62}|\*)$/, 'must be a resource type, such as User')

/** A map by resource type, in any case; `*` for the others where that means something. */
export const byType = <Value extends z.ZodType>(value: Value, others: 'others' | 'named' = 'named') =>
  z.record(typeName, value).superRefine((map, issues) => {
    const seen = new Set<string>()
    for (const name of Object.keys(map)) {
      const refuse = (message: string) => issues.addIssue({ code: 'custom', path: [name], message })
      const meant = ['User', 'Group'].find((known) => fold(name) === `${fold(known)}s`)
      if (meant !== undefined) refuse(`is no resource type: did you mean \`${meant}\`?`)
      if (name === '*' && others === 'named') refuse('name a resource type, such as User')
      if (seen.has(fold(name))) refuse('is named twice')
      seen.add(fold(name))
    }
  })

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr'] as const
type Operator = (typeof operators)[number]
const operator = z.enum(operators)

const operatorOf = (word: string): Operator | undefined => operators.find((one) => one === word.toLowerCase())

const wordsOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '')

/** What is wrong with a comparison in short; undefined where nothing is. */
function faultIn(text: string): string | undefined {
  const [path = '', ...words] = wordsOf(text)
  if (!isPath(path)) return 'must begin with the name of an attribute, as in "userName eq ew"'
  if (words.length === 0) return 'must name operators after the attribute, as in "userName eq ew"'
  return words.every((word) => operatorOf(word) !== undefined)
    ? undefined
    : `must name operators after the attribute: ${operators.join(', ')}`
}

const comparisonText = z.string().refine((text) => faultIn(text) === undefined, {
  error: ({ input }) => faultIn(String(input)),
})

const comparisonMap = z.strictObject({
  attribute: attributePath,
  operators: z.array(operator).min(1),
  negated: z.array(operator).exactOptional().describe('Operators that may stand inside not (...)'),
  alone: z.boolean().exactOptional().describe('It must be the whole filter'),
})

/** `"userName eq ew"`, or `{ attribute: userName, operators: [eq, ew], negated: [ew], alone: true }`. */
export const comparison = z.union([comparisonText, comparisonMap], {
  error: 'must be a text, such as "userName eq ew", or a map with attribute, operators, negated and alone',
})

export function comparisonOf(clause: z.output<typeof comparison>): Comparison {
  if (typeof clause !== 'string')
    return { negated: [], alone: false, operators: clause.operators, path: pathOf(clause.attribute), ...flags(clause) }
  const [path = '', ...words] = wordsOf(clause)
  return { path: pathOf(path), operators: words.flatMap((word) => operatorOf(word) ?? []), negated: [], alone: false }
}

const flags = ({ negated, alone }: z.output<typeof comparisonMap>) => ({
  ...(negated === undefined ? {} : { negated }),
  ...(alone === undefined ? {} : { alone }),
})
