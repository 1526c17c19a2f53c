import { expect, test } from 'vitest'
import { listBody } from '../../src/scim/list.ts'

const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse']

test('nothing found is still a list', () => {
  expect(listBody({ resources: [], totalResults: 0, startIndex: 1, itemsPerPage: 0 })).toEqual({
    schemas,
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  })
})

test('a page by cursor names no index, and no total that nobody knows', () => {
  expect(listBody({ resources: [{ id: '1' }], itemsPerPage: 1, nextCursor: 'YkU3' })).toEqual({
    schemas,
    itemsPerPage: 1,
    nextCursor: 'YkU3',
    Resources: [{ id: '1' }],
  })
})
