import { z } from 'zod'
import { credentialOf } from './fixed.ts'
import type { Grant } from './grant.ts'

/** `{ kind: none }`: the upstream asks for nothing. */
export const noneClause = z.strictObject({ kind: z.literal('none') })

export const makeNone = (): Grant => {
  const credential = credentialOf({}, () => {})
  return { authorise: async () => credential }
}
