import { ScimError } from '../scim/error.ts'
import type { Reference } from '../upstream/reference.ts'
import { readFault } from './document-fault.ts'

/** What the rim lends for reading secrets. */
export interface SecretReader {
  env(name: string): string | undefined
  /** At most `maxLength` characters of a text file. @throws Error with a `code`. */
  readFile(path: string, maxLength: number): Promise<string>
}

/** A private key with its chain fits many times over. */
const maxLength = 64 * 1024

/** A reference in words, without what it refers to. */
export const printReference = (reference: Reference): string =>
  'env' in reference
    ? `the environment variable ${reference.env}`
    : 'file' in reference
      ? `the secret file ${reference.file}`
      : 'the sealed secret'

/** Why a secret cannot be had, or the secret. */
async function look(reference: Reference, reader: SecretReader): Promise<{ secret: string } | { fault: string }> {
  const name = printReference(reference)
  if ('sealed' in reference) return { fault: 'sealed secrets are not built yet in this version' }
  if ('env' in reference) {
    const value = reader.env(reference.env)
    return value === undefined || value === '' ? { fault: `${name} is not set` } : { secret: value }
  }
  try {
    const text = await reader.readFile(reference.file, maxLength + 1)
    if (text.length > maxLength) return { fault: `${name} is larger than ${maxLength} characters` }
    const secret = text.replace(/\r?\n$/, '')
    return secret === '' ? { fault: `${name} is empty` } : { secret }
  } catch (error) {
    return { fault: `${name} ${readFault(error)}` }
  }
}

/** Why the secret cannot be had, or undefined: for `tenant check`, whose environment may not be the gateway's. */
export async function secretFault(reference: Reference, reader: SecretReader): Promise<string | undefined> {
  const found = await look(reference, reader)
  return 'fault' in found ? found.fault : undefined
}

/**
 * Reads a secret; of a file, without its last line break.
 * @throws ScimError 502 when there is none. Its cause names the reference, for the log; the client learns no name.
 */
export async function resolveSecret(reference: Reference, reader: SecretReader): Promise<string> {
  const found = await look(reference, reader)
  if ('secret' in found) return found.secret
  throw new ScimError(502, 'the upstream credential of this tenant is not configured', {
    cause: new Error(found.fault),
  })
}
