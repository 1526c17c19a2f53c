import { expect, it } from 'vitest'
import { createBundleCheck } from '../../src/tenant/bundle-check.ts'
import { compileIdly } from '../../src/tenant/compile-idly.ts'
import { printProblem } from '../../src/tenant/position.ts'
import { lines } from './memory-source.ts'

const asked: (readonly string[])[] = []
const check = createBundleCheck({
  holders: async (hosts) => {
    asked.push(hosts)
    return new Map([
      ['taken.example', 'fabrikam'],
      ['own.example', 'contoso'],
    ])
  },
  secrets: { env: () => undefined, readFile: () => Promise.reject(new Error('no files here')) },
  compile: compileIdly,
})
const text = (...more: string[]) => lines('id: contoso', 'name: Contoso', ...more)
const directory = 'upstream: { kind: directory }'

const found = async (file: string, templates: Readonly<Record<string, string>> = {}) => {
  const { problems, taken, warnings, document, bundle } = await check('contoso', { file, templates })
  const print = (all: typeof problems) => all.map(printProblem)
  return { problems: print(problems), taken: print(taken), warnings: print(warnings), name: document?.name, bundle }
}

it('finds nothing wrong with a good bundle, and keeps only the templates of its chain', async () => {
  const file = text('extends: hr')
  expect(await found(file, { hr: directory, other: directory })).toEqual({
    problems: [],
    taken: [],
    warnings: [],
    name: 'Contoso',
    bundle: { file, templates: { hr: directory } },
  })
  expect(asked).toEqual([])
})

it('finds what the parts cannot compile', async () => {
  const broken = text("upstream: { kind: scim, url: 'ftp://x.example', auth: { kind: none } }")
  expect((await found(broken)).problems.length).toBeGreaterThan(0)
  expect((await found(broken)).name).toBeUndefined()
})

it('tells hosts that others hold from what is wrong, and compares them in lower case', async () => {
  const { problems, taken, name } = await found(text(directory, 'frontDoor: { hosts: [own.example, TAKEN.example] }'))
  expect(asked).toEqual([['own.example', 'taken.example']])
  expect({ problems, name }).toEqual({ problems: [], name: 'Contoso' })
  expect(taken).toEqual([
    'contoso.yaml:4:35: frontDoor.hosts[1]: `taken.example` belongs to tenant `fabrikam`; `contoso` cannot have it, too',
  ])
})

it('warns of secrets that are not set', async () => {
  const auth = '{ kind: bearer, token: { env: MISSING } }'
  const { problems, warnings } = await found(text(`upstream: { kind: scim, url: 'https://x.example', auth: ${auth} }`))
  expect(problems).toEqual([])
  expect(warnings).toEqual([expect.stringContaining('the environment variable MISSING is not set in this environment')])
})
