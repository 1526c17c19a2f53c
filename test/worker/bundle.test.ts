import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, inject, it } from 'vitest'

/* What `wrangler deploy` would upload. That it builds at all, the project's set-up has seen. */

const { bundles, deployed } = inject('workerBuild')
const files = readdirSync(bundles.worker).filter((name) => /\.(js|sql)$/.test(name))
const textOf = (name: string): string => readFileSync(join(bundles.worker, name), 'utf8')

// Without rules and plans it was below 400 KiB: CEL and the expressions of RE2 take a fifth of what it is.
it('is below 450 KiB, compressed: the free plan takes 3 MB, and size is time at a cold start', () => {
  const bytes = files.reduce((sum, name) => sum + gzipSync(textOf(name)).length, 0)
  console.log(
    `the Worker's bundle: ${(bytes / 1024).toFixed(1)} KiB compressed; ${/Total Upload.*/.exec(deployed)?.[0]}`,
  )
  expect(bytes).toBeLessThan(450 * 1024)
})

it('imports nothing of Node, and nothing that is not in it', () => {
  const imported = files
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) =>
      Array.from(textOf(name).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([\w@./:-]+)["']/g), ([, to = '']) => to),
    )
  const outside = imported.filter((to) => !files.includes(to.replace(/^\.\//, '')))
  expect([...new Set(outside)]).toEqual(['cloudflare:workers'])
  expect(textOf('worker.js')).not.toMatch(/["']node:[a-z]/)
})

it('has the migrations of a tenant, and both bindings', () => {
  const migrations = readdirSync(join(import.meta.dirname, '../../migrations/tenant')).filter((name) =>
    /\.sql$/.test(name),
  )
  for (const name of migrations) expect(files.some((file) => file.endsWith(name))).toBe(true)
  expect(deployed).toContain('env.TENANT (Tenant)')
  expect(deployed).toContain('env.CONTROL (tollgate-control)')
})
