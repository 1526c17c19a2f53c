import { defineConfig } from 'vitest/config'

/** Tests that ask a gateway over HTTP, and run a second time against the Worker under workerd. */
const onBothHomes = [
  'test/front-door.test.ts',
  'test/gateway.test.ts',
  'test/upstream-trouble.test.ts',
  'test/crowd.test.ts',
  'test/differences.test.ts',
  'test/applied.test.ts',
  'test/try.test.ts',
  'test/probe.test.ts',
  'test/notes.test.ts',
  'test/entra.test.ts',
  'test/entra-lists.test.ts',
  'test/remote.test.ts',
  'test/clients/*.test.ts',
  'test/hostile/*.test.ts',
  'test/conformance/*.test.ts',
  'test/view/{rules,scope,walk,differential}.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Importing drizzle costs half a second unbundled (its package.json is reparsed per module): bundle it once.
    deps: {
      optimizer: {
        ssr: {
          enabled: true,
          include: ['drizzle-orm', 'drizzle-orm/better-sqlite3', 'drizzle-orm/sqlite-core', 'hono'],
        },
      },
    },
    projects: [
      { extends: true, test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/worker/**'] } },
      {
        extends: true,
        test: {
          name: 'workers',
          include: [...onBothHomes, 'test/worker/*.test.ts'],
          exclude: ['test/hostile/clients.test.ts'],
          env: { TOLLGATE_TEST_HOME: 'workers' },
          globalSetup: ['test/support/worker-setup.ts'],
          // Most of the time is spent waiting for workerd, and after the tests that know how long things take.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
