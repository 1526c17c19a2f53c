import type { Json } from '../scim/json.ts'
import { RuleFault } from './fault.ts'
import { exact, type PipeKind } from './pipe-kind.ts'

/**
 * One joined text here, a list of texts in the hole. No list that would come back as another one is printed: the empty
 * one, and one with an entry that holds the separator, or makes one together with it.
 */
export const listPipe: PipeKind = {
  usage: 'list ";"',
  exact: true,
  gives: 'text',
  arguments: ['text'],
  make: (separator = '') => {
    if (separator === '') throw new RuleFault([], 'the separator of a list cannot be empty: give one, as in `list ";"`')
    return exact(
      (value) => joined(value, separator),
      (value) => (typeof value === 'string' ? value.split(separator) : undefined),
    )
  },
}

function joined(value: Json, separator: string): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const entries = value.filter((entry) => typeof entry === 'string')
  if (entries.length !== value.length) return undefined
  const text = entries.join(separator)
  return text.split(separator).every((entry, index) => entry === entries[index]) ? text : undefined
}
