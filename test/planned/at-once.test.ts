import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultChoices, type SingleRequest } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { createPlanned } from '../../src/planned/planned.ts'
import { groupDefinition } from '../../src/scim/schemas.ts'
import { patch, put, throughEntra } from '../plan/through.ts'
import { entraUser } from '../support/entra.ts'
import { createBench } from '../upstream/scim/support.ts'

const through = throughEntra()
const bench = createBench()
afterAll(() => bench.close())
const planned = createPlanned({
  tenant: 'contoso',
  upstream: through.upstream,
  capabilities: entra,
  choices: defaultChoices,
  dialect: 'auto',
  ports: bench.ports,
})
const serve = (request: SingleRequest) => planned.carry(request, bench.errand())
const pool = through.users(12)
const word = fc.constantFrom('A', 'B', 'C')

describe('two changes of one resource at once, on an upstream without entity tags', () => {
  it('come to what one after the other would: two PUTs of a user', async () => {
    const id = await through.user('once')
    const body = fc.record({ displayName: word, title: word, userType: word, preferredLanguage: word })
    await fc.assert(
      fc.asyncProperty(body, body, async (one, other) => {
        const bodies = [one, other].map((more) => entraUser('once', more))
        await Promise.all(bodies.map((each) => serve(put(id, each))))
        expect(await through.held(`/users/${id}`)).toMatchObject(other)
      }),
      { numRuns: 40 },
    )
  })

  it('come to what one after the other would: a PUT of a group and a PATCH of its members', async () => {
    const all = await pool
    const some = fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(some, some, some, async (held, whole, added) => {
        const named = (chosen: readonly number[]) => chosen.map((index) => all[index] ?? '')
        const id = await through.group('g', named(held))
        const asked = { definition: groupDefinition }
        const members = named(whole).map((value) => ({ value }))
        const value = named(added).map((one) => ({ value: one }))
        await Promise.all([
          serve(put(id, { displayName: 'g', members }, asked)),
          serve(patch(id, [{ op: 'add', path: 'members', value }], asked)),
        ])
        expect(await through.members(id)).toEqual([...new Set([...named(whole), ...named(added)])].sort())
      }),
      { numRuns: 30 },
    )
  })
})
