import { entraRequiredAtCreate } from '../../../scim/entra-limits.ts'
import { ScimError } from '../../../scim/error.ts'
import { fold } from '../../../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../../../scim/json.ts'
import { isAssigned } from '../../../scim/resource.ts'
import { entraGroupExtensionUrn, entraUserExtensionUrn } from '../../../scim/schemas-entra.ts'
import type { DirectoryType } from '../model.ts'
import { createRow } from '../write.ts'
import { bad } from './answer.ts'
import type { EmulateOptions } from './clause.ts'
import { type StandInParts, write } from './parts.ts'
import { checkGroup, checkManager, checkUser, settledElements } from './rules.ts'
import { showAll } from './show.ts'
import { checkBody } from './values.ts'

/** Makes a user or a group (facts A4, A5). @returns what the 201 shows. @throws ScimError 400 */
export function create(parts: StandInParts, type: DirectoryType, body: JsonObject): JsonObject {
  const isUser = type.name === 'User'
  // Refused by name: a list of members is a likely thing to send.
  if (!isUser && body['members'] !== undefined) throw bad('Members cannot be added when a group is created.')
  checkBody(body, type.definition)
  for (const path of isUser ? neededOf(body, parts.options) : entraRequiredAtCreate.Group) requireGiven(body, path)
  const resource = isUser ? wholeUser(body) : wholeGroup(body)
  if (isUser) checkUser(resource, parts.options)
  else checkGroup(resource)
  return refusingDuplicates(() =>
    write(parts, type, (writing) => {
      if (isUser) checkManager(resource, writing.queries)
      const row = createRow(writing, resource)
      const [shown] = showAll([row], writing.model, writing.queries, {})
      return shown ?? {}
    }),
  )
}

/** A password is another identity provider's matter where the domain is federated. */
function neededOf({ userName }: JsonObject, { federated = [] }: EmulateOptions): readonly string[] {
  const domain = domainOf(userName)
  const isFederated = federated.some((one) => fold(one) === domain)
  return entraRequiredAtCreate.User.filter((path) => path !== 'password' || !isFederated)
}

const domainOf = (userName: Json | undefined): string =>
  fold(typeof userName === 'string' ? (userName.split('@')[1] ?? '') : '')

function requireGiven(body: JsonObject, path: string): void {
  const [name = '', sub] = path.split('.')
  const holder = sub === undefined ? body : body[name]
  if (!isObject(holder) || !isAssigned(holder[sub ?? name])) throw bad(`A value is required for property '${path}'.`)
}

const extensionOf = (body: JsonObject, urn: string): JsonObject => {
  const extension = body[urn]
  return isObject(extension) ? extension : {}
}

/** Facts A4: mailNickname is what stands before the first @. A user made here is a Member. */
function wholeUser(body: JsonObject): JsonObject {
  const [alias = ''] = String(body['userName']).split('@')
  const settled = Object.entries(body).map(([name, value]): [string, Json] => [name, settledElements(name, value)])
  return {
    ...Object.fromEntries(settled),
    [entraUserExtensionUrn]: {
      mailNickname: alias,
      userType: 'Member',
      ...extensionOf(body, entraUserExtensionUrn),
    },
  }
}

/** A security group unless it says more. */
const wholeGroup = (body: JsonObject): JsonObject => ({
  ...body,
  [entraGroupExtensionUrn]: { mailEnabled: false, securityEnabled: true, ...extensionOf(body, entraGroupExtensionUrn) },
})

/** Facts A11: Graph's words for a name that is taken, for none of the SCIM API's are documented. */
export function refusingDuplicates<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ScimError) || error.status !== 409) throw error
    throw bad('Another object with the same value for property userPrincipalName already exists.')
  }
}
