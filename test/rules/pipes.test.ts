import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePipe } from '../../src/rules/pipes.ts'
import type { Json } from '../../src/scim/json.ts'

const pipe = (text: string, facesWhole = false) => parsePipe({ text, column: 1 }, facesWhole)

describe('exact pipes, both ways', () => {
  test.each<[string, Json, Json]>([
    ['date "dd.MM.yyyy"', '2024-02-29T00:00:00Z', '29.02.2024'],
    ['date "yyyyMMdd"', '2024-12-31T00:00:00Z', '20241231'],
    ['date "yyyy-MM-ddTHH:mm:ssZ"', '1999-01-02T03:04:05Z', '1999-01-02T03:04:05Z'],
    ['date "HH:mm, dd/MM/yyyy"', '0050-06-07T23:59:00Z', '23:59, 07/06/0050'],
    ['date "ssmmHHddMMyyyy"', '2024-01-02T03:04:05Z', '05040302012024'],
    ['date "{dd}.MM.yyyy"', '2000-02-29T00:00:00Z', '{29}.02.2000'],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['number', '5', 5],
    ['number', '-0.25', -0.25],
    ['number', '1e+21', 1e21],
    ['string', 'x', 'x'],
    ['string', '', ''],
    ['not', true, false],
    ['not', 'false', 'true'],
    ['list ";"', ['a', 'b', ''], 'a;b;'],
    ['list ", "', ['a'], 'a'],
    ['list "aa"', ['b', 'c'], 'baac'],
  ])('%s: %j is %j', (text, shared, here) => {
    expect(pipe(text).exact).toBe(true)
    expect(pipe(text).print(shared)).toEqual(here)
    expect(pipe(text).match(here)).toEqual(shared)
  })

  test.each<[string, Json]>([
    ['date "dd.MM.yyyy"', '2024-02-30T00:00:00Z'],
    ['date "dd.MM.yyyy"', '2024-02-29T10:00:00Z'],
    ['date "dd.MM.yyyy"', '2024-02-29'],
    ['date "dd.MM.yyyy"', '2024-02-29T00:00:00+00:00'],
    ['date "dd.MM.yyyy"', 20240229],
    ['date "dd.MM.yyyy HH:mm"', '2024-02-29T10:00:01Z'],
    ['boolean', 'True'],
    ['boolean', true],
    ['number', '007'],
    ['number', '5.0'],
    ['number', ' 5'],
    ['number', ''],
    ['number', 'NaN'],
    ['number', 'Infinity'],
    ['number', '9007199254740993'],
    ['number', '1e21'],
    ['number', 5],
    ['string', 5],
    ['not', 'yes'],
    ['not', null],
    ['list ";"', []],
    ['list ";"', ['a;b']],
    ['list ";"', ['a', 5]],
    ['list ";"', 'a'],
    ['list "aa"', ['a', 'b']],
    ['list ";"', [['a']]],
  ])('%s does not print %j', (text, shared) => {
    expect(pipe(text).print(shared)).toBeUndefined()
  })

  test.each<[string, Json]>([
    ['date "dd.MM.yyyy"', '31.02.2024'],
    ['date "dd.MM.yyyy"', '29.02.1900'],
    ['date "dd.MM.yyyy"', '00.01.2024'],
    ['date "dd.MM.yyyy"', '01.13.2024'],
    ['date "dd.MM.yyyy"', '1.2.2024'],
    ['date "dd.MM.yyyy"', '01.02.2024 '],
    ['date "dd.MM.yyyy"', '01-02-2024'],
    ['date "dd.MM.yyyy"', '٠١.٠٢.٢٠٢٤'],
    ['date "yyyyMMddHHmm"', '202401012400'],
    ['date "dd.MM.yyyy"', 5],
    ['boolean', 'true'],
    ['number', '5'],
    ['string', true],
    ['not', 1],
    ['list ";"', ['a']],
  ])('%s does not match %j', (text, here) => {
    expect(pipe(text).match(here)).toBeUndefined()
  })

  test.each<[Json, Json]>([
    [true, 'true'],
    [5, '5'],
    ['abc', 'abc'],
    ['007', '007'],
  ])('string, where the other side takes %j whole, is %j', (shared, here) => {
    expect(pipe('string', true).print(shared)).toEqual(here)
    expect(pipe('string', true).match(here)).toEqual(shared)
  })

  test.each<Json>(['5', 'true', null, ['a'], {}])(
    'string, where the other side takes it whole, does not print %j',
    (shared) => {
      expect(pipe('string', true).print(shared)).toBeUndefined()
    },
  )
})

describe('lossy pipes', () => {
  test.each([
    ['lower', 'ÄB c', 'äb c'],
    ['upper', 'straße', 'STRASSE'],
    ['trim', '\t a b\u00a0', 'a b'],
    ['ascii', 'Zoë Müller', 'Zoe Muller'],
    ['ascii', 'Weißœ Ærø Łódź Đà Þór ıŋħŧ ð', 'Weissoe AEro Lodz Da Thor inht d'],
    ['ascii', 'ﬁne Ｗｉｄｅ ①', 'fine Wide 1'],
    ['ascii', 'Z\u0308e\u0301', 'Ze'],
    ['ascii', '‘a’ “b” – c', '\'a\' "b" - c'],
    ['ascii', 'Иван 王 a', '  a'],
    ['ascii', 'a\ud800b\0', 'ab\0'],
    ['first 2', 'abc', 'ab'],
    ['first 2', '😀😀😀', '😀😀'],
    ['first 2', '\ud83d\ud83d\ude00x', '\ud83d\ud83d\ude00'],
    ['first 20', 'abc', 'abc'],
    ['replace "[^a-z]+" "-"', 'a1b  c', 'a-b-c'],
    ['replace "\\s" ""', 'a b\tc', 'abc'],
    ['replace "\\"" "\\\\"', 'a"b', 'a\\b'],
    ['replace "\\d+" "#"', 'a12b3', 'a#b#'],
    ['replace "a|b" "{}|"', 'ac', '{}|c'],
  ])('%s: %j becomes %j', (text, given, expected) => {
    expect(pipe(text).exact).toBe(false)
    expect(pipe(text).print(given)).toBe(expected)
    expect(pipe(text).match(given)).toBe(given)
  })

  test.each(['lower', 'upper', 'trim', 'ascii', 'first 3', 'replace "a" "b"'])('%s knows texts alone', (text) => {
    for (const value of [null, true, 5, ['a'], {}]) {
      expect(pipe(text).print(value)).toBeUndefined()
      expect(pipe(text).match(value)).toBeUndefined()
    }
  })
})

const instant = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().replace(/\.\d+Z$/, 'Z'))
const exactPipes = [
  'date "dd.MM.yyyy"',
  'date "yyyyMMddHHmmss"',
  'boolean',
  'number',
  'string',
  'not',
  'list ";"',
  'list "aba"',
]
const word = fc.string({ unit: fc.constantFrom('a', 'b', ';', ' ', '0', '\ud800', '\0', 'é'), maxLength: 6 })
const shared: fc.Arbitrary<Json> = fc.oneof(
  instant,
  instant.map((text) => text.replace(/T.*/, 'T00:00:00Z')),
  fc.boolean(),
  fc.constantFrom('true', 'false'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => String(number + 0)),
  fc.integer(),
  word,
  fc.array(word, { maxLength: 4 }),
)

describe('exact pipes, whatever comes', () => {
  test.each(exactPipes.flatMap((text) => [[text, false] as const, [text, true] as const]))(
    '%s, facing whole %s: what prints matches again',
    (text, facesWhole) => {
      const { print, match } = pipe(text, facesWhole)
      fc.assert(
        fc.property(shared, (value) => {
          const here = print(value)
          if (here !== undefined) expect(match(here)).toEqual(value)
        }),
        { numRuns: 3000 },
      )
    },
  )

  test.each(exactPipes.flatMap((text) => [[text, false] as const, [text, true] as const]))(
    '%s, facing whole %s: what matches prints again',
    (text, facesWhole) => {
      const { print, match } = pipe(text, facesWhole)
      const here = fc.oneof(
        shared,
        fc
          .tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 12 }))
          .map(([day, month]) => `${String(day).padStart(2, '0')}.${String(month).padStart(2, '0')}.2023`),
      )
      fc.assert(
        fc.property(here, (value) => {
          const held = match(value)
          if (held !== undefined) expect(print(held)).toEqual(value)
        }),
        { numRuns: 3000 },
      )
    },
  )

  test('a date is a day that JavaScript knows, too', () => {
    const { match } = pipe('date "yyyy-MM-dd"')
    const number = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 }), number(13), number(32), (year, month, day) => {
        const text = `${String(year).padStart(4, '0')}-${month}-${day}`
        const date = new Date(`${text}T00:00:00Z`)
        const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
        expect(match(text)).toBe(isReal ? `${text}T00:00:00Z` : undefined)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('lossy pipes, whatever comes', () => {
  test('ascii gives ASCII, and leaves it alone', () => {
    const { print } = pipe('ascii')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const ascii = String(print(text))
        expect(ascii).not.toMatch(/\P{ASCII}/u)
        expect(print(ascii)).toBe(ascii)
      }),
      { numRuns: 3000 },
    )
  })

  test('first gives the first code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 12 }), (text, count) => {
        expect(pipe(`first ${count}`).print(text)).toBe([...text].slice(0, count).join(''))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('huge values stay bounded', () => {
  const length = 10_000_000
  const huge = 'é;'.repeat(length / 2)
  test.each([
    ['lower', length],
    ['trim', length],
    ['ascii', length],
    ['first 20', 20],
  ])('%s', (text, expected) => {
    expect(String(pipe(text).print(huge))).toHaveLength(expected)
  })

  test('ascii does not sort a long run of marks', () => {
    expect(pipe('ascii').print(`a${'\u0301\u0316'.repeat(length / 2)}b`)).toBe('ab')
  })

  test('list', () => {
    const { print, match } = pipe('list ";"')
    expect(match(huge)).toHaveLength(length / 2 + 1)
    expect(print(match(huge) ?? null)).toBe(huge)
  })

  test('the others do not take it', () => {
    for (const text of ['date "dd.MM.yyyy"', 'number', 'boolean', 'not', 'replace "[^a-z]" ""'])
      expect(pipe(text).print(huge)).toBeUndefined()
    expect(pipe('date "dd.MM.yyyy"').match(huge)).toBeUndefined()
  })
})

describe('what is refused', () => {
  test.each([
    ['', 'a pipe is missing after `|`: there are date, boolean, number,'],
    ['lowr', 'at character 1: there is no pipe `lowr`: there are date, boolean'],
    ['LOWER', 'there is no pipe `LOWER`'],
    ['"lower"', 'there is no pipe `lower`'],
    ['__proto__', 'there is no pipe `__proto__`'],
    ['constructor', 'there is no pipe `constructor`'],
    ['date', 'the pipe `date` lacks a text in double quotes: write it as `date "dd.MM.yyyy"`'],
    ['date dd.MM.yyyy', 'at character 6: the pipe `date` takes a text in double quotes, not `dd.MM.yyyy`'],
    ['date "dd.MM.yyyy" "x"', 'at character 19: the pipe `date` does not take `x`'],
    ['lower 5', 'the pipe `lower` does not take `5`'],
    ['first', 'the pipe `first` lacks a number: write it as `first 20`'],
    ['first "20"', 'takes a number, not `20`'],
    ['first -1', 'takes a number, not `-1`'],
    ['first 0', '`first` takes a whole number from 1 to 1000000, not `0`'],
    ['first 99999999', '`first` takes a whole number'],
    ['list ""', 'the separator of a list cannot be empty'],
    ['list', 'the pipe `list` lacks'],
    ['replace "a"', 'the pipe `replace` lacks a text in double quotes: write it as `replace "[^a-z]+" "-"`'],
    ['replace "(" ""', '`(` is no regular expression of RE2'],
    ['replace "(a)" "$1"', 'is plain text and knows no groups'],
    ['replace "(a)" "\\1"', 'is plain text and knows no groups'],
    ['list ";', 'at character 6: a closing quotation mark is missing'],
    ['date "dd.MM"', 'cannot be read back without `yyyy`: add it'],
    ['date "yyyy-MM"', 'cannot be read back without `dd`: add it'],
    ['date "yyyy-MM-dd mm"', 'cannot be read back without `HH`: add it'],
    ['date ""', 'cannot be read back without `yyyy`'],
    ['date "dd.MM.yyyy dd"', 'has `dd` twice'],
    ['date "DD.MM.YYYY"', 'has `DD`, which is no token: there are yyyy MM dd HH mm ss'],
    ['date "d.M.yyyy"', 'has `d`, which is no token'],
    ['date "yyyyy-MM-dd"', 'has `y`, which is no token'],
    ['date "yyyy-MM-dd hh:mm"', 'has `hh`, which is no token'],
  ])('%s', (text, message) => {
    expect(() => pipe(text)).toThrow(message)
  })
})
