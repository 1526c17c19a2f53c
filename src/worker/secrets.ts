import type { SecretReader } from '../tenant/secret.ts'

class NoFiles extends Error {
  readonly code = 'a Worker has no files: use { env: NAME } and `npx wrangler secret put NAME`'
}

/** Secrets of tenant files are the Worker's own secrets. */
export const workerSecrets = (variables: Readonly<Record<string, string>>): SecretReader => ({
  env: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
  readFile: async () => {
    throw new NoFiles()
  },
})
