import { ScimError } from '../scim/error.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import type { ScimReply } from '../scim/request.ts'
import { attributeIn, idOf, isAssigned, type Resource } from '../scim/resource.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { holdableResource } from './holdable.ts'
import { bare, type Members, membersIn } from './members.ts'
import { membersAsRead } from './members-read.ts'
import { said } from './partial.ts'
import { perform } from './perform.ts'
import { type Asked, formsOf, memberFormsOf, type Planning } from './planning.ts'
import { requireForCreate } from './required.ts'
import { projected, without } from './shown.ts'
import { ask, attempt, type Plan } from './step.ts'
import { accepted } from './unsupported.ts'
import { writesOf } from './writes.ts'

/**
 * A new resource (RFC 7644 §3.3). Members that the upstream does not take at once are added in chunks afterwards; if one
 * chunk is refused, the new group is deleted again, for nobody else knows it yet, and a retry would make a second one.
 * @throws ScimError 400 before any call where something required is missing, or cannot be held
 */
export function* planCreate(request: Asked<'create'>, planning: Planning): Plan<ScimReply> {
  const { definition, projection } = request
  const forms = memberFormsOf(planning, definition)
  const resource = newResource(request, planning)
  requireForCreate(resource, planning, definition)
  const members = forms === undefined ? new Map() : membersIn(request.resource['members'])
  const isLater = forms !== undefined && !forms.atCreate
  // Whoever is described so exactly takes no query beside a new resource (facts A3).
  const isPlain = formsOf(planning, definition)?.definition === undefined && members.size === 0
  const sent = { resource: isLater ? without(resource, 'members') : resource, projection: isPlain ? projection : {} }
  const reply = yield* ask({ request: { ...request, ...sent }, purpose: 'forward' })
  if (reply.kind !== 'resource' || isPlain) return reply
  if (isLater && members.size > 0)
    yield* addTo(idIn(reply.resource), members, { resource: sent.resource, definition, planning })
  const whole =
    members.size > 0 && !isAssigned(attributeIn(reply.resource, 'members'))
      ? { ...reply.resource, members: [...membersAsRead(members, definition, planning)] }
      : reply.resource
  return { ...reply, resource: projected(whole, projection, definition) }
}

/** What is asked for, as far as the upstream can hold it. One that is described so exactly takes no word for nothing. */
function newResource({ resource, definition }: Asked<'create'>, planning: Planning): Resource {
  const forms = formsOf(planning, definition)
  const held = accepted(holdableResource(resource, forms), planning.choices)
  return forms?.definition === undefined ? held : assignedIn(held)
}

/** RFC 7643 §2.5: what is null, or an empty list, is not there. */
function assignedIn(object: JsonObject): JsonObject {
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(object)) {
    const own = isObject(value) ? assignedIn(value) : value
    if (isAssigned(own) && !(isObject(own) && Object.keys(own).length === 0)) put(kept, name, own)
  }
  const { schemas } = kept
  if (!Array.isArray(schemas)) return kept
  const isUsed = (urn: Json, index: number) => index === 0 || (typeof urn === 'string' && Object.hasOwn(kept, urn))
  return { ...kept, schemas: schemas.filter(isUsed) }
}

function idIn(resource: Resource): string {
  const id = idOf(resource)
  if (id !== undefined) return id
  throw new ScimError(502, 'the upstream directory made the group without an id: its members were not added', {
    inDoubt: true,
  })
}

interface Making {
  readonly resource: Resource
  readonly definition: ResourceDefinition
  readonly planning: Planning
}

function* addTo(id: string, members: Members, making: Making): Plan<void> {
  const { definition } = making
  try {
    yield* added(id, bare(members), making)
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    const undone = yield* attempt({ request: { operation: 'delete', definition, id }, purpose: 'forward' })
    if (undone.kind === 'done' || undone.error.status === 404)
      throw said(error, `${undoneBy(error)} The group was deleted again: nothing is left of it.`, false)
    const made = `${plain(error)} The group was made, with the id ${JSON.stringify(id)}, and`
    throw undone.error.inDoubt
      ? said(error, `${made} whether it was deleted again is not known: look before you make it once more.`, true)
      : said(error, `${made} could not be deleted again: delete it, or add its members there.`)
  }
}

/** In chunks; or with the whole group put once more, where nothing else can change it. */
function* added(id: string, adds: Members, { resource, definition, planning }: Making): Plan<void> {
  if (planning.capabilities.patch === false) {
    const whole = { ...resource, members: [...adds.values()] }
    yield* ask({
      request: { operation: 'replace', definition, id, resource: whole, projection: {} },
      purpose: 'members',
      isUndoable: true,
    })
    return
  }
  const forms = memberFormsOf(planning, definition)
  const writes = writesOf({ definition, id, conditions: {}, operations: [], adds, removals: [], forms })
  yield* perform(writes, { definition, id, isKnown: true, removalOfNobodyIs404: false, isUndoable: true })
}

/** Nothing is in doubt any more, whatever the refusal says of itself. */
const undoneBy = (error: ScimError): string =>
  error.inDoubt ? 'the upstream directory gave no answer to an addition of members.' : plain(error)

const plain = ({ message }: ScimError): string => (message.endsWith('.') ? message : `${message}.`)
