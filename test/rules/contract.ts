import { createTranslator } from '../../src/rules/create-translator.ts'
import type { Translator } from '../../src/rules/translator.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { enterpriseUserUrn as enterprise, userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { type RuleClause, rulesOf, type TypeClause } from './clause.ts'

/** The translator of users under these rules. */
export function translatorOf(list: readonly RuleClause[], unmapped: TypeClause['unmapped'] = 'pass'): Translator {
  return createTranslator(rulesOf({ unmapped, list }), userDefinition, () => {})
}

/** The rules of contract §5. */
export const contract: readonly RuleClause[] = [
  { client: 'externalId', upstream: `${enterprise}:employeeNumber` },
  { client: 'active', upstream: 'status', values: { true: 'ENABLED', false: 'DISABLED' } },
  { client: { userName: '{local}@contoso.example' }, upstream: { userName: '{local}@contoso.com' } },
  {
    client: { displayName: '{given} {family}' },
    upstream: { 'name.givenName': '{given}', 'name.familyName': '{family}' },
  },
  { client: 'emails[type eq "work"].value', upstream: 'mail' },
  {
    client: { hireDate: '{day | date "dd.MM.yyyy"}' },
    upstream: { startDate: '{day | date "yyyy-MM-dd"}' },
  },
  { upstream: 'usageLocation', constant: 'DE' },
  { upstream: 'userType', default: 'Member' },
  { upstream: 'mailNickname', template: '{userName | ascii | lower | first 20}', when: 'not (nickName pr)' },
  { upstream: 'officeLocation', cel: 'has(r.addresses) ? r.addresses[0].locality : "HQ"' },
  { hide: 'password' },
]

export const client: JsonObject = {
  schemas: [userUrn],
  externalId: '7',
  userName: 'Zoë@contoso.example',
  active: false,
  displayName: 'Zoë Lee',
  emails: [
    { type: 'Work', value: 'zoe@contoso.example', primary: true },
    { type: 'home', value: 'zoe@home.example' },
  ],
  hireDate: '29.02.2020',
  title: 'Guide',
  password: 'secret',
  // Not the client's: they belong to the rules.
  usageLocation: 'FR',
  status: 'x',
  name: { givenName: 'no', formatted: 'Z. Lee' },
}

export const upstream: JsonObject = {
  schemas: [userUrn, enterprise],
  userName: 'Zoë@contoso.com',
  emails: [{ type: 'home', value: 'zoe@home.example' }],
  title: 'Guide',
  name: { formatted: 'Z. Lee', givenName: 'Zoë', familyName: 'Lee' },
  [enterprise]: { employeeNumber: '7' },
  status: 'DISABLED',
  mail: 'zoe@contoso.example',
  startDate: '2020-02-29',
  usageLocation: 'DE',
  userType: 'Member',
  mailNickname: 'zoe@contoso.example',
  officeLocation: 'HQ',
}

export const shown: JsonObject = {
  schemas: [userUrn],
  externalId: '7',
  userName: 'Zoë@contoso.example',
  active: false,
  displayName: 'Zoë Lee',
  emails: [
    { type: 'home', value: 'zoe@home.example' },
    { type: 'work', value: 'zoe@contoso.example' },
  ],
  hireDate: '29.02.2020',
  title: 'Guide',
  userType: 'Member',
  name: { formatted: 'Z. Lee' },
}
