import { probedBody } from '../admin/shapes-probe.ts'
import { askGateway } from '../node/errands.ts'
import { tryLock } from '../node/lock.ts'
import type { Settings } from '../settings.ts'
import type { Probed } from '../tenant/probed.ts'
import { Exit, exitCodes } from './exit.ts'

/** Some twenty requests, each of which may take as long as `timeout` allows. */
const patienceMs = 120_000

/**
 * A probe by the gateway that is alive on the data folder, which has the token and the ledger; where none is, by one that
 * lives for it alone, on a port of its own.
 * @throws Exit when that gateway does not answer
 */
export async function localProbe(settings: Settings, tenant: string): Promise<Probed | undefined> {
  const { dataFolder } = settings
  const lock = tryLock(dataFolder)
  if (lock === undefined) {
    const answer = await askGateway({ dataFolder, kind: 'probe', tenant }, patienceMs)
    if (!answer.done) throw new Exit(exitCodes.wrong, `the gateway on ${dataFolder} did not probe: ${answer.busy}`)
    return probedBody.nullable().parse(JSON.parse(answer.report ?? 'null')) ?? undefined
  }
  lock.release()
  const { startGateway } = await import('../node.ts')
  const alone = { ...settings, host: '127.0.0.1', port: 0, logLevel: 'silent' } as const
  const gateway = await startGateway(alone, { isGreeting: false })
  try {
    return await gateway.probe(tenant)
  } finally {
    await gateway.stop()
  }
}
