import type { Json, JsonObject } from '../../src/scim/json.ts'

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const messages = 'urn:ietf:params:scim:api:messages:2.0'
export const listUrn = `${messages}:ListResponse`
export const errorUrn = `${messages}:Error`

export const user = (userName: string, more: JsonObject = {}): JsonObject => ({ schemas: [userUrn], userName, ...more })

export const group = (displayName: string, ...members: string[]): JsonObject => ({
  schemas: [groupUrn],
  displayName,
  ...(members.length === 0 ? {} : { members: members.map((value) => ({ value })) }),
})

export const patch = (...Operations: Json[]): JsonObject => ({ schemas: [`${messages}:PatchOp`], Operations })

export const bulk = (Operations: Json[], more: JsonObject = {}): JsonObject => ({
  schemas: [`${messages}:BulkRequest`],
  Operations,
  ...more,
})

export const search = (asked: JsonObject): JsonObject => ({ schemas: [`${messages}:SearchRequest`], ...asked })

export const scimError = (status: number, scimType?: string): JsonObject => ({
  schemas: [errorUrn],
  status: String(status),
  ...(scimType === undefined ? {} : { scimType }),
})
