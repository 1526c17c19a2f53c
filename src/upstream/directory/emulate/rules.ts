import { type ElementLimit, entraElements } from '../../../scim/entra-limits.ts'
import { fold } from '../../../scim/fold.ts'
import { isObject, type Json, type JsonObject } from '../../../scim/json.ts'
import { enterpriseUserUrn } from '../../../scim/schemas.ts'
import { entraGroupExtensionUrn } from '../../../scim/schemas-entra.ts'
import type { ResourceQueries } from '../../../store/resources.ts'
import { absent, bad } from './answer.ts'
import type { EmulateOptions } from './clause.ts'
import { isId } from './id.ts'

/** Facts A11: what a userPrincipalName may hold before its domain. */
const localPart = /^[A-Za-z0-9'._!#^~-]+$/
const domainPart = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/

/** What Entra asks of a whole user (facts A4, A6, A11). @throws ScimError 400 */
export function checkUser(user: JsonObject, { domains }: EmulateOptions): void {
  const { userName } = user
  if (userName !== undefined) checkName(userName, domains)
  for (const [name, limits] of Object.entries(entraElements)) checkElements(name, user[name], limits)
}

function checkName(userName: Json, domains: readonly string[] | undefined): void {
  const [local = '', domain = '', ...more] = typeof userName === 'string' ? userName.split('@') : []
  if (!localPart.test(local) || !domainPart.test(domain) || more.length > 0)
    throw bad("Invalid value specified for property 'userPrincipalName'.")
  if (domains !== undefined && !domains.some((one) => fold(one) === fold(domain)))
    throw bad('The domain portion of the userPrincipalName property is invalid: it is not one of the verified domains.')
}

function checkElements(name: string, value: Json | undefined, limits: readonly ElementLimit[]): void {
  const elements = Array.isArray(value) ? value.filter(isObject) : []
  const counts = new Map<ElementLimit, number>()
  for (const { type, primary } of elements) {
    const limit = limits.find((one) => one.type === type)
    if (limit === undefined) throw bad(`'${name}' can only have the types ${limits.map((one) => one.type).join(', ')}.`)
    if (primary !== undefined && primary !== limit.primary)
      throw bad(`'${name}' of type ${limit.type} cannot have primary ${JSON.stringify(primary)}.`)
    const count = (counts.get(limit) ?? 0) + 1
    if (count > limit.most) throw bad(`'${name}' can have only ${limit.most} of type ${limit.type}.`)
    counts.set(limit, count)
  }
}

/** A list as Entra keeps it: who can only be primary is (facts A6: the work e-mail is the `mail`). */
export function settledElements(name: string, value: Json): Json {
  const limits = entraElements[name]
  if (limits === undefined) return value
  if (Array.isArray(value)) return value.map((one) => settledElements(name, one))
  if (!isObject(value)) return value
  const isPrimary = limits.find(({ type }) => type === value['type'])?.primary === true
  return isPrimary && value['primary'] === undefined ? { ...value, primary: true } : value
}

/** Facts A5: a group is a security group, or one of Microsoft 365. @throws ScimError 400 */
export function checkGroup(group: JsonObject): void {
  const extension = group[entraGroupExtensionUrn]
  if (!isObject(extension)) return
  const { groupTypes, mailEnabled, securityEnabled } = extension
  const types = Array.isArray(groupTypes) ? groupTypes : []
  const isUnified = types.length === 1 && types[0] === 'Unified'
  if (types.length > 0 && !isUnified) throw bad('groupTypes can only be ["Unified"].')
  if (isUnified ? mailEnabled !== true : mailEnabled === true || securityEnabled !== true)
    throw bad('A group is either a security group, or Unified and mailEnabled.')
}

/** @throws ScimError 400 where the manager is nobody. */
export function checkManager(user: JsonObject, queries: ResourceQueries): void {
  const enterprise = user[enterpriseUserUrn]
  const manager = isObject(enterprise) ? enterprise['manager'] : undefined
  const id = isObject(manager) ? manager['value'] : undefined
  if (id === undefined) return
  if (typeof id !== 'string' || !isId(id)) throw bad("Invalid value specified for property 'manager'.")
  if (queries.byId('User', fold(id)) === undefined) throw bad(absent(id))
}
