import { mintToken } from '../auth/token.ts'
import type { TenantStorages } from '../store/sqlite.ts'

export const demoTenant = 'demo'

/** A first token for the demo tenant: made when it never had any, so that it is shown once and never again (contract §12). */
export function mintDemoToken(
  storage: TenantStorages,
  ports: { now(): number; newId(): string; randomBytes(count: number): Uint8Array },
): string | undefined {
  return storage.of(demoTenant).use(({ credentials }) => {
    if (credentials.list().length > 0) return undefined
    const { token, hash } = mintToken(demoTenant, ports.randomBytes)
    credentials.insert({
      id: ports.newId(),
      label: 'first start',
      hash,
      access: 'write',
      resourceTypes: null,
      createdAt: ports.now(),
      createdBy: null,
      expiresAt: null,
    })
    return token
  })
}

/** What a newcomer reads after the start. */
export function greeting(url: string, token: string | undefined): string {
  const lines = [`Tollgate listens on ${url}`, `  SCIM root of the demo tenant: ${url}/scim/v2`]
  if (token === undefined) return [...lines, ''].join('\n')
  return [
    ...lines,
    `  its token, shown this once:   ${token}`,
    '',
    'Try it:',
    `  curl -s -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/scim+json' ${url}/scim/v2/Users \\`,
    `    -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@demo.example","active":true}'`,
    `  curl -s -H 'Authorization: Bearer ${token}' '${url}/scim/v2/Users?filter=userName+eq+"ada@demo.example"'`,
    '',
  ].join('\n')
}
