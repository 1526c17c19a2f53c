import { describe, expect, it } from 'vitest'
import { defaultChoices } from '../../src/plan/plan.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { unsupportedIn } from '../../src/plan/unsupported.ts'
import { enterpriseUserUrn, groupDefinition } from '../../src/scim/schemas.ts'
import { entraUser } from '../support/entra.ts'
import { memberIds, post, refused, resourceOf, throughEntra } from './through.ts'

const through = throughEntra()
const group = { definition: groupDefinition }
const nobody = '00000000-0000-7000-8000-ffffffffffff'

describe('a create of a user', () => {
  it('is one call, without what the upstream cannot hold, which is told by name', async () => {
    const body = entraUser('c1', {
      nickName: 'Babs',
      groups: [],
      meta: { resourceType: 'User' },
      roles: [{ value: 'x' }],
      photos: [],
      title: '',
      emails: [
        { type: 'home', value: 'h@x.example', primary: true },
        { type: 'work', value: 'w@x.example', display: 'W' },
      ],
      [enterpriseUserUrn]: { department: 'Tours', manager: { value: '', displayName: 'X' } },
    })
    const request = post(body)
    const reply = await through.serve(request)
    expect(through.calls()).toEqual(['POST User'])
    expect(reply).toMatchObject({ kind: 'resource', status: 201 })
    expect(resourceOf(reply)).toMatchObject({ emails: [{ type: 'work', value: 'w@x.example', primary: true }] })
    expect(unsupportedIn(request, { capabilities: entra, choices: defaultChoices })).toEqual([
      'nickName',
      'roles',
      'emails[type eq "home"]',
    ])
  })

  it('is refused before any call by the names of all that is missing', async () => {
    const error = await refused(through.serve(post({ userName: 'c2@contoso.com', name: { givenName: 'A' } })))
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
    expect(error.message).toContain('name.familyName, active, displayName are required')
    expect(through.steps).toEqual([])
  })

  it('is refused where nothing may be dropped', async () => {
    const error = await refused(
      through.serve(post(entraUser('c3', { nickName: 'Babs' })), { choices: { unsupported: 'reject' } }),
    )
    expect(error.message).toContain('cannot hold nickName')
    expect(through.steps).toEqual([])
  })
})

describe('a create of a group with members', () => {
  it('is a create, and adds in chunks', async () => {
    const ids = await through.users(41)
    const body = { displayName: 'made', members: [...ids, ids[0] ?? ''].map((value) => ({ value, display: 'x' })) }
    const reply = await through.serve(post(body, group))
    expect(through.calls()).toEqual(['POST Group', ...Array(3).fill('PATCH add members')])
    const made = resourceOf(reply)
    expect(memberIds(made['members'])).toEqual([...ids].sort())
    expect(await through.members(String(made['id']))).toEqual([...ids].sort())
    expect(reply).toMatchObject({ status: 201, location: `/Groups/${made['id']}` })
  })

  it('shows no members that were not asked for', async () => {
    const ids = await through.users(1)
    const body = { displayName: 'asked', members: ids.map((value) => ({ value })) }
    expect(resourceOf(await through.serve(post(body, { ...group, attributes: ['displayName'] })))).not.toHaveProperty(
      'members',
    )
  })

  it('leaves no group behind where a member is refused', async () => {
    const ids = await through.users(20)
    const body = { displayName: 'undone', members: [...ids, nobody].map((value) => ({ value })) }
    const error = await refused(through.serve(post(body, group)))
    expect(through.calls()).toEqual(['POST Group', 'PATCH add members', 'PATCH add members', 'DELETE Group'])
    expect(error).toMatchObject({ status: 400, inDoubt: false })
    expect(error.message).toContain('The group was deleted again: nothing is left of it.')
    const left = await through.client.get(`/groups?filter=${encodeURIComponent('displayName eq "undone"')}`)
    expect(left.body['resources']).toEqual([])
  })

  it('says which group is left where it could not be deleted again', async () => {
    const ids = await through.users(21)
    const body = { displayName: 'left', members: ids.map((value) => ({ value })) }
    const fault = (_: unknown, index: number) => (index >= 2 ? 'before' : undefined)
    const error = await refused(through.serve(post(body, group), { fault }))
    const left = await through.client.get(`/groups?filter=${encodeURIComponent('displayName eq "left"')}`)
    const [{ id }] = JSON.parse(JSON.stringify(left.body['resources']))
    expect(error).toMatchObject({ status: 502, retryAfter: '7' })
    expect(error.message).toContain(`Done: adding 20 members (`)
    expect(error.message).toContain(`Not done: adding 1 member ("${ids[20]}").`)
    expect(error.message).toContain(`The group was made, with the id "${id}", and could not be deleted again`)
  })

  it('is in doubt where nobody knows whether it was deleted again', async () => {
    const ids = await through.users(21)
    const body = { displayName: 'doubted', members: ids.map((value) => ({ value })) }
    const faults = [undefined, undefined, 'before', 'after'] as const
    const error = await refused(through.serve(post(body, group), { fault: (_, index) => faults[index] }))
    expect(error).toMatchObject({ status: 502, inDoubt: true })
    expect(error.message).toContain('whether it was deleted again is not known')
  })
})
