import { expect, it } from 'vitest'
import { ScimError, type ScimType } from '../../src/scim/error.ts'
import { enterpriseUserUrn } from '../../src/scim/schemas.ts'
import { detailTranslator } from '../../src/view/detail.ts'
import { rulesOf } from '../rules/clause.ts'

const translate = detailTranslator(
  rulesOf({
    unmapped: 'pass',
    list: [
      { client: 'externalId', upstream: 'employeeNumber' },
      { client: 'title', upstream: 'nickName' },
      { client: 'nickName', upstream: 'title' },
      { client: 'emails[type eq "work"].value', upstream: 'mail' },
      { client: { displayName: '{a} {b}' }, upstream: { 'name.givenName': '{a}', 'name.familyName': '{b}' } },
      { client: { login: '{x}', realm: '{y}' }, upstream: { userName: '{x}@{y}' } },
    ],
  }),
)

const said = (detail: string, scimType?: ScimType) =>
  translate(new ScimError(scimType === 'uniqueness' ? 409 : 400, detail, scimType === undefined ? {} : { scimType }))

it.each([
  ['employeeNumber must be a string', 'externalId must be a string'],
  [`${enterpriseUserUrn}:employeeNumber is readOnly`, 'externalId is readOnly'],
  ['EMPLOYEENUMBER is taken, "employeeNumber"', 'externalId is taken, "externalId"'],
  ['title and nickName', 'nickName and title'],
  ['mail is no e-mail', 'emails[type eq "work"].value is no e-mail'],
  ['another resource has this userName already', 'another resource has this login and realm already'],
  [
    'employeeNumbers, myemployeeNumber, mail.x, x.mail and mail-box',
    'employeeNumbers, myemployeeNumber, mail.x, x.mail and mail-box',
  ],
  ['name.givenName is required', 'displayName is required'],
  ['urn:x:y:name.familyName is too long, name.formatted', 'displayName is too long, name.formatted'],
])('says %s as %s', (detail, wanted) => {
  expect(said(detail, 'invalidValue')).toMatchObject({ message: wanted, scimType: 'invalidValue', status: 400 })
  expect(said(detail, 'uniqueness')).toMatchObject({ message: wanted, status: 409 })
})

it('leaves other errors alone', () => {
  const error = new ScimError(503, 'the title is no attribute here', { retryAfter: '5' })
  expect(translate(error)).toBe(error)
  expect(translate('title')).toBe('title')
})
