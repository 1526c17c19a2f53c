import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'
import { patchUrn, type World } from './plan-world.ts'

/**
 * A forwarder that makes a client's requests work on Entra without a plan: a PUT is a read and one PATCH of every attribute
 * that the client sent, whatever differs; members are read in pages of the default size, and compared, but written one a
 * PATCH; everything else goes as it comes, Bulk operation by operation.
 */
export const naive = {
  async put(world: World, path: string, { schemas: _, members, ...attributes }: JsonObject): Promise<void> {
    await world.send('GET', path)
    const operations = Object.entries(attributes).map(([name, value]) => ({ op: 'replace', path: name, value }))
    await world.send('PATCH', path, patchOf(operations))
    if (members !== undefined) await replaceMembers(world, path, members)
  },
  replaceMembers,
  addMembers,
} as const

export const patchOf = (Operations: readonly JsonObject[]): JsonObject => ({
  schemas: [patchUrn],
  Operations: [...Operations],
})

async function replaceMembers(world: World, path: string, members: Json): Promise<void> {
  const wanted = new Set(idsIn(members))
  const held = new Set(await membersOf(world, path.split('/').at(-1) ?? ''))
  await addMembers(
    world,
    path,
    [...wanted].filter((id) => !held.has(id)),
  )
  for (const id of held)
    if (!wanted.has(id)) await world.send('PATCH', path, patchOf([{ op: 'remove', path: `members[value eq "${id}"]` }]))
}

async function addMembers(world: World, path: string, ids: readonly string[]): Promise<void> {
  for (const value of ids)
    await world.send('PATCH', path, patchOf([{ op: 'add', path: 'members', value: [{ value }] }]))
}

/** In pages of the default size. */
async function membersOf(world: World, group: string): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor = ''
  for (;;) {
    const filter = encodeURIComponent(`groups.value eq "${group}"`)
    const { resources, nextCursor } = await world.send('GET', `/users?filter=${filter}${cursor}`)
    if (Array.isArray(resources)) for (const one of resources) if (isObject(one)) ids.push(String(one['id']))
    if (nextCursor === undefined) return ids
    cursor = `&cursor=${encodeURIComponent(String(nextCursor))}`
  }
}

const idsIn = (members: Json): readonly string[] =>
  Array.isArray(members) ? members.flatMap((one) => (isObject(one) ? [String(one['value'])] : [])) : []
