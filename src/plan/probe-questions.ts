import type { Capabilities } from '../capabilities.ts'
import type { ScimError } from '../scim/error.ts'
import { parseFilter } from '../scim/filter.ts'
import { fold } from '../scim/fold.ts'
import type { ListQuery, ListResult, ScimRequest } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { coverOf } from './filter-cover.ts'
import type { ProbeCheck } from './probe-report.ts'
import type { Outcome } from './step.ts'

/** One request that changes nothing, and what its outcome says of the upstream. */
export interface Question {
  readonly name: string
  readonly request: ScimRequest
  judge(outcome: Outcome): Omit<ProbeCheck, 'name'>
}

interface Definitions {
  readonly user: ResourceDefinition
  readonly group: ResourceDefinition
}

/** A value that nobody has, and an id that nothing has. */
const nobody = 'tollgate-probe-2f8a41c6'
const nothing = '00000000-0000-4000-8000-000000000000'

/** What is asked beyond discovery. */
export const questionsOf = (capabilities: Capabilities, definitions: Definitions): readonly Question[] => [
  onePage(definitions.user, capabilities),
  onePage(definitions.group, capabilities),
  countZero(definitions.user, capabilities),
  index(definitions.user, capabilities),
  sort(definitions.user, capabilities),
  unknown(definitions.user),
  ...filters.map(([type, text]) => filter(definitions[type], text, capabilities)),
]

const list = (definition: ResourceDefinition, query: ListQuery): ScimRequest => ({
  operation: 'list',
  definition,
  query,
})
const nameOnly = (name: string): Pick<ListQuery, 'attributes'> => ({ attributes: [{ name }] })
const keyOf = ({ type }: ResourceDefinition): string => (fold(type.name) === 'user' ? 'userName' : 'displayName')

function onePage(definition: ResourceDefinition, { projection }: Capabilities): Question {
  const key = keyOf(definition)
  return {
    name: `one page of ${definition.type.name}`,
    request: list(definition, { count: 1, ...nameOnly(key) }),
    judge: (outcome) => {
      const found = listIn(outcome)
      if (found === undefined) return refused(outcome, 'a list cannot be read', 'see what the application may read')
      if (found.resources.length > 1)
        return differs(`asked for one, it showed ${found.resources.length}: count is ignored`)
      const [resource = {}] = found.resources
      const others = Object.keys(resource).filter((one) => !['id', 'schemas', 'meta', fold(key)].includes(fold(one)))
      if (projection && others.length > 0)
        return differs(`asked for ${key} alone, it showed ${others.join(', ')}`, overriding('projection: false'))
      return ok(found.resources.length === 0 ? 'there is none yet' : 'one was read')
    },
  }
}

function countZero(definition: ResourceDefinition, { paging }: Capabilities): Question {
  return {
    name: 'count=0',
    request: list(definition, { count: 0 }),
    judge: (outcome) => {
      const isServed = listIn(outcome)?.totalResults !== undefined
      if (isServed === paging.countZero) return ok(isServed ? 'it gives the number alone' : 'not served, as expected')
      return differs(
        isServed ? 'it gives the number alone' : 'it does not give the number alone',
        overriding(`paging: { countZero: ${isServed} }`),
      )
    },
  }
}

function index(definition: ResourceDefinition, { paging }: Capabilities): Question {
  return {
    name: 'startIndex',
    request: list(definition, { startIndex: 2, count: 1, ...nameOnly(keyOf(definition)) }),
    judge: (outcome) => {
      const isServed = listIn(outcome)?.startIndex === 2
      if (isServed === paging.index) return ok(isServed ? 'pages by index' : 'not served, as expected')
      const told = isServed ? 'it pages by index' : 'it does not page by index, or does not say so'
      return differs(told, overriding(`paging: { index: ${isServed} }`))
    },
  }
}

function sort(definition: ResourceDefinition, capabilities: Capabilities): Question {
  return {
    name: 'sortBy',
    request: list(definition, { sortBy: { name: 'userName' }, count: 1, ...nameOnly('userName') }),
    judge: (outcome) => {
      const isRefused = outcome.kind === 'refused'
      if (capabilities.sort === !isRefused) return ok(isRefused ? 'not served, as expected' : 'not refused')
      if (isRefused) return differs('it refuses to sort', overriding('sort: false'))
      // Whether it obeys or ignores the parameter, one resource cannot tell.
      return ok('not refused; it may well be ignored')
    },
  }
}

function unknown(definition: ResourceDefinition): Question {
  return {
    name: 'an id that there is not',
    request: { operation: 'read', definition, id: nothing, projection: {} },
    judge: (outcome) => {
      if (outcome.kind === 'done') return differs('it showed a resource for an id that nobody made up but us')
      if (outcome.error.status === 404) return ok('404')
      return differs(
        `it was answered by ${outcome.error.status} to the client, not by 404`,
        overriding('wire: { unknownIdIs400: true }'),
      )
    },
  }
}

const filters: readonly (readonly [type: keyof Definitions, filter: string])[] = [
  ['user', `userName eq "${nobody}"`],
  ['user', `externalId eq "${nobody}"`],
  ['user', `id eq "${nothing}"`],
  ['user', `displayName eq "${nobody}"`],
  ['user', `emails.value eq "${nobody}"`],
  ['user', `groups.value eq "${nothing}"`],
  ['user', `userName sw "${nobody}"`],
  ['user', `userName co "${nobody}"`],
  ['user', `userName eq "${nobody}" and active eq true`],
  ['user', `userName eq "${nobody}" or userName eq "${nobody}-2"`],
  ['group', `displayName eq "${nobody}"`],
  ['group', `members.value eq "${nothing}"`],
]

function filter(definition: ResourceDefinition, text: string, capabilities: Capabilities): Question {
  const asked = parseFilter(text)
  const forms = capabilities.filter.get(fold(definition.type.name)) ?? 'any'
  return {
    name: `filter of ${definition.type.name}: ${text.replaceAll(nobody, '…').replaceAll(nothing, '…')}`,
    request: list(definition, { filter: asked, count: 1, ...nameOnly(keyOf(definition)) }),
    judge: (outcome) => {
      const found = listIn(outcome)
      if (found !== undefined && found.resources.length > 0)
        return {
          outcome: 'failed',
          detail: 'nobody has that value, and it showed somebody: it ignores this filter',
          mend: 'leave it out of capabilities.filter: what the upstream ignores must be decided here',
        }
      const isServed = found !== undefined
      const isExpected = coverOf(asked, { definition, forms, unseen: [], maxCalls: 1 }).kind === 'native'
      if (isServed === isExpected) return ok(isServed ? 'served' : 'not served, as expected')
      if (isServed)
        return differs('it is served: what now takes more calls could take one', 'add it to capabilities.filter')
      return refused(outcome, 'it is not served', 'take it out of capabilities.filter')
    },
  }
}

const listIn = (outcome: Outcome): ListResult | undefined =>
  outcome.kind === 'done' && outcome.reply.kind === 'list' ? outcome.reply.list : undefined

const ok = (detail: string) => ({ outcome: 'ok', detail }) as const
const differs = (detail: string, mend?: string) =>
  ({ outcome: 'differs', detail, ...(mend === undefined ? {} : { mend }) }) as const
const overriding = (text: string): string => `if that is right: upstream: { capabilities: { ${text} } }`

function refused(outcome: Outcome, what: string, mend: string): Omit<ProbeCheck, 'name'> {
  const error: ScimError | undefined = outcome.kind === 'refused' ? outcome.error : undefined
  return { outcome: 'differs', detail: error === undefined ? what : `${what}: ${error.message}`, mend }
}
