import { fold } from '../../scim/fold.ts'
import { enterpriseUserUrn, groupUrn, userUrn } from '../../scim/schemas.ts'

/** What is wrong, and where in the checked part it stands. */
export interface Problem {
  readonly message: string
  readonly path: (string | number)[]
}

export interface Characteristics {
  readonly name: string
  readonly type?: string | undefined
  readonly required: boolean
  readonly mutability: string
  readonly uniqueness: string
}

/** What nobody could ever satisfy, or what the directory cannot keep. */
export function contradictions({ type, required, mutability, uniqueness }: Characteristics): string[] {
  const unkept = 'the directory keeps no writeOnly values'
  return [
    ...(required && mutability === 'readOnly' ? ['a required attribute cannot be readOnly: nobody could give it'] : []),
    ...(required && mutability === 'writeOnly' ? [`a required attribute cannot be writeOnly: ${unkept}`] : []),
    ...(uniqueness !== 'none' && mutability === 'writeOnly'
      ? [`a unique attribute cannot be writeOnly: ${unkept}`]
      : []),
    ...(uniqueness !== 'none' && (type === 'complex' || type === 'boolean')
      ? [`an attribute of type ${type} cannot be unique`]
      : []),
  ]
}

/** Every text that an earlier one of the list equals, names and URNs compared without case (RFC 7643 §2.1). */
export function repetitions(texts: readonly string[]): { readonly index: number; readonly message: string }[] {
  const seen = new Set<string>()
  return texts.flatMap((text, index) => {
    const folded = fold(text)
    if (seen.has(folded)) return [{ index, message: `${text} is there already` }]
    seen.add(folded)
    return []
  })
}

interface Clause {
  readonly schemas: readonly {
    readonly id: string
    readonly extends: string
    readonly attributes: readonly { readonly name: string }[]
  }[]
  readonly resourceTypes: readonly {
    readonly name: string
    readonly endpoint: string
    readonly schema: { readonly id: string; readonly attributes: readonly { readonly name: string }[] }
  }[]
}

const takenNames = ['User', 'Group']
/** RFC 7644 §3.2, table 1: the endpoints that the protocol has for itself. */
const takenEndpoints = ['/Users', '/Groups', '/Me', '/Bulk', '/Schemas', '/ResourceTypes', '/ServiceProviderConfig']
const common = ['schemas', 'id', 'externalId', 'meta']

/** What the parts of a clause say against one another and against the standard's own. */
export function inconsistencies({ schemas, resourceTypes }: Clause): Problem[] {
  const at = (path: (string | number)[], list: readonly string[], taken: readonly string[], last: string[]) =>
    repetitions([...taken, ...list])
      .filter(({ index }) => index >= taken.length)
      .map(({ index, message }) => ({ message, path: [...path, index - taken.length, ...last] }))
  const types = resourceTypes.map(({ name }) => name)
  const cores = resourceTypes.map(({ schema }) => schema.id)
  return [
    ...at(['resourceTypes'], types, takenNames, ['name']),
    ...at(
      ['resourceTypes'],
      resourceTypes.map(({ endpoint }) => endpoint),
      takenEndpoints,
      ['endpoint'],
    ),
    ...at(['resourceTypes'], cores, [userUrn, groupUrn, enterpriseUserUrn], ['schema', 'id']),
    ...at(
      ['schemas'],
      schemas.map(({ id }) => id),
      [userUrn, groupUrn, enterpriseUserUrn, ...new Set(cores)],
      ['id'],
    ),
    ...schemas.flatMap((schema, index) =>
      [...takenNames, ...types].includes(schema.extends)
        ? []
        : [{ message: `there is no resource type ${schema.extends}`, path: ['schemas', index, 'extends'] }],
    ),
    ...resourceTypes.flatMap(({ schema }, type) =>
      schema.attributes.flatMap(({ name }, index) =>
        common.some((one) => fold(one) === fold(name))
          ? [
              {
                message: `every resource has ${name} already`,
                path: ['resourceTypes', type, 'schema', 'attributes', index, 'name'],
              },
            ]
          : [],
      ),
    ),
  ]
}
