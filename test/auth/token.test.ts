import { webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presentedIn } from '../../src/auth/presented.ts'
import { hashOf, mintToken, tenantOfToken } from '../../src/auth/token.ts'
import { createVerifier, type KnownCredential } from '../../src/auth/verifier.ts'

const randomBytes = (count: number) => webcrypto.getRandomValues(new Uint8Array(count))
const tenantIds = fc.stringMatching(/^[a-z0-9-]{1,63}$/)

describe('a minted token', () => {
  it('names its tenant, whatever the tenant is called', () => {
    fc.assert(
      fc.property(tenantIds, (tenant) => {
        const { token, hash } = mintToken(tenant, randomBytes)
        expect(token.startsWith(`tg_${tenant}_`)).toBe(true)
        expect(tenantOfToken(token)).toBe(tenant)
        expect(hash).toBe(hashOf(token))
      }),
    )
  })

  it('carries at least 256 bits that differ from token to token', () => {
    const tokens = new Set(Array.from({ length: 1000 }, () => mintToken('demo', randomBytes).token))
    expect(tokens.size).toBe(1000)
    let asked = 0
    mintToken('demo', (count) => {
      asked = count
      return new Uint8Array(count)
    })
    expect(asked).toBe(32)
  })

  it('is refused for its checksum alone when one character changed', () => {
    const { token } = mintToken('demo', randomBytes)
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'abcXYZ019-_'), (at, letter) => {
        fc.pre(token[at] !== letter)
        expect(tenantOfToken(token.slice(0, at) + letter + token.slice(at + 1))).toBeUndefined()
      }),
    )
  })
})

describe('the Authorization header', () => {
  const { token } = mintToken('demo', randomBytes)
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it.each([
    ['Bearer', `Bearer ${token}`],
    ['bearer in lower case', `bearer ${token}`],
    ['Basic with the tenant as user', basic(`demo:${token}`)],
  ])('is read as %s', (_, header) => {
    expect(presentedIn(header)).toEqual({ tenant: 'demo', secret: token })
  })

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['a scheme alone', 'Bearer'],
    ['another scheme', `Token ${token}`],
    ['two tokens', `Bearer ${token} ${token}`],
    ['Basic with another tenant as user', basic(`other:${token}`)],
    ['Basic without a colon', basic(token)],
    ['Basic that is not base64', 'Basic ***'],
    ['a token that is none', 'Bearer tg_demo_x'],
    ['a token as base64', `Bearer ${Buffer.from(token).toString('base64')}`],
  ])('is nobody when %s', (_, header) => {
    expect(presentedIn(header)).toBeUndefined()
  })
})

describe('the verifier', () => {
  const mint = (id: string, expiresAt: number | null = null) => {
    const { token, hash } = mintToken('demo', randomBytes)
    const credential: KnownCredential = { id, hash, scope: { access: 'write' }, expiresAt }
    return { token, credential }
  }

  it('knows live credentials and nobody else', () => {
    const [one, two, stranger] = [mint('one'), mint('two'), mint('stranger')]
    const verifier = createVerifier(
      'demo',
      () => [one.credential, two.credential],
      () => 0,
    )
    expect(verifier.verify(one.token)).toEqual({ tenant: 'demo', credential: 'one', scope: { access: 'write' } })
    expect(verifier.verify(two.token)?.credential).toBe('two')
    expect(verifier.verify(stranger.token)).toBeUndefined()
  })

  it('lets nobody in where no credential lives', () => {
    expect(
      createVerifier(
        'demo',
        () => [],
        () => 0,
      ).verify(mint('one').token),
    ).toBeUndefined()
  })

  it('ends a credential at its expiry, to the millisecond', () => {
    const { token, credential } = mint('one', 1000)
    let now = 999
    const verifier = createVerifier(
      'demo',
      () => [credential],
      () => now,
    )
    expect(verifier.verify(token)?.credential).toBe('one')
    now = 1000
    expect(verifier.verify(token)).toBeUndefined()
  })

  it('reads the store once, and again after it was told to forget', () => {
    const { token, credential } = mint('one')
    let live: readonly KnownCredential[] = [credential]
    let reads = 0
    const verifier = createVerifier(
      'demo',
      () => {
        reads += 1
        return live
      },
      () => 0,
    )
    verifier.verify(token)
    verifier.verify(token)
    expect(reads).toBe(1)
    live = []
    verifier.forget()
    expect(verifier.verify(token)).toBeUndefined()
  })
})
