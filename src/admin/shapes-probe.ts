import { z } from '@hono/zod-openapi'

// What `POST /admin/v1/tenants/{id}/probe` answers (contract §9).

const probeCheck = z
  .object({
    name: z.string().openapi({ example: 'filter of User: userName eq "…"' }),
    outcome: z.enum(['ok', 'differs', 'failed']),
    detail: z.string(),
    mend: z.string().optional().openapi({ description: 'what the operator can do' }),
  })
  .openapi('ProbeCheck')

export const probedBody = z
  .object({
    preset: z.string(),
    reached: z.boolean().openapi({ description: "whether the upstream answered, the gateway's credential accepted" }),
    checks: z.array(probeCheck).readonly(),
    call: z
      .string()
      .openapi({ description: 'the call of the ledger that this was, with its attempts and their price' }),
  })
  .openapi('Probed')
