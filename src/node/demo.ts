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

/** What is printed after the start: where the gateway listens, and how to try the demo tenant where there is one. */
export function greeting(url: string, demo: { readonly token: string | undefined } | undefined): string {
  const lines = [`Tollgate listens on ${url}`]
  if (demo !== undefined) lines.push(`  SCIM root of the demo tenant: ${url}/scim/v2`)
  if (demo?.token === undefined) return `${lines.join('\n')}\n`
  const authorization = `-H 'Authorization: Bearer ${demo.token}'`
  return [
    ...lines,
    `  its token, shown this once:   ${demo.token}`,
    '',
    'Try it:',
    `  curl -s ${authorization} -H 'Content-Type: application/scim+json' ${url}/scim/v2/Users \\`,
    `    -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@demo.example","active":true}'`,
    `  curl -s ${authorization} '${url}/scim/v2/Users?filter=userName%20eq%20%22ada@demo.example%22'`,
    '',
  ].join('\n')
}
