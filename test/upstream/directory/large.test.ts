import { expect, it } from 'vitest'
import { directoryClient } from '../../support/directory-client.ts'

const large = 'x'.repeat(128 * 1024)
const emails = (count: number) => Array.from({ length: count }, (_, at) => ({ value: `${at}@contoso.example` }))

it('keeps no resource of more than 128 Ki characters, however it would become one, and leaves it as it was', async () => {
  const client = directoryClient()
  expect(await client.post('/Users', { userName: 'ann', displayName: large })).toMatchObject({ status: 413 })
  expect(await client.post('/Users', { userName: 'ann', emails: emails(10_000) })).toMatchObject({ status: 413 })
  const id = await client.create('/Users', { userName: 'ann', emails: emails(3_000) })
  const before = await client.get(`/Users/${id}`)
  const replaced = await client.send('PUT', `/Users/${id}`, { body: { userName: 'ann', title: large } })
  expect(replaced).toMatchObject({ status: 413 })
  const more = emails(6_000).slice(3_000)
  const patched = await client.patch(`/Users/${id}`, [{ op: 'add', path: 'emails', value: more }])
  expect(patched).toMatchObject({ status: 413, body: { detail: 'one resource may have 131072 characters at most' } })
  expect(await client.get(`/Users/${id}`)).toEqual(before)
  expect((await client.get('/Users?filter=emails.value eq "5000@contoso.example"')).body['totalResults']).toBe(0)
})

it('does not count the members of a group', async () => {
  const client = directoryClient()
  const id = await client.create('/Users', { userName: 'ann' })
  const members = Array.from({ length: 4_000 }, () => ({ value: id, display: 'Ann' }))
  expect(JSON.stringify(members).length).toBeGreaterThan(128 * 1024)
  expect(await client.post('/Groups', { displayName: 'all', members })).toMatchObject({ status: 201 })
})
