import { describe, expect, it } from 'vitest'
import { createEntityTags, names, requireConditions } from '../../src/view/entity-tag.ts'
import { scimErrorOf } from '../scim/fixture.ts'

const tags = createEntityTags('1f3ac0d9')

describe('entity tags of a view', () => {
  it.each([
    ['W/"7"', 'W/"7-1f3ac0d9w"'],
    ['"7"', 'W/"7-1f3ac0d9s"'],
    ['7', 'W/"7-1f3ac0d9b"'],
    ['W/"a-1f3ac0d9w"', 'W/"a-1f3ac0d9w-1f3ac0d9w"'],
    ['W/""', 'W/"-1f3ac0d9w"'],
  ])('make %s %s, and undo it', (upstream, minted) => {
    expect(tags.mint(upstream)).toBe(minted)
    expect(tags.inUpstream({ ifMatch: minted })).toEqual({ ifMatch: upstream })
    expect(tags.inUpstream({ ifNoneMatch: minted })).toEqual({ ifNoneMatch: upstream })
  })

  it.each([undefined, '', 'a"b'])('make nothing of %j', (upstream) => {
    expect(tags.mint(upstream)).toBeUndefined()
  })

  it('read lists, bare tags and the star', () => {
    expect(tags.inUpstream({ ifMatch: 'W/"1-1f3ac0d9w", "x", W/"2-1f3ac0d9s"' })).toEqual({ ifMatch: 'W/"1", "2"' })
    expect(tags.inUpstream({ ifMatch: '1-1f3ac0d9w' })).toEqual({ ifMatch: 'W/"1"' })
    expect(tags.inUpstream({ ifMatch: ' * ', ifNoneMatch: '*' })).toEqual({ ifMatch: '*', ifNoneMatch: '*' })
  })

  it('know no version by a tag of other rules or of the upstream', () => {
    for (const ifMatch of ['W/"7"', 'W/"7-00000000w"', 'W/"7-1f3ac0d9x"', ''])
      expect(scimErrorOf(() => tags.inUpstream({ ifMatch }))).toMatchObject({ status: 412 })
    expect(tags.inUpstream({ ifNoneMatch: 'W/"7", W/"7-00000000w"' })).toEqual({})
  })
})

describe('conditions of a write that writes nothing', () => {
  it.each<[string, string | undefined, boolean]>([
    ['W/"1"', 'W/"1"', true],
    ['"1"', 'W/"1"', true],
    ['"2", "1"', '"1"', true],
    ['*', '"1"', true],
    ['"2"', '"1"', false],
    ['"2"', undefined, false],
  ])('%s names %s: %s', (header, etag, isNamed) => {
    expect(names(header, etag)).toBe(isNamed)
    const error = scimErrorOf(() => requireConditions({ ifMatch: header }, etag))
    expect(error?.status).toBe(isNamed || etag === undefined ? undefined : 412)
    const excluded = scimErrorOf(() => requireConditions({ ifNoneMatch: header }, etag))
    expect(excluded?.status).toBe(isNamed && etag !== undefined ? 412 : undefined)
  })
})
