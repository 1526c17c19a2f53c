import { z } from 'zod'

/** Who may write a tenant file must not learn the gateway's own secrets by naming them as an upstream's. */
const variable = z
  .string()
  .min(1)
  .regex(/^(?!TOLLGATE_)/, 'names a setting of the gateway itself; give the secret a variable of its own')

const env = z.strictObject({ env: variable.describe('Name of an environment variable of the gateway') })
const file = z.strictObject({
  file: z.string().min(1).describe('Path of a file that holds the secret and nothing else'),
})
const sealed = z.strictObject({ sealed: z.string().min(1).describe('A JWE that `tollgate seal` made') })

const howToMend = 'write { env: NAME }, { file: PATH } or { sealed: "<JWE>" } (`tollgate seal` makes one)'

/** Where a secret is (contract §4): a tenant file holds no secret itself, so that it can live in git. */
export const referenceSchema = z.union([env, file, sealed], {
  // The message never repeats the input: it may be the secret that should not have been written there.
  error: (issue) =>
    typeof issue.input === 'string'
      ? `a literal secret must not stand in a tenant file: ${howToMend}`
      : `a secret is a reference: ${howToMend}`,
})

export type Reference = z.infer<typeof referenceSchema>

/** Reads a secret when it is first needed. @throws Error when there is none under that reference. */
export type ReadSecret = (reference: Reference) => Promise<string>
