import { describe, expect, it, test } from 'vitest'
import { compileCapabilities } from '../../src/plan/clause.ts'
import { defaultChoices } from '../../src/plan/planning.ts'
import { entra } from '../../src/plan/presets/entra.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import type { Json } from '../../src/scim/json.ts'
import { checkDocument } from '../../src/tenant/document-issue.ts'

const document = (upstream: Readonly<Record<string, Json>>) => ({
  id: 'contoso',
  name: 'Contoso',
  upstream: { kind: 'scim', url: 'https://directory.example/scim/v2', auth: { kind: 'none' }, ...upstream },
})

function compiled(upstream: Readonly<Record<string, Json>>) {
  const checked = checkDocument(document(upstream))
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults))
  if (checked.document.upstream.kind !== 'scim') throw new Error('another kind')
  return compileCapabilities(checked.document.upstream)
}

const capabilitiesOf = (capabilities: Json, preset = 'entra') => compiled({ preset, capabilities }).capabilities

/** `path: message` of each fault. */
function faultsOf(upstream: Readonly<Record<string, Json>>): string[] {
  const checked = checkDocument(document(upstream))
  return 'faults' in checked ? checked.faults.map(({ path, message }) => `${path.join('.')}: ${message}`) : []
}

describe('a preset', () => {
  it('is itself where nothing is said otherwise', () => {
    expect(compiled({}).capabilities).toBe(rfc)
    expect(compiled({ preset: 'rfc' }).capabilities).toBe(rfc)
    expect(compiled({ preset: 'entra' }).capabilities).toBe(entra)
    expect(compiled({}).choices).toEqual(defaultChoices)
  })

  it('stays what it is where a file overrides something else', () => {
    expect(capabilitiesOf({})).toEqual(entra)
    const before = structuredClone(entra)
    expect(capabilitiesOf({ put: true, paging: { totals: true } })).toEqual({
      ...entra,
      put: true,
      paging: { ...entra.paging, totals: true },
    })
    expect(entra).toEqual(before)
  })
})

test('the choices of the operator', () => {
  const choices = { pageBudget: 5, membersOnRead: 'always', absentInPut: 'keep', unsupported: 'reject' } as const
  expect(compiled(choices).choices).toEqual(choices)
})

describe('overrides', () => {
  it("take the contract's example", () => {
    const given = capabilitiesOf({ bulk: true, put: true, filter: { user: ['userName eq'] } })
    expect(given.bulk).toEqual(rfc.bulk)
    expect(given.put).toBe(true)
    expect(given.filter.get('user')).toEqual({
      comparisons: [{ path: { name: 'userName' }, operators: ['eq'], negated: [], alone: false }],
      and: true,
      or: false,
    })
    expect(given.filter.get('group')).toBe(entra.filter.get('group'))
  })

  it('take comparisons in short and in full, types in any case', () => {
    const full = { attribute: 'userName', operators: ['eq', 'ew'], negated: ['ew'], alone: true }
    const filter = { User: { comparisons: ['emails.value EQ, sw', full], or: true }, Group: 'any' }
    const given = capabilitiesOf({ filter }, 'rfc')
    expect(given.filter).toEqual(
      new Map<string, unknown>([
        [
          'user',
          {
            comparisons: [
              { path: { name: 'emails', sub: 'value' }, operators: ['eq', 'sw'], negated: [], alone: false },
              { path: { name: 'userName' }, operators: ['eq', 'ew'], negated: ['ew'], alone: true },
            ],
            and: true,
            or: true,
          },
        ],
        ['group', 'any'],
      ]),
    )
  })

  it('switch PATCH and Bulk on, off and by parts', () => {
    expect(capabilitiesOf({ patch: false, put: true }).patch).toBe(false)
    expect(capabilitiesOf({ patch: true }).patch).toEqual(entra.patch)
    expect(capabilitiesOf({ patch: { pathless: true } }).patch).toEqual({ ...entra.patch, pathless: true })
    expect(capabilitiesOf({ bulk: { maxOperations: 50 } }).bulk).toEqual({ ...rfc.bulk, maxOperations: 50 })
    expect(capabilitiesOf({ bulk: false }, 'rfc').bulk).toBe(false)
  })

  it('set page sizes, of one type and of the others', () => {
    const given = capabilitiesOf({
      paging: { sizes: { user: { default: 10, wide: false }, '*': { max: 50, default: 5 } } },
    })
    expect(given.paging.sizes.get('user')).toEqual({ default: 10, max: 100 })
    expect(given.paging.sizes.get('*')).toEqual({ default: 5, max: 50 })
    expect(given.paging.sizes.get('group')).toEqual(entra.paging.sizes.get('group'))
  })

  it('set members, and lift a limit', () => {
    const given = capabilitiesOf({ members: { group: { addsPerPatch: 'any', onRead: true } } }).members.get('group')
    const { addsPerPatch: _, ...rest } = entra.members.get('group') ?? {}
    expect(given).toEqual({ ...rest, onRead: true })
  })

  it('set what a type holds', () => {
    const given = capabilitiesOf({
      types: { user: { required: ['userName'], elements: { emails: [{ type: 'Work' }] } } },
    })
    expect(given.types.get('user')).toEqual({
      ...entra.types.get('user'),
      required: [{ name: 'userName' }],
      elements: [{ path: { name: 'emails' }, types: [{ type: 'work' }] }],
    })
    expect(capabilitiesOf({ types: { group: { definition: 'any' } } }).types.get('group')?.definition).toBeUndefined()
  })

  it('set the wire and the price', () => {
    expect(capabilitiesOf({ wire: { lowerCase: false } }).wire).toEqual({ ...entra.wire, lowerCase: false })
    expect(capabilitiesOf({ billing: { perCall: 0.0015 } }).billing).toEqual({ ...entra.billing, perCallMicros: 1500 })
    expect(capabilitiesOf({ billing: false }).billing).toBeUndefined()
    expect(capabilitiesOf({ billing: { perCall: 1, billed: ['404'] } }, 'rfc').billing).toEqual({
      perCallMicros: 1_000_000,
      currency: 'USD',
      billed: ['404'],
    })
  })
})

describe('refuses, by place and with the mend', () => {
  it.each<[unknown, string]>([
    [{ preset: 'okta' }, 'upstream.preset: unknown preset: use rfc or entra'],
    [{ capabilities: { bullk: true } }, 'upstream.capabilities.bullk: unknown key `bullk`; did you mean `bulk`?'],
    [
      { capabilities: { filter: { user: ['userName equals'] } } },
      'upstream.capabilities.filter.user.0: must name operators after the attribute: eq, ne, co, sw, ew, gt, ge, lt, le, pr',
    ],
    [
      { capabilities: { filter: { user: ['userName'] } } },
      'upstream.capabilities.filter.user.0: must name operators after the attribute, as in "userName eq ew"',
    ],
    [
      { capabilities: { filter: { user: [{ attribute: 'userName', operators: ['is'] }] } } },
      'upstream.capabilities.filter.user.0.operators.0: must be eq, ne, co, sw, ew, gt, ge, lt, le or pr',
    ],
    [
      { capabilities: { filter: { Users: 'any' } } },
      'upstream.capabilities.filter.Users: is no resource type: did you mean `User`?',
    ],
    [{ capabilities: { filter: { User: 'any', user: 'any' } } }, 'upstream.capabilities.filter.user: is named twice'],
    [
      { capabilities: { patch: 'yes' } },
      'upstream.capabilities.patch: must be true, false or a map with pathless, filters and elements',
    ],
    [
      { capabilities: { put: false, patch: false } },
      'upstream.capabilities: without `put` and `patch` nothing could be changed: one of them must be there',
    ],
    [
      { capabilities: { paging: { index: false, cursor: false } } },
      'upstream.capabilities.paging: without `index` and `cursor` nothing beyond the first page could be read',
    ],
    [
      { capabilities: { members: { group: { onRead: false } } } },
      'upstream.capabilities.members: of group: where `onRead` is false, `lookup` must say what users are filtered by',
    ],
    [{ pageBudget: 0 }, 'upstream.pageBudget: must be at least 1'],
    [{ membersOnRead: 'never' }, 'upstream.membersOnRead: must be get, always or request'],
  ])('%j', (upstream, fault) => {
    expect(faultsOf(JSON.parse(JSON.stringify(upstream)))).toEqual([fault])
  })
})
