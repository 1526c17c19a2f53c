import type { Purpose } from '../call.ts'
import { badRequest, type ScimError } from '../scim/error.ts'
import type { ScimReply } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { type Part, partialFailure } from './partial.ts'
import type { Asked } from './planning.ts'
import { attempt, type Outcome, type Plan } from './step.ts'

/** One write of several. */
export interface Write {
  readonly request: Asked<'patch'>
  readonly purpose: Purpose
  readonly parts: readonly Part[]
}

/** The resource that is written to. */
export interface Subject {
  readonly definition: ResourceDefinition
  readonly id: string
  /** Whether the resource is known to be there, since it was read. */
  readonly isKnown: boolean
  /** Whether removing somebody who is no member is answered 404. */
  readonly removalOfNobodyIs404: boolean
  /** Whether the resource is taken away again where a write is refused. */
  readonly isUndoable?: true
}

/**
 * Makes writes one after the other. Removing somebody who is no member is a success (RFC 7644 §3.5.2.2), whatever the
 * upstream calls it.
 * @returns the last one's reply; undefined where there was none
 * @throws ScimError the first refusal, which tells how far it came
 */
export function* perform(writes: readonly Write[], subject: Subject): Plan<ScimReply | undefined> {
  let reply: ScimReply | undefined
  let { isKnown } = subject
  const done: Part[] = []
  const left = [...writes]
  for (let write = left.shift(); write !== undefined; write = left.shift()) {
    const outcome: Outcome = yield* attempt(subject.isUndoable ? { ...write, isUndoable: true } : write)
    if (outcome.kind === 'done') {
      reply = outcome.reply
      isKnown = true
      done.push(...write.parts)
      continue
    }
    // Not told before it is needed: what is left may be thousands of steps.
    const failed = (error: ScimError) =>
      partialFailure(error, { done, refused: write.parts, left: left.flatMap(({ parts }) => parts) })
    if (outcome.error.status !== 404 || !isOfMembers(write)) throw failed(outcome.error)
    if (!isKnown) {
      const found: Outcome = yield* attempt(existence(subject))
      if (found.kind === 'refused') throw failed(found.error)
      isKnown = true
    }
    if (!subject.removalOfNobodyIs404 || kindOf(write) !== 'removals') throw failed(noSuchMember(outcome.error))
    const singles = apart(write)
    if (singles.length > 1) left.unshift(...singles)
    else done.push(...write.parts)
  }
  return reply
}

/** Asks whether a resource is there, and for no more of it. */
export const existence = ({ definition, id }: Pick<Subject, 'definition' | 'id'>) => ({
  request: { operation: 'read', definition, id, projection: { attributes: [{ name: 'id' }] } } as const,
  purpose: 'read' as const,
})

const kindOf = ({ parts }: Write): Part['kind'] | undefined => (parts.length === 1 ? parts[0]?.kind : undefined)

const isOfMembers = (write: Write): boolean => ['adds', 'removals'].includes(kindOf(write) ?? '')

/** The group is there: then 404 speaks of somebody in the request, and must not tell the client that the group is gone. */
const noSuchMember = (error: ScimError): ScimError =>
  badRequest('invalidValue', 'the upstream directory does not know one of the members', error)

/** A write of several removals as one write each: which of them met nobody, its 404 does not tell. */
function apart({ request, purpose, parts }: Write): readonly Write[] {
  return request.operations.map((operation, index) => ({
    request: { ...request, operations: [operation] },
    purpose,
    parts: parts.flatMap((part): readonly Part[] =>
      part.kind === 'removals' ? [{ kind: 'removals', ids: part.ids.slice(index, index + 1) }] : [],
    ),
  }))
}
