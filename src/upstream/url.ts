import { z } from 'zod'

/** An absolute http or https URL without a user, a query or a fragment. Whether it may be reached is `judgeUrl`'s question. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL (http only for hosts in TOLLGATE_ALLOW_HOSTS)' })
  .refine((text) => URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '', {
    error: 'must hold no user and no password: a tenant file holds no secret',
  })
  .refine((text) => !/[?#]/.test(text), { error: 'must have no query and no fragment' })
