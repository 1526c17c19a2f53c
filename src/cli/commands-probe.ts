import type { z } from 'zod'
import { probedBody } from '../admin/shapes-probe.ts'
import { type CommandSpec, jsonOption } from './command.ts'
import { Exit, exitCodes } from './exit.ts'
import { table } from './table.ts'

type Probed = z.infer<typeof probedBody>
type Check = Probed['checks'][number]

export const probeCommands: readonly CommandSpec[] = [
  {
    name: 'probe',
    words: [{ word: '<ID>', description: "the tenant's id" }],
    summary: "look at a tenant's upstream: token, discovery, one page, filters; changes nothing",
    options: [jsonOption],
    examples: [
      {
        line: 'probe contoso',
        does: 'what is wrong with the upstream, how it differs from its preset, and what to do',
      },
      { line: 'probe contoso --json', does: 'the same for a script; exit 1 when the upstream was not reached' },
    ],
    run: async ({ client, words, flag, print }) => {
      const [tenant = ''] = words
      const asking = { method: 'POST', path: ['tenants', tenant, 'probe'] } as const
      const probed = await (await client()).ask(asking, probedBody)
      print(flag('json') ? JSON.stringify(probed) : probedText(probed))
      if (!probed.reached) throw new Exit(exitCodes.wrong, 'the upstream was not reached')
    },
  },
]

const words: Readonly<Record<Check['outcome'], string>> = { ok: 'ok', differs: 'DIFFERS', failed: 'FAILED' }

function probedText({ preset, checks, call }: Probed): string {
  const differing = checks.filter(({ outcome }) => outcome !== 'ok')
  const columns = [
    { heading: '', show: ({ outcome }: Check) => words[outcome] },
    { heading: 'LOOKED AT', show: ({ name }: Check) => name },
    { heading: 'FOUND', show: ({ detail }: Check) => detail },
  ]
  const verdict =
    differing.length === 0
      ? `The upstream is as its capabilities (preset ${preset}) say.`
      : `${differing.length} of ${checks.length} differ from the capabilities (preset ${preset}).`
  const mends = differing.flatMap(({ name, mend }) => (mend === undefined ? [] : [`${name}: ${mend}`]))
  return [table(columns, checks), '', verdict, ...mends, `Its calls and their price: tollgate call ${call}`].join('\n')
}
