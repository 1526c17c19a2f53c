import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SingleRequest } from '../../src/plan/plan.ts'
import { ScimError } from '../../src/scim/error.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { groupDefinition } from '../../src/scim/schemas.ts'
import { entraUser } from '../support/entra.ts'
import { patch, post, put, refusal, refused, throughEntra } from './through.ts'

const through = throughEntra()
const group = { definition: groupDefinition }
const pool = through.users(45)

/** What an error says that was done, is in doubt and was not done. */
function told(error: ScimError) {
  const part = (name: string) =>
    new RegExp(`${name}: (.*?)\\.(?: (?:In doubt|Not done):|$)`).exec(error.message)?.[1] ?? ''
  const numbersIn = (text: string) => ({
    renamed: /changing .*displayName/.test(text),
    adds: Number(/adding (\d+)/.exec(text)?.[1] ?? 0),
    removals: Number(/removing (\d+)/.exec(text)?.[1] ?? 0),
  })
  return { done: numbersIn(part('Done')), doubt: numbersIn(part('In doubt')), undone: numbersIn(part('Not done')) }
}

interface State {
  readonly name: unknown
  readonly members: readonly string[]
}

const stateOf = async (id: string): Promise<State> => ({
  name: (await through.held(`/groups/${id}`))['displayName'],
  members: await through.members(id),
})

const some = fc.uniqueArray(fc.nat({ max: 44 }), { maxLength: 45 })

describe('a fault at any step of a plan of several calls', () => {
  it.each(['PUT', 'PATCH', 'replace members'] as const)(
    'is told truly, and the same request again comes to the end: %s of a group',
    async (kind) => {
      const ids = await pool
      await fc.assert(
        fc.asyncProperty(
          some,
          some,
          fc.nat({ max: 30 }),
          fc.constantFrom('before', 'after'),
          async (h, w, at, when) => {
            const held = h.map((index) => ids[index] ?? '')
            const wanted = w.map((index) => ids[index] ?? '')
            const id = await through.group('before', held)
            const request = requestOf(kind, id, held, wanted)
            let failed: ScimError | undefined
            const fault = (_: unknown, index: number) => (index === at ? when : undefined)
            await through.serve(request, { fault }).catch((error: unknown) => {
              if (!(error instanceof ScimError)) throw error
              failed = error
            })
            const isWrite = through.steps[at]?.request.operation === 'patch'
            if (failed !== undefined) {
              const now = await stateOf(id)
              const { done, doubt, undone } = told(failed)
              const come = now.members.filter((one) => !held.includes(one)).length
              const gone = held.filter((one) => !now.members.includes(one)).length
              expect(failed).toMatchObject({ status: 502, retryAfter: '7', inDoubt: isWrite && when === 'after' })
              const steps = through.steps.length
              if (failed.message.includes('Done:')) {
                const inDoubt = when === 'after' ? doubt : { renamed: false, adds: 0, removals: 0 }
                expect({ renamed: now.name === 'after', adds: come, removals: gone }).toEqual({
                  renamed: done.renamed || inDoubt.renamed,
                  adds: done.adds + inDoubt.adds,
                  removals: done.removals + inDoubt.removals,
                })
                expect(done.adds + doubt.adds + undone.adds).toBe(wanted.filter((one) => !held.includes(one)).length)
                expect(done.removals + doubt.removals + undone.removals).toBe(
                  held.filter((one) => !wanted.includes(one)).length,
                )
              } else expect(steps).toBe(Math.max(at + 1, kind === 'PUT' ? 2 : 1))
            }
            await through.serve(request)
            expect(await stateOf(id)).toEqual({
              name: kind === 'replace members' ? 'before' : 'after',
              members: [...wanted].sort(),
            })
          },
        ),
        { numRuns: 60 },
      )
    },
  )

  it('leaves no second group behind a create that is tried again', async () => {
    const ids = await pool
    for (const when of ['before', 'after'] as const)
      for (let at = 1; at <= 3; at++) {
        const displayName = `created ${when} ${at}`
        const request = post({ displayName, members: ids.map((value) => ({ value })) }, group)
        const fault = (_: unknown, index: number) => (index === at ? when : undefined)
        const error = await refused(through.serve(request, { fault }))
        expect(error.message).toContain('The group was deleted again')
        await through.serve(request)
        const found = await through.client.get(
          `/groups?filter=${encodeURIComponent(`displayName eq "${displayName}"`)}`,
        )
        expect(found.body['resources']).toHaveLength(1)
      }
  })

  it('is what it was where nothing else was to be done', async () => {
    const id = await through.user('single')
    const request = patch(id, [{ op: 'replace', path: 'title', value: 'A' }])
    const error = await refused(through.serve(request, { fault: () => 'before' }))
    expect(error.message).toBe(refusal().message)
    const body: JsonObject = entraUser('single', { title: 'B' })
    expect(
      await refused(through.serve(put(id, body), { fault: (_, index) => (index === 1 ? 'after' : undefined) })),
    ).toMatchObject({
      message: refusal().message,
      inDoubt: true,
    })
  })
})

function requestOf(
  kind: 'PUT' | 'PATCH' | 'replace members',
  id: string,
  held: readonly string[],
  wanted: readonly string[],
): SingleRequest {
  const members = wanted.map((value) => ({ value }))
  const rename = { op: 'replace', path: 'displayName', value: 'after' }
  if (kind === 'PUT') return put(id, { displayName: 'after', members }, group)
  if (kind === 'replace members') return patch(id, [{ op: 'replace', path: 'members', value: members }], group)
  const adds = wanted.filter((one) => !held.includes(one)).map((value) => ({ value }))
  const removals = held.filter((one) => !wanted.includes(one))
  return patch(
    id,
    [
      rename,
      ...(adds.length === 0 ? [] : [{ op: 'add', path: 'members', value: adds }]),
      ...removals.map((value) => ({ op: 'remove', path: `members[value eq "${value}"]` })),
    ],
    group,
  )
}
