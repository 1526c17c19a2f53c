import { directoryTenant, scimTenant, startTestGateway, type TestGateway } from '../support/gateway.ts'
import type { Target } from './conversation.ts'
import { startScimmy } from './scimmy-server.ts'

export interface Targets {
  readonly gateway: TestGateway
  /** A tenant on the built-in directory. */
  readonly directory: Target
  /** A tenant in front of scimmy. */
  readonly foreign: Target
  /** Another tenant on a directory of its own. */
  empty(): Promise<Target>
  stop(): Promise<void>
}

const token = 'a-token-of-the-upstream'
const tokenVariable = 'TEST_SCIMMY_TOKEN'
const spare = Array.from({ length: 12 }, (_, index) => `spare-${index}`)

/** One gateway in front of both kinds of upstream. */
export async function startTargets(): Promise<Targets> {
  process.env[tokenVariable] = token
  const scimmy = await startScimmy(token)
  const gateway = await startTestGateway({
    acme: directoryTenant('acme'),
    foreign: scimTenant('foreign', scimmy.base, `{ kind: bearer, token: { env: ${tokenVariable} } }`),
    ...Object.fromEntries(spare.map((id) => [id, directoryTenant(id)])),
  })
  const left = [...spare]
  const targetOf = async (id: string, hidden: readonly string[] = []): Promise<Target> => ({
    base: `${gateway.url}/t/${id}/scim/v2`,
    token: await gateway.mint(id),
    hidden,
  })
  return {
    gateway,
    directory: await targetOf('acme'),
    foreign: await targetOf('foreign', scimmy.hidden),
    empty: () => targetOf(left.pop() ?? 'none left'),
    async stop() {
      await gateway.stop()
      await scimmy.close()
    },
  }
}
