import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createSecretReader } from '../../src/node/text-file.ts'
import { ScimError } from '../../src/scim/error.ts'
import { resolveSecret, secretFault } from '../../src/tenant/secret.ts'
import type { Reference } from '../../src/upstream/reference.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const dataFolder = join(folder, 'data')
mkdirSync(dataFolder)
const reader = createSecretReader({ SECRET: 's3cret', EMPTY: '' }, dataFolder)

describe('a secret that is there', () => {
  test.each<[string, Reference, string]>([
    ['in the environment', { env: 'SECRET' }, 's3cret'],
    ['in a file', { file: write('plain', 's3cret') }, 's3cret'],
    ['in a file with a line break at its end', { file: write('line', 's3cret\n') }, 's3cret'],
    ['in a file of Windows', { file: write('crlf', 's3cret\r\n') }, 's3cret'],
    ['of which only one line break is not the secret', { file: write('two', ' s3cret\n\n') }, ' s3cret\n'],
    ['of 64 KiB', { file: write('large', 'x'.repeat(65_536)) }, 'x'.repeat(65_536)],
  ])('%s', async (_, reference, secret) => {
    expect(await resolveSecret(reference, reader)).toBe(secret)
    expect(await secretFault(reference, reader)).toBeUndefined()
  })

  test('behind a symbolic link, as Kubernetes mounts them', async () => {
    symlinkSync(write('target', 'linked\n'), join(folder, 'link'))
    expect(await resolveSecret({ file: join(folder, 'link') }, reader)).toBe('linked')
  })
})

describe('a secret that is not there', () => {
  test.each<[string, Reference, string]>([
    ['not set', { env: 'MISSING' }, 'the environment variable MISSING is not set'],
    ['set to nothing', { env: 'EMPTY' }, 'the environment variable EMPTY is not set'],
    ['a name that every object has', { env: 'constructor' }, 'the environment variable constructor is not set'],
    ['no file', { file: '/nowhere/at/all' }, 'the secret file /nowhere/at/all cannot be read (ENOENT)'],
    ['a folder', { file: folder }, `the secret file ${folder} cannot be read (not a file)`],
    ['a device', { file: '/dev/zero' }, 'the secret file /dev/zero cannot be read (not a file)'],
    ['an empty file', { file: write('none', '\n') }, `the secret file ${join(folder, 'none')} is empty`],
    ['sealed', { sealed: 'eyJ' }, 'sealed secrets are not built yet in this version'],
  ])('%s', async (_, reference, fault) => {
    expect(await secretFault(reference, reader)).toBe(fault)
    const error = await resolveSecret(reference, reader).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ScimError)
    expect(error).toMatchObject({ status: 502, cause: { message: fault } })
    // Clients learn neither names nor paths.
    expect(error).toMatchObject({ message: 'the upstream credential of this tenant is not configured' })
  })

  test("the gateway's own, however it is spelt", async () => {
    writeFileSync(join(dataFolder, 'admin-token'), 'the token of all operators\n')
    symlinkSync(join(dataFolder, 'admin-token'), join(folder, 'innocent'))
    for (const file of [join(dataFolder, 'admin-token'), `${folder}/x/../data/admin-token`, join(folder, 'innocent')]) {
      expect(await secretFault({ file }, reader)).toMatch(/cannot be read \(in the gateway's data folder\)|ENOENT/)
    }
    writeFileSync(`${dataFolder}-of-another`, 'beside\n')
    expect(await resolveSecret({ file: `${dataFolder}-of-another` }, reader)).toBe('beside')
  })

  test('a file that is no secret by its size', async () => {
    const file = write('huge', 'x'.repeat(65_537))
    expect(await secretFault({ file }, reader)).toContain('larger than')
  })
})
