import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/capabilities.ts'
import { defaultChoices } from '../../src/plan/planning.ts'
import { rfc } from '../../src/plan/presets/rfc.ts'
import { probe } from '../../src/plan/probe.ts'
import type { ProbeReport } from '../../src/plan/probe-report.ts'
import { runPlan } from '../../src/plan/run.ts'
import type { Step } from '../../src/plan/step.ts'
import { badRequest, ScimError } from '../../src/scim/error.ts'
import type { ScimReply } from '../../src/scim/request.ts'
import { directoryClient } from '../support/directory-client.ts'

type Carry = (step: Step) => Promise<ScimReply>

const errand = {
  attempts: {
    callId: 'probe',
    begin: async () => ({ seq: 1, requestId: 'probe.1', answered: () => {} }),
    note: () => {},
  },
  deadlineAt: Number.POSITIVE_INFINITY,
  credential: 'probe',
}

const look = (capabilities: Capabilities, carry: Carry): Promise<ProbeReport> =>
  runPlan(probe({ capabilities, choices: defaultChoices }), carry)

/** The built-in directory, asked past any plan. */
function directory(): Carry {
  const { upstream } = directoryClient()
  return ({ request }) => upstream.carry(request, errand)
}

const differing = ({ checks }: ProbeReport) => checks.filter(({ outcome }) => outcome !== 'ok').map(({ name }) => name)

describe('a probe', () => {
  it('finds nothing that differs where there is nothing', async () => {
    const report = await look(rfc, directory())
    expect(report.checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    expect(report).toMatchObject({ preset: 'rfc', reached: true })
    expect(report.checks.length).toBeGreaterThan(20)
  })

  it('changes nothing, and makes few calls', async () => {
    const made: string[] = []
    const carry = directory()
    await look(rfc, (step) => {
      made.push(step.request.operation)
      return carry(step)
    })
    expect(new Set(made)).toEqual(new Set(['discovery', 'list', 'read']))
    expect(made.length).toBeLessThan(25)
  })

  it.each<[what: string, capabilities: Partial<Capabilities>, found: string]>([
    ['sorting', { sort: false }, 'ServiceProviderConfig sort'],
    ['entity tags', { etag: false }, 'ServiceProviderConfig etag'],
    ['Bulk', { bulk: false }, 'ServiceProviderConfig bulk'],
    ['PATCH', { patch: false }, 'ServiceProviderConfig patch'],
    ['paging by index', { paging: { ...rfc.paging, index: false } }, 'startIndex'],
    ['count=0', { paging: { ...rfc.paging, countZero: false } }, 'count=0'],
    [
      'a filter',
      { filter: new Map([['group', { comparisons: [], and: false, or: false }]]) },
      'filter of Group: displayName eq "…"',
    ],
  ])('finds that the upstream has %s, which its capabilities deny', async (_what, less, found) => {
    const report = await look({ ...rfc, ...less }, directory())
    expect(differing(report)).toContain(found)
    expect(report.checks.find(({ name }) => name === found)?.mend).toMatch(/capabilities/)
  })

  it.each<[what: string, refuse: (step: Step) => ScimReply | undefined, found: string, detail: RegExp]>([
    ['a filter that is refused', refusing('filter'), 'filter of User: userName eq "…"', /not served/],
    ['sorting that is refused', refusing('sortBy'), 'sortBy', /refuses to sort/],
    [
      'a filter that is ignored',
      ({ request }) =>
        request.operation === 'list' && request.query.filter !== undefined
          ? listOf({ id: '1', userName: 'x' })
          : undefined,
      'filter of User: userName eq "…"',
      /ignores this filter/,
    ],
    [
      'a projection that is ignored',
      ({ request }) =>
        request.operation === 'list' && request.query.count === 1
          ? listOf({ id: '1', name: {}, userName: 'x' })
          : undefined,
      'one page of User',
      /showed name/,
    ],
    [
      'a 400 for an id that there is not',
      ({ request }) => {
        if (request.operation === 'read') throw new ScimError(400, 'no')
        return undefined
      },
      'an id that there is not',
      /400/,
    ],
  ])('finds %s', async (_what, instead, found, detail) => {
    const carry = directory()
    const report = await look(rfc, async (step) => instead(step) ?? (await carry(step)))
    expect(report.checks.find(({ name }) => name === found)?.detail).toMatch(detail)
  })

  it.each([
    [new ScimError(502, 'no token can be had upstream'), /client id/],
    [new ScimError(502, "the upstream directory refused the gateway's own credential"), /permissions/],
    [new ScimError(503, "the upstream directory's SCIM interface is switched off"), /billing/],
    [new ScimError(503, 'the upstream directory cannot be reached'), /network/],
    [new ScimError(504, 'the upstream directory was too slow'), /timeout/],
  ])('stops where nothing is reached, and says what to do: %s', async (error, mend) => {
    let calls = 0
    const report = await look(rfc, async () => {
      calls += 1
      throw error
    })
    expect([calls, report.reached, report.checks.length]).toEqual([1, false, 1])
    expect(report.checks[0]?.mend).toMatch(mend)
  })
})

function refusing(what: 'filter' | 'sortBy') {
  return ({ request }: Step): undefined => {
    if (request.operation === 'list' && request.query[what] !== undefined) throw badRequest('invalidFilter', 'not that')
  }
}

const listOf = (resource: { id: string; userName: string; name?: object }): ScimReply => ({
  kind: 'list',
  list: {
    resources: [{ id: resource.id, userName: resource.userName, ...('name' in resource ? { name: {} } : {}) }],
    totalResults: 1,
    itemsPerPage: 1,
  },
})
