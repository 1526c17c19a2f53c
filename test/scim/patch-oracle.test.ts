import SCIMMY from 'scimmy'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/scim/json.ts'
import { applyPatch } from '../../src/scim/patch-apply.ts'
import { parsePatch } from '../../src/scim/patch-parse.ts'
import { userDefinition, userUrn } from '../../src/scim/schemas.ts'
import { patchBody } from './patches.ts'

const before = (): JsonObject => ({
  schemas: [userUrn],
  id: '1',
  userName: 'u',
  title: 'T',
  name: { givenName: 'G', familyName: 'F' },
  emails: [{ type: 'work', value: 'w@example.com', primary: true }],
})

/** What SCIMMY makes of a PATCH, without the meta that it adds of itself. */
async function theirs(operations: JsonObject[]): Promise<JsonObject> {
  const patched = await new SCIMMY.Messages.PatchOp(JSON.parse(JSON.stringify(patchBody(operations)))).apply(
    new SCIMMY.Schemas.User(before()),
  )
  const { meta: _, schemas: __, ...rest } = JSON.parse(JSON.stringify(patched))
  return rest
}

const ours = (operations: JsonObject[]): JsonObject => {
  const { schemas: _, ...rest } = applyPatch(
    before(),
    parsePatch(patchBody(operations), userDefinition, 'strict'),
    userDefinition,
  )
  return rest
}

/** An independent reading of RFC 7644 section 3.5.2, on what nobody reads differently. */
describe('applyPatch agrees with SCIMMY', () => {
  it.each<[JsonObject]>([
    [{ op: 'add', path: 'nickName', value: 'N' }],
    [{ op: 'replace', path: 'title', value: 'U' }],
    [{ op: 'remove', path: 'title' }],
    [{ op: 'replace', path: 'name.givenName', value: 'H' }],
    [{ op: 'remove', path: 'name.familyName' }],
    [{ op: 'add', path: 'emails', value: [{ type: 'home', value: 'h@example.com' }] }],
    [{ op: 'replace', path: 'emails', value: [{ type: 'home', value: 'h@example.com' }] }],
    [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'x@example.com' }],
    [{ op: 'remove', path: 'emails[type eq "work"]' }],
    [{ op: 'remove', path: 'emails' }],
    [{ op: 'add', value: { nickName: 'N', displayName: 'D' } }],
  ])('on %j', async (operation) => {
    expect(ours([operation])).toEqual(await theirs([operation]))
  })
})
