import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { adminTokenOf } from '../../src/node/admin-token.ts'
import { temporaryFolder } from '../support/storage.ts'

it('is the setting, where there is one, and nothing is written', () => {
  const folder = temporaryFolder()
  expect(adminTokenOf(folder, 'given')).toBe('given')
  expect(readdirSync(folder)).toEqual([])
})

it('is made once, kept for nobody else to read, and found again', () => {
  const folder = join(temporaryFolder(), 'data')
  const token = adminTokenOf(folder, undefined)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(readdirSync(folder)).toEqual(['admin-token'])
  expect(statSync(join(folder, 'admin-token')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'admin-token'), 'utf8')).toBe(`${token}\n`)
  expect(adminTokenOf(folder, undefined)).toBe(token)
  expect(adminTokenOf(temporaryFolder(), undefined)).not.toBe(token)
})

it.each(['', 'short\n', `${'x'.repeat(40)} y\n`])('refuses a file that holds %j instead', (text) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'admin-token'), text)
  expect(() => adminTokenOf(folder, undefined)).toThrow(/holds no admin token: delete it/)
})
