// What crash.test.ts kills: many callers on one ledger, and a stand-in upstream that writes down what it received.
// Arguments: the data folder, the size of the journal's files, and how tenants are called, `constantly` or `in turn`.
import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createLedger } from '../../src/ledger/create.ts'
import { openControl } from '../../src/node/control.ts'
import { openJournal } from '../../src/node/journal.ts'
import { lock } from '../../src/node/lock.ts'
import { createRoller } from '../../src/node/roller.ts'
import { openTenantStorage } from '../../src/store/sqlite.ts'
import { opening } from '../support/calls.ts'

const [dataFolder = '', segmentBytes, how] = process.argv.slice(2)
const { O_WRONLY, O_APPEND, O_CREAT, O_DSYNC } = constants
const openNotes = (name: string) => openSync(join(dataFolder, name), O_WRONLY | O_APPEND | O_CREAT | O_DSYNC)
const received = openNotes('received')
const acknowledged = openNotes('acknowledged')

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error }
await lock(dataFolder, silent)
const storage = openTenantStorage({ dataFolder, maxOpen: 2, idleMs: 20 })
const { control } = openControl(dataFolder, Date.now)
const roller = await createRoller({ storage, usage: control.usage, log: silent, now: Date.now })
const journal = await openJournal({ dataFolder, storage, log: silent, roller, segmentBytes: Number(segmentBytes) })

async function oneCall(tenant: string): Promise<void> {
  const ledger = createLedger({ tenant, journal, now: Date.now, newId: randomUUID })
  const call = ledger.open(opening)
  for (let attempts = Math.random() < 0.2 ? 2 : 1; attempts > 0; attempts -= 1) {
    const attempt = await call.begin({ purpose: 'forward', method: 'POST', path: '/Users' })
    writeSync(received, `${tenant} ${attempt.requestId}\n`)
    if (Math.random() < 0.5) await setTimeout(Math.random() * 4)
    attempt.answered(201)
  }
  await call.close({ status: 201, scimType: null, bytesOut: 10 })
  writeSync(acknowledged, `${tenant} ${call.callId}\n`)
}

async function constantly(tenant: string): Promise<void> {
  for (;;) await oneCall(tenant)
}

/** Calls one tenant for a second and then another one, so that no later roll-up makes up for the first one's if it is lost. */
async function inTurn(name: string): Promise<void> {
  const goesOn = performance.now() + 1000
  while (performance.now() < goesOn) await oneCall(`early-${name}`)
  for (;;) await oneCall(`late-${name}`)
}

process.on('exit', () => [received, acknowledged].map(closeSync))
const callers =
  how === 'constantly'
    ? ['a', 'b', 'c', 'd'].flatMap((tenant) => [tenant, tenant, tenant]).map(constantly)
    : ['e', 'f', 'g', 'h'].map(inTurn)
process.stdout.write('ready\n')
await Promise.all(callers)
