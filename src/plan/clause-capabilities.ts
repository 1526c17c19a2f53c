import { z } from 'zod'
import { attributePath, byType, comparison } from './clause-words.ts'

const flag = z.boolean().exactOptional()
const most = z.int().min(1)

const patch = z.union(
  [
    z.boolean(),
    z.strictObject({
      pathless: flag.describe('Whether an operation may do without a path'),
      filters: z
        .enum(['any', 'type', 'none'])
        .exactOptional()
        .describe('Which value filters a path may have: any, one plain [type eq "work"], or none'),
      elements: flag.describe('Whether add and filtered remove work on single elements of a list'),
    }),
  ],
  { error: 'must be true, false or a map with pathless, filters and elements' },
)

const bulk = z.union(
  [z.boolean(), z.strictObject({ maxOperations: most.exactOptional(), maxPayloadSize: most.exactOptional() })],
  { error: 'must be true, false or a map with maxOperations and maxPayloadSize' },
)

const filter = z.union(
  [
    z.literal('any'),
    z.array(comparison),
    z.strictObject({ comparisons: z.array(comparison).exactOptional(), and: flag, or: flag }),
  ],
  { error: 'must be any, a list of comparisons such as "userName eq", or a map with comparisons, and, or' },
)

const wide = z.union(
  [z.literal(false), z.strictObject({ max: most, without: z.array(attributePath).exactOptional() })],
  { error: 'must be false or a map with max and without' },
)

const sizes = z.strictObject({
  default: most.exactOptional().describe('What a page holds when no count is given'),
  max: most.exactOptional(),
  wide: wide.exactOptional().describe('A larger page, where attributes is given and names none of `without`'),
})

const paging = z.strictObject({
  index: flag,
  cursor: flag,
  countZero: flag.describe('Whether count=0 is answered with the number alone'),
  totals: flag.describe('Whether totalResults stands on every page'),
  sizes: byType(sizes, 'others').exactOptional(),
})

const perPatch = z.union([most, z.literal('any')], { error: 'must be a number from 1, or any' }).exactOptional()

const members = z.strictObject({
  addsPerPatch: perPatch,
  removalsPerPatch: perPatch,
  mixed: flag.describe('Whether adds, removals and other changes may share a PATCH'),
  replace: flag.describe('Whether replacing `members` sets the whole list'),
  atCreate: flag,
  onRead: flag.describe('Whether a read of a group shows its members'),
  lookup: attributePath
    .exactOptional()
    .describe('Where reads do not: what users are filtered by, such as groups.value'),
  removalOfNobodyIs404: flag,
})

const elements = z.record(
  attributePath,
  z.array(
    z.strictObject({
      type: z.string().min(1),
      most: most.exactOptional(),
      primary: flag.describe('Whether such an element is always (or never) the primary one'),
    }),
  ),
)

const forms = z.strictObject({
  definition: z
    .enum(['preset', 'any'])
    .exactOptional()
    .describe('any: what the type can hold is not known, and nothing is left out'),
  required: z.array(attributePath).exactOptional().describe('What a create must have'),
  unseen: z.array(attributePath).exactOptional().describe('What a filter may name and no answer shows'),
  own: z.array(z.string().min(1)).exactOptional().describe('Schemas that a PUT leaves alone unless it speaks of them'),
  elements: elements.exactOptional().describe('By attribute: the types that its elements may have'),
})

const wire = z.strictObject({
  accept: z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]*$/, 'must be an Accept header, such as application/json')
    .exactOptional(),
  lowerCase: flag.describe('Whether endpoints are written in lower case: /users'),
  unknownIdIs400: flag.describe('Whether an id that nothing has is answered 400'),
})

const billing = z.union(
  [
    z.literal(false),
    z.strictObject({
      perCall: z.number().min(0).max(1_000_000).exactOptional(),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'must be a currency, such as USD')
        .exactOptional(),
      billed: z
        .array(z.string().regex(/^[1-5](xx|\d\d)$/, 'must be a class or a status, such as 2xx or "404"'))
        .exactOptional(),
    }),
  ],
  { error: 'must be false or a map with perCall, currency and billed' },
)

/** `capabilities:` of an upstream (contract §4): whatever differs from its preset. */
export const capabilitiesClause = z.strictObject({
  put: flag,
  patch: patch.exactOptional(),
  bulk: bulk.exactOptional(),
  search: flag.describe('Whether POST /.search from the root is served'),
  sort: flag,
  etag: flag,
  projection: flag.describe('Whether attributes and excludedAttributes are obeyed'),
  filter: byType(filter).exactOptional().describe('By resource type: what can be filtered by'),
  paging: paging.exactOptional(),
  members: byType(members).exactOptional(),
  types: byType(forms).exactOptional(),
  wire: wire.exactOptional(),
  billing: billing.exactOptional(),
})

export type CapabilitiesClause = z.output<typeof capabilitiesClause>
