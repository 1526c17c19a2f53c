import { rmSync } from 'node:fs'
import { entra } from '../../src/plan/presets/entra.ts'
import { benchOverhead, benchPlanning } from './plan-cost.ts'
import { workloads } from './plan-workloads.ts'
import { filledFolder, openWorld, type World } from './plan-world.ts'

/**
 * What plans cost: the time that it takes to make them, as ratios within one run, and the calls that five workloads come to
 * on Entra, counted by the stand-in, beside a forwarder without a plan. Prints tables; asserts nothing.
 */
export async function benchPlan(): Promise<void> {
  benchPlanning()
  await benchOverhead()
  console.log(
    'Billed calls on Entra, counted by the stand-in, and their price by the preset. The naive forwarder knows nothing',
  )
  console.log(
    'of what Entra holds: a PUT is a read and one PATCH of every attribute sent; members are read in pages of 100 and',
  )
  console.log('compared, but written one a PATCH; all else goes as it comes.')
  for (const { name, asked, fill, plan, naive } of workloads) {
    const filled = await filledFolder(fill)
    const ours = await billed(filled, plan)
    const theirs = await billed(filled, naive)
    rmSync(filled, { recursive: true })
    console.log(`  ${name} (${count(asked)} ${asked === 1 ? 'request' : 'requests'})`)
    const ratio = `${(theirs / ours).toFixed(2)} times as much`
    console.log(`    plan ${priced(ours)}   naive ${priced(theirs)}   ${ratio}`)
  }
  console.log()
}

async function billed(filled: string, work: (world: World) => Promise<void>): Promise<number> {
  const world = openWorld(filled)
  await work(world)
  const calls = world.billed()
  world.close()
  return calls
}

const count = (number: number): string => number.toLocaleString('en')

function priced(calls: number): string {
  const { perCallMicros = 0, currency = '' } = entra.billing ?? {}
  return `${count(calls).padStart(7)} calls ${`${currency} ${((calls * perCallMicros) / 1_000_000).toFixed(3)}`.padStart(11)}`
}
