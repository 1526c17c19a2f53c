import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Who may import whom: an arrow never runs up, and parts of one floor do not know one another. */
const floors: readonly (readonly string[])[] = [
  [
    'scim',
    'capabilities',
    'ports',
    'call',
    'settings',
    'log',
    'ranges',
    'address',
    'duration',
    'metrics',
    'id',
    'version',
    'wait',
  ],
  ['store'],
  ['auth', 'rules', 'plan', 'upstream', 'ledger', 'guard'],
  ['planned'],
  ['view'],
  ['tenant'],
  ['door', 'admin'],
  ['pipeline'],
  ['console', 'front-door'],
  ['gateway'],
  ['node', 'worker', 'cli'],
]

/** The only files that may name a runtime. */
const rim = /^(node|worker|cli)([./]|$)|^store\/(sqlite|durable|d1)\.ts$/
const runtimeModule =
  /^(node:|better-sqlite3$|drizzle-orm\/(better-sqlite3|durable-sqlite|d1)|pino$|undici$|cloudflare:|@hono\/node-server)/

const source = resolve(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const partOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
const floorOf = (file: string): number =>
  rim.test(file) ? floors.length - 1 : floors.findIndex((floor) => floor.includes(partOf(file)))

interface Arrow {
  readonly from: string
  readonly to: string
}

const arrows: readonly Arrow[] = files.flatMap((from) =>
  Array.from(readFileSync(join(source, from), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g), ([, to = '']) => ({
    from,
    to: to.startsWith('.') ? relative(source, resolve(source, dirname(from), to)) : to,
  })),
)
const isOwn = ({ to }: Arrow): boolean => files.includes(to)
const print = ({ from, to }: Arrow): string => `${from} -> ${to}`

describe('the floors', () => {
  it('hold every source file', () => {
    expect(files.filter((file) => floorOf(file) === -1)).toEqual([])
  })

  it('have no arrow that runs up', () => {
    expect(arrows.filter((arrow) => isOwn(arrow) && floorOf(arrow.to) > floorOf(arrow.from)).map(print)).toEqual([])
  })

  it('have no arrow between two parts of one floor, but among the protocol words and at the rim', () => {
    const sideways = arrows.filter((arrow) => {
      const floor = floorOf(arrow.from)
      const within = floor === 0 || floor === floors.length - 1
      return isOwn(arrow) && !within && floor === floorOf(arrow.to) && partOf(arrow.from) !== partOf(arrow.to)
    })
    expect(sideways.map(print)).toEqual([])
  })

  it('keep the protocol to itself', () => {
    expect(arrows.filter((a) => partOf(a.from) === 'scim' && isOwn(a) && partOf(a.to) !== 'scim').map(print)).toEqual(
      [],
    )
  })

  it('name a runtime at the rim only', () => {
    expect(arrows.filter((a) => runtimeModule.test(a.to) && !rim.test(a.from)).map(print)).toEqual([])
  })
})
