import { describe, expect, it } from 'vitest'
import { AddressRefused, isPublic, judgeUrl, parseAllowHosts } from '../../src/upstream/address.ts'

const none = parseAllowHosts([])

describe('judgeUrl without exemptions', () => {
  it.each([
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://168.63.129.16/',
    'https://100.64.0.1/',
    'https://100.100.100.200/',
    'https://0.0.0.0/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://198.18.0.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:0:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://scim.localhost/',
    'http://93.184.215.14/',
    'http://directory.example/',
    'https://user@directory.example/',
    'https://user:secret@directory.example/',
    'ftp://directory.example/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'no url at all',
  ])('refuses %s', (url) => {
    expect(() => judgeUrl(url, none)).toThrow(AddressRefused)
  })

  it.each(['https://directory.example/scim', 'https://93.184.215.14/', 'https://[2606:2800:21f:cb07::1]/'])(
    'admits %s',
    (url) => {
      expect(judgeUrl(url, none).url.href).toBe(url)
    },
  )

  it('judges what a name resolves to', () => {
    const { admits } = judgeUrl('https://directory.example/', none)
    expect(admits('93.184.215.14')).toBe(true)
    expect(admits('10.0.0.1')).toBe(false)
    expect(admits('::ffff:10.0.0.1')).toBe(false)
    expect(admits('fe80::1%eth0')).toBe(false)
    expect(admits('nonsense')).toBe(false)
  })
})

describe('judgeUrl with exemptions', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:9000/'],
    ['127.0.0.0/8', 'http://127.9.9.9/'],
    ['127.0.0.1:9000', 'http://127.0.0.1:9000/'],
    ['scim.lan', 'http://scim.lan/scim'],
    ['scim.lan.', 'https://SCIM.lan/scim'],
    ['scim.lan:8443', 'https://scim.lan:8443/'],
    ['[::1]:9000', 'http://[::1]:9000/'],
    ['::1', 'https://[::1]/'],
    ['fd00::/8', 'https://[fd00::5]/'],
    ['[fd00::/8]:443', 'https://[fd00::5]/'],
    ['localhost', 'http://localhost:8080/'],
  ])('%s admits %s', (entry, url) => {
    expect(() => judgeUrl(url, parseAllowHosts([entry]))).not.toThrow()
  })

  it.each([
    ['127.0.0.1:9000', 'http://127.0.0.1:9001/'],
    ['10.0.0.0/8', 'http://127.0.0.1/'],
    ['scim.lan', 'http://evil.scim.lan/'],
    ['scim.lan:8443', 'https://127.0.0.1:8443/'],
  ])('%s does not admit %s', (entry, url) => {
    expect(() => judgeUrl(url, parseAllowHosts([entry]))).toThrow(AddressRefused)
  })

  it('admits http to a name only where it resolves into an allowed range', () => {
    const { admits } = judgeUrl('http://scim.lan/', parseAllowHosts(['10.0.0.0/8']))
    expect(admits('10.1.2.3')).toBe(true)
    expect(admits('93.184.215.14')).toBe(false)
  })

  it('admits whatever an allowed name resolves to', () => {
    expect(judgeUrl('https://scim.lan/', parseAllowHosts(['scim.lan'])).admits('192.168.7.7')).toBe(true)
  })
})

describe('parseAllowHosts', () => {
  it.each(['', '10', '012.0.0.1', '10.0.0.0/33', 'a b', 'https://scim.lan', 'scim.lan:port', '[::1', '*'])(
    'refuses `%s` by name',
    (entry) => {
      expect(() => parseAllowHosts([entry])).toThrow(`\`${entry}\``)
    },
  )
})

it('isPublic knows no name', () => {
  expect(isPublic('directory.example')).toBe(false)
})
