import { RE2JS } from '@bufbuild/re2'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRegex } from '../../src/rules/regex.ts'

interface Source {
  readonly source: string
  /** Whether it matches the empty text, and whether it repeats something that does. */
  readonly isEmpty: boolean
  readonly repeatsEmpty: boolean
}
const piece = (source: string, isEmpty: boolean): Source => ({ source, isEmpty, repeatsEmpty: false })

/** Patterns that JavaScript understands, too. */
const { pattern } = fc.letrec<{ pattern: Source; atom: Source }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '😀').map((source) => piece(source, false)),
    fc.constantFrom('\\b', '^', '$', '\\B').map((source) => piece(source, true)),
    tie('pattern').map((inner) => ({ ...inner, source: `(?:${inner.source})` })),
  ),
  pattern: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc
      .tuple(tie('atom'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{1,2}'))
      .map(([{ source, isEmpty, repeatsEmpty }, many]) => ({
        source: `(?:${source})${many}`,
        isEmpty: isEmpty || /^[*?]/.test(many),
        repeatsEmpty: repeatsEmpty || isEmpty,
      })),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => ({
      source: `(?:${left.source})(?:${right.source})`,
      isEmpty: left.isEmpty && right.isEmpty,
      repeatsEmpty: left.repeatsEmpty || right.repeatsEmpty,
    })),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => ({
      source: `${left.source}|${right.source}`,
      isEmpty: left.isEmpty || right.isEmpty,
      repeatsEmpty: left.repeatsEmpty || right.repeatsEmpty,
    })),
  ),
}))
const subject = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '😀', '\ud83d', 'é'), maxLength: 12 })
/** JavaScript takes the middle of a surrogate pair for a place where an empty match may stand. */
const plainSubject = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é'), maxLength: 12 })

/** What Go's `ReplaceAllLiteral` does, with JavaScript's engine: an empty match right after another is none. */
function replacedByJavaScript(text: string, source: string, to: string): string {
  let lastEnd = -1
  return text.replace(new RegExp(source, 'gu'), (found: string, ...rest: unknown[]) => {
    const at = rest.find((one) => typeof one === 'number') ?? 0
    if (found === '' && at === lastEnd) return ''
    lastEnd = at + found.length
    return to
  })
}

describe('compileRegex', () => {
  test('finds what the engine finds', () => {
    fc.assert(
      fc.property(pattern, subject, ({ source }, text) => {
        expect(compileRegex(source).test(text)).toBe(RE2JS.compile(source).test(text))
      }),
      { numRuns: 5000 },
    )
  })

  test('replaces what JavaScript replaces: leftmost first, greedy and lazy', () => {
    fc.assert(
      // Perl and JavaScript give up a round of a loop that took nothing; RE2 does not.
      fc.property(
        pattern.filter((one) => !one.repeatsEmpty),
        plainSubject,
        ({ source }, text) => {
          expect(compileRegex(source).replaceAll(text, '-')).toBe(replacedByJavaScript(text, source, '-'))
        },
      ),
      { numRuns: 5000 },
    )
  })

  test.each([
    ['[^a-z]+', 'a1b22c', '-', 'a-b-c'],
    ['a*', 'baac', 'x', 'xbxcx'],
    ['', 'ab', 'x', 'xaxbx'],
    ['(a|ab)(c|bcd)', 'abcd', 'x', 'x'],
    ['^\\s+|\\s+$', '  a b  ', '', 'a b'],
    ['(?i)müller', 'MÜLLER Müller', 'x', 'x x'],
    ['\\pL+', 'Zoë 12', 'x', 'x 12'],
    ['.', '😀a', 'x', 'xx'],
    ['x', 'abc', 'y', 'abc'],
    ['a+?', 'aaa', 'b', 'bbb'],
    ['(?m)^', 'a\nb', '> ', '> a\n> b'],
  ])('%s in %j by %j gives %j', (source, text, to, expected) => {
    expect(compileRegex(source).replaceAll(text, to)).toBe(expected)
  })

  test.each([
    ['(a+)+$', `${'a'.repeat(100_000)}!`],
    ['(a|aa)*c', 'a'.repeat(100_000)],
    // Looks to the end from every character, unless it remembers.
    ['.*b|a', 'a'.repeat(100_000)],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['(.*)(.*)(.*)(.*)z', 'y'.repeat(100_000)],
  ])('is linear where others hang: %s', (source, text) => {
    const regex = compileRegex(source)
    expect(regex.test(text)).toBe(RE2JS.compile(source).test(text))
    expect(regex.replaceAll(text, '')).toHaveLength(regex.test(text) ? 0 : text.length)
  })

  test('gives up a text that is too long for its size, and still tells whether it matches', () => {
    const text = 'x'.repeat(10_000_000)
    expect(compileRegex('[^a-z]').replaceAll(text, '')).toBeUndefined()
    expect(compileRegex('y').test(text)).toBe(false)
  })

  test.each([
    ['(', 'is no regular expression of RE2'],
    ['(?=a)', 'is no regular expression of RE2'],
    ['(a)\\1', 'is no regular expression of RE2'],
    ['((a{100}){100}){100}', 'is no regular expression of RE2'],
    ['(a{1,1000}b{1,1000}){1}', 'is too large'],
    ['a'.repeat(1001), 'longer than 1000 characters'],
  ])('refuses %s', (source, message) => {
    expect(() => compileRegex(source)).toThrow(message)
  })
})
