import { describe, expect, it } from 'vitest'
import { parseSettings } from '../src/settings.ts'

describe('parseSettings', () => {
  it('has a default for everything', () => {
    expect(parseSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: undefined,
      tenantsFolder: './tenants',
      dataFolder: './data',
      adminToken: undefined,
      logLevel: 'info',
      allowHosts: [],
    })
  })

  it('takes an empty variable for an unset one', () => expect(parseSettings({ PORT: '' }).port).toBe(8080))

  it('reads a key as 32 bytes', () => {
    expect(parseSettings({ TOLLGATE_KEY: `${'A'.repeat(42)}8` }).key).toHaveLength(32)
  })

  it.each([
    ['PORT', '80a', 'PORT: must be a port number'],
    ['PORT', '70000', 'PORT: must be a port number'],
    ['TOLLGATE_KEY', 'short', 'TOLLGATE_KEY: must be 32 bytes'],
    ['TOLLGATE_LOG', 'loud', 'TOLLGATE_LOG: must be one of fatal'],
    ['TOLLGATE_PUBLIC_URL', 'scim.msp.example', 'TOLLGATE_PUBLIC_URL: must be an http or https URL'],
    ['TOLLGATE_PUBLIC_URL', 'https://a@b.example', 'TOLLGATE_PUBLIC_URL: must be an origin'],
    ['TOLLGATE_ADMIN_TOKEN', 'short', 'TOLLGATE_ADMIN_TOKEN: must have at least 32'],
    ['TOLLGATE_TRUSTED_PROXIES', '10.0.0.0/8,nonsense', 'TOLLGATE_TRUSTED_PROXIES: must be IP addresses'],
    ['TOLLGATE_PROT', '1', 'TOLLGATE_PROT: unknown setting'],
  ])('refuses %s=%s', (name, value, message) => {
    expect(() => parseSettings({ [name]: value })).toThrow(message)
  })

  it('names every fault at once', () => {
    expect(() => parseSettings({ PORT: 'x', TOLLGATE_LOG: 'y' })).toThrow(/PORT.*\n.*TOLLGATE_LOG/)
  })
})
