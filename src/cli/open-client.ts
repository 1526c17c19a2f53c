import { type AdminClient, createClient, type Transport } from './client.ts'
import { readSettings } from './read-settings.ts'
import { httpTransport } from './transport-http.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The admin API of the gateway at the URL `to` (`--to`), else of the one at `TOLLGATE_URL`, else over the data folder in
 * this process.
 * @throws Exit
 */
export async function openClient(environment: Environment, to?: string): Promise<AdminClient> {
  return createClient(await openTransport(environment, to))
}

async function openTransport(environment: Environment, to: string | undefined): Promise<Transport> {
  const adminToken = environment['TOLLGATE_ADMIN_TOKEN']
  if (to !== undefined) return httpTransport({ url: to, setting: '--to', adminToken })
  const url = environment['TOLLGATE_URL'] ?? ''
  if (url !== '') return httpTransport({ url, setting: 'TOLLGATE_URL', adminToken })
  const settings = readSettings(environment)
  const { localTransport } = await import('./transport-local.ts')
  return localTransport(settings)
}
