import type { MemberForms } from '../capabilities.ts'
import type { PatchOperation } from '../scim/patch.ts'
import type { Conditions } from '../scim/request.ts'
import type { ResourceDefinition } from '../scim/schema.ts'
import { namesOf } from './changes.ts'
import { idsOf, type Members } from './members.ts'
import type { Part } from './partial.ts'
import type { Write } from './perform.ts'

/** What is to be written of one resource. */
export interface Wanted {
  readonly definition: ResourceDefinition
  readonly id: string
  readonly conditions: Conditions
  readonly operations: readonly PatchOperation[]
  readonly adds: Members
  readonly removals: readonly string[]
  /** All the members, in place of those that are there. */
  readonly whole?: Members
  /** Absent where members are like any other attribute. */
  readonly forms: MemberForms | undefined
}

interface Bundle {
  readonly operations: readonly PatchOperation[]
  readonly parts: readonly Part[]
}

/**
 * The PATCHes for this, in order: attributes first, for they are refused most likely, and nothing else is done then; adds
 * before removals, so that whoever is told of a failure has lost nobody (contract §6).
 */
export function writesOf(wanted: Wanted): readonly Write[] {
  const { operations, forms } = wanted
  const attributes: readonly Bundle[] =
    operations.length === 0 ? [] : [{ operations, parts: [{ kind: 'change', names: namesOf(operations) }] }]
  const members = [...wholeOf(wanted), ...addsOf(wanted), ...removalsOf(wanted)]
  // Beside other changes nobody could tell what a 404 to a removal means.
  const isMixed = forms === undefined || (forms.mixed && !forms.removalOfNobodyIs404)
  const bundles = isMixed ? mixed(attributes, members) : [...attributes, ...members]
  return bundles.map((bundle, index) => writeOf(bundle, wanted, index === 0))
}

function writeOf({ operations, parts }: Bundle, { definition, id, conditions }: Wanted, isFirst: boolean): Write {
  return {
    // The first one changes the version: the others cannot ask for the old one.
    request: { operation: 'patch', definition, id, operations, projection: {}, ...(isFirst ? conditions : {}) },
    purpose: parts.some(({ kind }) => kind === 'change') ? 'forward' : 'members',
    parts,
  }
}

function wholeOf({ whole }: Wanted): readonly Bundle[] {
  if (whole === undefined) return []
  const value = [...whole.values()]
  const operation: PatchOperation =
    value.length === 0
      ? { op: 'remove', path: { name: 'members' } }
      : { op: 'replace', path: { name: 'members' }, value }
  return [{ operations: [operation], parts: [{ kind: 'change', names: ['members'] }] }]
}

function addsOf({ adds, forms }: Wanted): readonly Bundle[] {
  return chunks([...adds.values()], forms?.addsPerPatch).map((chunk) => ({
    operations: [{ op: 'add', path: { name: 'members' }, value: [...chunk] }],
    parts: [{ kind: 'adds', ids: idsOf(chunk) }],
  }))
}

function removalsOf({ removals, forms }: Wanted): readonly Bundle[] {
  return chunks(removals, forms?.removalsPerPatch).map((chunk) => ({
    operations: chunk.map((value) => ({
      op: 'remove',
      path: { name: 'members', filter: { kind: 'compare', operator: 'eq', path: { name: 'value' }, value } },
    })),
    parts: [{ kind: 'removals', ids: chunk }],
  }))
}

/** Where one PATCH may hold everything, one chunk of each kind goes with another. */
function mixed(attributes: readonly Bundle[], members: readonly Bundle[]): readonly Bundle[] {
  const bundles: Bundle[] = []
  for (const bundle of [...attributes, ...members]) {
    const last = bundles.at(-1)
    const kinds = new Set(last?.parts.map(({ kind }) => kind))
    if (last === undefined || bundle.parts.some(({ kind }) => kinds.has(kind))) bundles.push(bundle)
    else
      bundles[bundles.length - 1] = {
        operations: [...last.operations, ...bundle.operations],
        parts: [...last.parts, ...bundle.parts],
      }
  }
  return bundles
}

export function chunks<T>(items: readonly T[], size = Number.POSITIVE_INFINITY): readonly (readonly T[])[] {
  if (items.length <= size) return items.length === 0 ? [] : [items]
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
