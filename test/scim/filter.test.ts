import { describe, expect, test } from 'vitest'
import { parseFilter, printFilter } from '../../src/scim/filter.ts'

describe('parseFilter', () => {
  test.each([
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    ['a pr or b pr and not(c pr)', 'a pr or b pr and not (c pr)'],
    ['(a pr or b pr) and ((c pr))', '(a pr or b pr) and c pr'],
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    ['emails[type eq "work"] EQ "x"', 'emails[type eq "work" and value eq "x"]'],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "1"',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "1"',
    ],
  ])('%s', (text, printed) => {
    expect(printFilter(parseFilter(text))).toBe(printed)
  })
})
