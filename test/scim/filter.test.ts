import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Filter, parseFilter, printFilter, walkFilter } from '../../src/scim/filter.ts'
import { printAttributePath } from '../../src/scim/path.ts'
import { scimErrorOf } from './fixture.ts'
import { anyFilter } from './generate.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const eq = (name: string, value: string): Filter => ({ kind: 'compare', operator: 'eq', path: { name }, value })

describe('parseFilter', () => {
  test('`not` binds before `and`, `and` before `or`, chains lean to the left', () => {
    const a: Filter = { kind: 'present', path: { name: 'a' } }
    const b: Filter = { kind: 'present', path: { name: 'b' } }
    const c: Filter = { kind: 'present', path: { name: 'c' } }
    expect(parseFilter('a pr or b pr and not (c pr)')).toEqual({
      kind: 'or',
      left: a,
      right: { kind: 'and', left: b, right: { kind: 'not', of: c } },
    })
    expect(parseFilter('a pr and b pr and c pr')).toEqual({
      kind: 'and',
      left: { kind: 'and', left: a, right: b },
      right: c,
    })
  })

  test.each([
    ['"plain"', 'plain'],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\\/\b\f\n\r\té'],
    ['"\\ud83d\\ude00 and )"', '😀 and )'],
    ['""', ''],
    ['0', 0],
    ['-0', 0],
    ['-1.5e+3', -1500],
    ['true', true],
    ['FALSE', false],
    ['null', null],
    ['Null', null],
  ])('reads the value %s', (text, value) => {
    expect(parseFilter(`x eq ${text}`)).toEqual({ kind: 'compare', operator: 'eq', path: { name: 'x' }, value })
  })

  test.each([
    // RFC 7644 §3.4.2.1 leaves its own quotes out.
    [
      '(meta.resourceType eq User) or (meta.resourceType eq Group)',
      'meta.resourceType eq "User" or meta.resourceType eq "Group"',
    ],
    [
      '\t userName   EQ\n"x"  AND( active Eq True )Or NOT(title PR)',
      'userName eq "x" and active eq true or not (title pr)',
    ],
    ['(a pr or b pr) and ((c pr))', '(a pr or b pr) and c pr'],
    ['a pr and (b pr and c pr)', 'a pr and (b pr and c pr)'],
    ['not(not(a pr))', 'not (not (a pr))'],
    ['not pr and and pr', 'not pr and and pr'],
    [`${enterprise}:manager.value eq "1"`, `${enterprise}:manager.value eq "1"`],
    [`${enterprise} pr`, `${enterprise} pr`],
    ['emails [ type eq "work" ]', 'emails[type eq "work"]'],
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    ['emails[type eq "a" or type eq "b"].value pr', 'emails[(type eq "a" or type eq "b") and value pr]'],
    ['emails[type eq "work"] eq "x" and a pr', 'emails[type eq "work" and value eq "x"] and a pr'],
    ['emails[type eq "work"].value ne "x"', 'not (emails[type eq "work" and value eq "x"])'],
    ['emails[not (type ne "work")] or a pr', 'emails[not (type ne "work")] or a pr'],
  ])('%s', (text, printed) => {
    expect(printFilter(parseFilter(text))).toBe(printed)
  })

  test.each([
    ['', "at character 1: expected an attribute's name, found the end"],
    ['   ', "at character 4: expected an attribute's name, found the end"],
    ['userName', 'at character 9: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), found the end'],
    [
      'userName regex "x"',
      'at character 10: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), found "regex"',
    ],
    ['userName eq', 'at character 12: expected a value: a string in double quotes, a number, true, false or null'],
    ['userName eq bjensen', 'at character 13: expected a value'],
    ["userName eq 'bjensen'", 'at character 13: expected a value'],
    ['userName eq "bjensen', 'at character 13: expected a closing quote for the string that starts here'],
    ['userName eq "a\\"', 'at character 13: expected a closing quote'],
    ['userName eq "\\x"', 'at character 13: expected a valid JSON string'],
    ['userName eq "a\u0000"', 'at character 13: expected a valid JSON string'],
    ['userName eq "\\ud800"', 'at character 13: expected a valid JSON string'],
    ['userName eq "\udc00"', 'at character 13: expected a valid JSON string'],
    ['userName\u0000 pr', "at character 1: expected an attribute's name"],
    ['age gt 01', 'at character 8: expected a value'],
    ['age gt 1e999', 'at character 8: expected a value'],
    ['age gt NaN', 'at character 8: expected a value'],
    ['"userName" eq "x"', "at character 1: expected an attribute's name"],
    ['__proto__ pr', "at character 1: expected an attribute's name"],
    ['a.b.c pr', "at character 1: expected an attribute's name"],
    ['not userName pr', 'expected an operator'],
    ['a pr b pr', 'at character 6: expected "and", "or" or the end, found "b"'],
    ['a pr and', "at character 9: expected an attribute's name"],
    ['(a pr', 'at character 6: expected "and", "or" or ")", found the end'],
    ['a pr)', 'at character 5: expected "and", "or" or the end, found ")"'],
    ['emails[type eq "work"', 'expected "and", "or" or "]", found the end'],
    ['emails[type eq "work"].', "expected a sub-attribute's name after the dot"],
    ['emails[type eq "work"].value', 'expected an operator'],
    ['emails[x[y pr]]', 'value filters cannot stand in one another'],
    ['emails[a.b pr]', "at character 8: expected a sub-attribute's name"],
    [`a pr and ${'x'.repeat(100)}`, 'expected an operator'],
  ])('refuses %j', (text, detail) => {
    expect(scimErrorOf(() => parseFilter(text))).toEqual({
      status: 400,
      scimType: 'invalidFilter',
      detail: expect.stringContaining(detail),
    })
  })

  test('shows no more than the beginning of a long word', () => {
    expect(scimErrorOf(() => parseFilter(`a ${'x'.repeat(1000)}`))?.detail.length).toBeLessThan(200)
  })
})

describe('limits', () => {
  const deep = (depth: number, open: string, close: string): string => `${open.repeat(depth)}a pr${close.repeat(depth)}`

  test.each([
    ['(', ')'],
    ['not (', ')'],
  ])('32 of %s in one another are read, 33 refused', (open, close) => {
    expect(scimErrorOf(() => parseFilter(deep(32, open, close)))).toBeUndefined()
    expect(scimErrorOf(() => parseFilter(deep(33, open, close)))?.detail).toContain('no more than 32 brackets')
  })

  test('a text of 8192 characters is read, a longer one refused', () => {
    const chain = Array.from({ length: 1000 }, () => 'a pr').join(' or ')
    expect(chain.length).toBeLessThan(8192)
    expect(scimErrorOf(() => parseFilter(chain.padEnd(8192)))).toBeUndefined()
    expect(scimErrorOf(() => parseFilter(chain.padEnd(8193)))?.detail).toContain('longer than 8192 characters')
    expect(parseFilter(printFilter(parseFilter(chain)))).toEqual(parseFilter(chain))
  })

  test.each(['(', 'not(', 'a pr and ', '"', 'x eq "', 'a[', '[', ' ', '\\', 'urn:', '.', '\u0000', '\ud800'])(
    'a megabyte of %j is refused',
    (part) => {
      for (const length of [8192, 1_048_576]) {
        const text = part.repeat(Math.ceil(length / part.length)).slice(0, length)
        expect(scimErrorOf(() => parseFilter(text))).toMatchObject({ status: 400, scimType: 'invalidFilter' })
      }
    },
  )
})

describe('printFilter', () => {
  test('printing and reading again gives the same tree', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(printFilter(filter))).toEqual(filter)
      }),
      { numRuns: 1000 },
    )
  })

  test('whatever text is read prints to a text that reads the same', () => {
    const word = fc.constantFrom(
      'a',
      'emails',
      'eq',
      'NE',
      'pr',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '.value',
      '"x"',
      '1',
      'true',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        const text = words.join(' ')
        if (scimErrorOf(() => parseFilter(text)) !== undefined) return
        const filter = parseFilter(text)
        expect(parseFilter(printFilter(filter))).toEqual(filter)
      }),
      { numRuns: 2000 },
    )
  })
})

test('walkFilter visits parents first, and tells whose elements are asked', () => {
  const seen: string[] = []
  walkFilter(parseFilter('a pr and not (emails[type eq "work"] or b eq 1)'), (node, within) => {
    const own = 'path' in node ? `:${printAttributePath(node.path)}` : ''
    seen.push(`${within === undefined ? '' : `${printAttributePath(within)}/`}${node.kind}${own}`)
  })
  expect(seen).toEqual(['and', 'present:a', 'not', 'or', 'elements:emails', 'emails/compare:type', 'compare:b'])
  expect(parseFilter('x[type eq "a"]')).toEqual({ kind: 'elements', path: { name: 'x' }, of: eq('type', 'a') })
})
