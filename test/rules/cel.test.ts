import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCel } from '../../src/rules/cel.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'

const user: JsonObject = {
  userName: 'Ada.Lovelace',
  NAME: { givenName: 'Ada' },
  title: null,
  roles: [],
  level: 5,
  active: true,
  addresses: [{ type: 'work', locality: 'Bonn' }, null, { type: 'home', locality: 'Ulm' }],
  [enterpriseUserUrn.toUpperCase()]: { Department: 'Sales' },
}

describe('what it gives', () => {
  test.each<[string, Json | undefined]>([
    ['has(r.addresses) ? r.addresses[0].locality : "HQ"', 'Bonn'],
    ['has(r.ims) ? r.ims[0].value : "HQ"', 'HQ'],
    ['r.username', 'Ada.Lovelace'],
    ['r.name.GIVENNAME + "!"', 'Ada!'],
    ['"USERNAME" in r', true],
    [`r["${enterpriseUserUrn}"].department`, 'Sales'],
    // Null, the empty list and absence are one.
    ['has(r.title) || has(r.roles)', false],
    ['size(r.addresses)', 2],
    ['r.addresses.map(a, a.locality)', ['Bonn', 'Ulm']],
    ['r.addresses.filter(a, a.type == "home")', [{ type: 'home', locality: 'Ulm' }]],
    ['r.addresses.map(a, a.type == "home", a.locality)', ['Ulm']],
    ['r.addresses.exists_one(a, a.type == "home")', true],
    ['r.addresses.all(a, r.addresses.exists(b, a == b))', true],
    ['r.addresses.map(a, r.addresses.filter(b, b == a).map(b, b.type))', [['work'], ['home']]],
    ['[1, 2] + [3]', [1, 2, 3]],
    ['{"a": [1u], "b": null}', { a: [1], b: null }],
    ['r.level + 1.0', 6],
    ['r.level == 5', true],
    ['int(r.level) * 2', 10],
    ['r.userName.matches("^[A-Z][a-z]+\\\\.")', true],
    ['r.userName.startsWith("Ada") && r.active', true],
    ['string(timestamp("2024-01-01T00:00:00Z") + duration("24h"))', '2024-01-02T00:00:00Z'],
    ['null', undefined],
    ['has(r.title) ? r.title : null', undefined],
  ])('%s', (text, expected) => {
    expect(compileCel(text).evaluate(user)).toEqual(expected)
  })

  test('a name that would change a prototype is left out', () => {
    const value = compileCel('{"__proto__": 1, "a": 2}').evaluate({})
    expect(value).toEqual({ a: 2 })
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})

test.each<[string, unknown]>([
  ['r.userName', [{ name: 'userName' }]],
  ['has(r.title) ? r.title : r["nickName"]', [{ name: 'title' }, { name: 'nickName' }]],
  ['r.name.givenName + r.emails[0].value', [{ name: 'name' }, { name: 'emails' }]],
  [`r["${enterpriseUserUrn}"].department`, [{ urn: enterpriseUserUrn }]],
  ['r.emails.all(e, e.value != r.userName)', [{ name: 'emails' }, { name: 'userName' }]],
  ['"constant"', []],
  ['size(r)', 'all'],
  ['r == r', 'all'],
  ['r[r.title]', 'all'],
  ['r.emails.exists(e, e == r)', 'all'],
])('%s reads %j', (text, reads) => {
  expect(compileCel(text).reads).toEqual(reads)
})

describe('what fails is the client’s to know', () => {
  test.each([
    ['r.ims[0].value', 'field not found: ims'],
    ['r.addresses[7].locality', 'index 7 out of bounds'],
    ['r.userName + 1', 'no matching overload'],
    ['r.level + 1', 'no matching overload'],
    ['1 / 0', 'zero'],
    ['timestamp("2024-01-01T00:00:00Z")', 'the result is no JSON value: make it a text with string()'],
    ['b"abc"', 'the result is no JSON value'],
    ['string', 'the result is no JSON value'],
    ['9223372036854775807', 'too large to be exact'],
    ['18446744073709551615u', 'too large to be exact'],
    ['1.0 / 0.0', 'a number that JSON does not have'],
  ])('%s', (text, message) => {
    expect(() => compileCel(text).evaluate(user)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message: expect.stringContaining(message) }),
    )
  })
})

describe('what is refused', () => {
  test.each([
    ['', 'is no CEL'],
    ['r.userName +', 'is no CEL: <input>:1:12'],
    ['userName', '`userName` is not known: the resource is `r`, as in `r.userName`'],
    ['r.emails.all(e, f.value)', '`f` is not known'],
    ['e.value + r.emails.map(e, e.value)[0]', '`e` is not known'],
    ['constructor', '`constructor` is not known'],
    ['__proto__', '`__proto__` is not known'],
    ['now()', 'there is no function `now`'],
    ['r.userName.lowerAscii()', 'there is no function `lowerAscii`'],
    ['size(r.a, r.b)', '`size` is called as size(_) or x.size()'],
    ['matches(r.userName, "a")', '`matches` is called as x.matches(_)'],
    ['r.userName.matches(r.title)', '`matches` takes a pattern that is written out'],
    ['r.userName.matches("(")', '`(` is no regular expression of RE2'],
    ['google.protobuf.Struct{fields: {}}', 'makes a `google.protobuf.Struct`'],
    ['[1].map(r, r)', '`r` cannot be the variable of a macro'],
    [`r.a${'+r.a'.repeat(40)}`, 'is nested deeper than 32 levels'],
    [`${'('.repeat(2000)}1${')'.repeat(2000)}`, 'is no CEL: it is nested too deep'],
    ['['.repeat(4000), 'is no CEL: it is nested too deep'],
    [`"${'a'.repeat(5000)}"`, 'is longer than 4096 bytes'],
    [`"${'é'.repeat(2048)}"`, 'is longer than 4096 bytes'],
  ])('%s', (text, message) => {
    expect(() => compileCel(text)).toThrow(message)
  })
})

describe('a hostile expression over a hostile resource ends within its budget', () => {
  const many = 1_000_000
  const hostile: JsonObject = {
    l: Array.from({ length: 5000 }, (_, value) => ({ value: String(value) })),
    huge: Array.from({ length: many }, (_, index) => index),
    s: 'x'.repeat(8_000_000),
    digits: '9'.repeat(8_000_000),
  }
  const spent = 'it takes more than 10000 steps'

  test.each([
    ['three loops', 'r.l.all(a, r.l.all(b, r.l.all(c, a != b || b != c)))', spent],
    ['loops that end at once over a huge list', '[1,2,3,4,5,6,7,8,9].all(x, r.huge.exists(m, true))', spent],
    ['a budget that `||` would forgive', 'r.l.all(a, r.l.all(b, r.l.all(c, a != b))) || true', spent],
    ['texts that double', '[r.s].map(x, x+x).map(x, x+x).map(x, x+x)[0].size()', spent],
    ['lists that double', `[[1]]${'.map(x, x+x)'.repeat(20)}[0].size()`, spent],
    ['a tree that unfolds', `[[1]]${'.map(x, [x,x,x,x,x,x,x,x])'.repeat(9)}`, spent],
    ['comparing such a tree', `[[1]]${'.map(x, [x,x,x,x,x,x,x,x])'.repeat(6)}.exists(x, x == x)`, spent],
    ['looking through a huge list', 'r.l.all(a, !(a in r.huge))', spent],
    ['a regular expression that hangs others', 'r.s.matches("(x+x+)+y")', spent],
    ['many digits', 'int(r.digits)', 'the text is too long for int'],
    ['a long time', 'timestamp(r.digits)', 'the text is too long for timestamp'],
    ['errors by the thousand', `r.l.all(a, ${Array(300).fill('a.q').join('&&')})`, spent],
    ['time zones', 'r.l.map(x, timestamp("2024-01-01T00:00:00Z").getHours("Europe/Berlin"))', spent],
  ])('%s', (_, text, message) => {
    expect(() => compileCel(text).evaluate(hostile)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message: expect.stringContaining(message) }),
    )
  })

  test('and one that is within it does what it should', () => {
    expect(compileCel('r.l.map(m, m.value).size()').evaluate(hostile)).toBe(5000)
    expect(compileCel('r.s.size()').evaluate({ s: 'x'.repeat(1_000_000) })).toBe(1_000_000)
  })

  test('a spent budget is whole again for the next resource', () => {
    const { evaluate } = compileCel('r.l.all(a, r.l.all(b, a.value != ""))')
    expect(() => evaluate(hostile)).toThrow(spent)
    expect(evaluate({ l: [{ value: 'a' }] })).toBe(true)
  })

  test('a resource that is nested a hundred thousand deep is a 400', () => {
    let nest: Json = 'x'
    for (let depth = 0; depth < 100_000; depth += 1) nest = [nest]
    expect(() => compileCel('size(r.nest)').evaluate({ nest })).toThrow(ScimError)
  })
})

test('whatever is written, it is refused, or gives JSON or a 400', () => {
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        'r',
        'r.userName',
        'r.addresses',
        'r.level',
        'r.no',
        'x',
        '1',
        '2.5',
        '"a"',
        'true',
        'null',
        '[]',
        'b"a"',
      ),
      fc
        .tuple(tie('expression'), fc.constantFrom('+', '==', '&&', '||', '<', 'in', '-', '*'), tie('expression'))
        .map((all) => `(${all.join(' ')})`),
      fc
        .tuple(tie('expression'), fc.constantFrom('all', 'exists', 'map', 'filter', 'exists_one'), tie('expression'))
        .map(([of, macro, step]) => `${of}.${macro}(x, ${step})`),
      fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `[${a}, ${b}]`),
      fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}[${b}]`),
      tie('expression').map((of) => `size(${of})`),
    ),
  }))
  fc.assert(
    fc.property(expression, (text) => {
      let compiled: ReturnType<typeof compileCel>
      try {
        compiled = compileCel(text)
      } catch (error) {
        expect(error).toHaveProperty('name', 'RuleFault')
        return
      }
      try {
        const value = compiled.evaluate(user)
        expect(value === undefined || typeof JSON.stringify(value) === 'string').toBe(true)
      } catch (error) {
        expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
      }
    }),
    { numRuns: 3000 },
  )
})

test('generates no code, which Workers refuse', () => {
  const module = join(import.meta.dirname, '../../src/rules/cel.ts')
  const script = `
    const { compileCel } = await import(${JSON.stringify(module)})
    let refused = false
    try { new Function('') } catch { refused = true }
    console.log(refused, compileCel('r.a.matches("^b+$") ? r.a + "!" : ""').evaluate({ a: 'bb' }))`
  const flags = ['--disallow-code-generation-from-strings', '--experimental-strip-types', '--no-warnings']
  const printed = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(printed.trim()).toBe('true bb!')
})
