import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { actBoth, clear, side } from './differential.ts'
import { deeds } from './sequences.ts'
import { type Client, clientOf } from './support.ts'

const rules = `
rules:
  User:
    - { client: externalId, upstream: employeeNumber }
    - { client: active, upstream: userType, values: { true: ENABLED, false: DISABLED } }
    - client: { userName: "{local}@contoso.example" }
      upstream: { userName: "{local}@contoso.com" }
    - client: { displayName: "{given} {family}" }
      upstream: { name.givenName: "{given}", name.familyName: "{family}" }
    - { client: 'emails[type eq "work"].value', upstream: nickName }
    - { upstream: timezone, constant: Europe/Berlin }
    - { upstream: locale, template: "{userName | lower | first 3}" }
    - { hide: preferredLanguage }
`

let gateway: TestGateway
let plain: Client
let ruled: Client

beforeAll(async () => {
  gateway = await startTestGateway({ plain: directoryTenant('plain'), ruled: directoryTenant('ruled') + rules })
  plain = await clientOf(gateway, 'plain')
  ruled = await clientOf(gateway, 'ruled')
})
afterAll(() => gateway.stop())

describe('the three laws, end to end', () => {
  it('show a client behind rules what a plain server would show it', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (all) => {
        const sides = { plain: side(plain), ruled: side(ruled) }
        try {
          for (const deed of all) {
            const seen = await actBoth(deed, sides)
            expect({ deed, seen: seen.ruled }).toEqual({ deed, seen: seen.plain })
          }
        } finally {
          await clear(sides.plain)
          await clear(sides.ruled)
        }
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})
