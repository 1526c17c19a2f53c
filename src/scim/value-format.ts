import { instantOf } from './instant.ts'
import { isObject, type Json } from './json.ts'
import type { AttributeType } from './schema.ts'

export interface Format {
  /** What a value should have been, for the error's detail. */
  readonly wanted: string
  fits(value: Json): boolean
}

const textThat = (wanted: string, fits: (text: string) => boolean): Format => ({
  wanted,
  fits: (value) => typeof value === 'string' && fits(value),
})

/** RFC 7643 §2.3: what a value of each type looks like. */
export const formats: Readonly<Record<AttributeType, Format>> = {
  string: textThat('a string', () => true),
  boolean: { wanted: 'true or false', fits: (value) => typeof value === 'boolean' },
  decimal: { wanted: 'a number', fits: (value) => typeof value === 'number' },
  integer: { wanted: 'an integer', fits: (value) => Number.isInteger(value) },
  dateTime: textThat('a date and time such as 2008-01-23T04:56:22Z', (text) => instantOf(text) !== undefined),
  binary: textThat('text in base64', (text) => /^[A-Za-z0-9+/_-]*={0,2}$/.test(text.replace(/\s+/g, ''))),
  // Relative references are references too (RFC 7643 §2.3.7).
  reference: textThat('a URI', (text) => !/[\s\p{Cc}]/u.test(text) && URL.canParse(text, 'https://relative.invalid/')),
  complex: { wanted: 'an object', fits: isObject },
}
