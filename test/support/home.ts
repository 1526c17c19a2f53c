/** Where the gateway of this vitest project runs: `vitest.config.ts` has one project a home. */
export const home = process.env['TOLLGATE_TEST_HOME'] === 'workers' ? 'workers' : 'node'

/** What one home answers and the other one says otherwise; each such difference is a line of docs/workers.md. */
export const differs = <Value>(values: { readonly node: Value; readonly workers: Value }): Value => values[home]
