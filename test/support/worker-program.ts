/**
 * The Worker under the real workerd, as a process of its own: prints its URL on a line, and ends with its input. Its one
 * argument is a `WorkerStart` in JSON.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { WorkerStart } from './worker.ts'

const parse = (text: string) => JSON.parse(text)
const { options, bundle, state, variables, without }: WorkerStart = parse(process.argv[2] ?? '')
const { bindings, d1Databases, durableObjects, ...others } = parse(readFileSync(options, 'utf8'))
const left = (given: object) => Object.fromEntries(Object.entries(given).filter(([name]) => !without.includes(name)))

const moduleTypes: readonly (readonly [end: string, type: string])[] = [
  ['.js', 'ESModule'],
  ['.sql', 'Text'],
]
const modules = moduleTypes.flatMap(([end, type]) =>
  readdirSync(bundle).flatMap((name) => (name.endsWith(end) ? [{ type, path: join(bundle, name) }] : [])),
)
const gateway = new Miniflare(
  convertV4MiniflareOptions({
    ...others,
    rootPath: bundle,
    modulesRoot: bundle,
    modules,
    bindings: left({ ...bindings, ...variables }),
    d1Databases: left(d1Databases),
    durableObjects: left(durableObjects),
    resourcePersistencePath: join(state, 'v3'),
    host: '127.0.0.1',
    port: 0,
    cf: false,
  }),
)
process.stdin.resume().on('end', () => void gateway.dispose().then(() => process.exit(0)))
process.stdout.write(`${(await gateway.ready).origin}\n`)
