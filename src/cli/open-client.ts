import { type AdminClient, createClient, type Transport } from './client.ts'
import { readSettings } from './read-settings.ts'
import { httpTransport } from './transport-http.ts'

/** The admin API of the gateway at `TOLLGATE_URL`, or, without one, over the data folder in this process. */
export async function openClient(environment: Readonly<Record<string, string | undefined>>): Promise<AdminClient> {
  return createClient(await openTransport(environment))
}

async function openTransport(environment: Readonly<Record<string, string | undefined>>): Promise<Transport> {
  const url = environment['TOLLGATE_URL'] ?? ''
  if (url !== '') return httpTransport(url, environment['TOLLGATE_ADMIN_TOKEN'])
  const settings = readSettings(environment)
  const { localTransport } = await import('./transport-local.ts')
  return localTransport(settings)
}
