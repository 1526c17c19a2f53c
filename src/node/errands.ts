import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { z } from 'zod'
import { reasonOf } from '../log.ts'
import { openFile } from './database-file.ts'
import { tryLock } from './lock.ts'

/** What only the process that has the data folder may do to a tenant's records. */
export interface Errands {
  /** Brings every call into the tenant's database, and makes sure that none is under way or begins. */
  release(tenant: string): Promise<ErrandAnswer>
  /** Erases the tenant's records. */
  erase(tenant: string): Promise<ErrandAnswer>
}

/** What only a gateway that serves can do beside. */
export interface GatewayErrands extends Errands {
  /** Looks at the tenant's upstream; `report` is what was found, as JSON, `null` where the tenant is not served. */
  probe(tenant: string): Promise<ErrandAnswer>
  /** `report` is the upstream values that fitted no pattern of the tenant's rules, as JSON. */
  unfit(tenant: string): Promise<ErrandAnswer>
}

/** `busy` says what will pass: the errand was not done, and may be asked again. */
const errandAnswer = z.union([
  z.object({ done: z.literal(true), calls: z.number(), report: z.string().optional() }),
  z.object({ done: z.literal(false), busy: z.string() }),
])
export type ErrandAnswer = Readonly<z.infer<typeof errandAnswer>>

interface Row {
  readonly id: number
  readonly kind: keyof GatewayErrands
  readonly tenant: string
}

/** How often a gateway looks (3 µs), and whoever waits for its answer. */
const lookEveryMs = 100

function openErrands(dataFolder: string): Database.Database {
  const database = openFile(join(dataFolder, 'errands.db'), dataFolder)
  database.exec(`CREATE TABLE IF NOT EXISTS errands
    (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, tenant TEXT NOT NULL, answer TEXT) STRICT`)
  return database
}

/**
 * Does what commands ask of the gateway that is alive on the data folder. The caller holds its lock. A command cannot do
 * it beside the gateway, which has calls in memory and databases open.
 */
export function serveErrands(dataFolder: string, errands: GatewayErrands): { stop(): void } {
  const database = openErrands(dataFolder)
  // Nobody waits for what a former gateway did not answer: they see that it is gone.
  database.exec('DELETE FROM errands')
  const waiting = database.prepare<[], Row>('SELECT id, kind, tenant FROM errands WHERE answer IS NULL ORDER BY id')
  const answer = database.prepare<[string, number]>('UPDATE errands SET answer = ? WHERE id = ?')
  const version = database.prepare<[], number>('PRAGMA data_version').pluck()
  let seen = version.get()
  let working = Promise.resolve()

  const work = async (): Promise<void> => {
    for (const { id, kind, tenant } of waiting.all()) {
      const answered = await errands[kind](tenant).catch((error: unknown) => busy(reasonOf(error)))
      if (database.open) answer.run(JSON.stringify(answered), id)
    }
  }
  const timer = setInterval(() => {
    const current = version.get()
    if (current === seen) return
    seen = current
    working = working.then(work).catch(() => {})
  }, lookEveryMs).unref()
  return {
    stop: () => {
      clearInterval(timer)
      database.close()
    },
  }
}

export const busy = (reason: string): ErrandAnswer => ({ done: false, busy: reason })

export interface Errand {
  readonly dataFolder: string
  readonly kind: keyof Errands
  readonly tenant: string
  /** How long to ask again while the answer is busy. */
  readonly patienceMs: number
}

/**
 * Has an errand done, by the gateway that is alive on the data folder or, where none is, by `alone`, which then has the
 * folder's lock. The answer is busy when neither could be had in time.
 */
export async function askOwner(errand: Errand, alone: () => Promise<ErrandAnswer>): Promise<ErrandAnswer> {
  const until = performance.now() + errand.patienceMs
  for (;;) {
    const lock = tryLock(errand.dataFolder)
    const answer = lock === undefined ? await askGateway(errand) : await alone().finally(lock.release)
    if (answer.done || performance.now() >= until) return answer
    await setTimeout(lookEveryMs)
  }
}

/** As long as a gateway may take over one errand before whoever asks looks whether it is still alive. */
const answerMs = 5000

export async function askGateway(
  { dataFolder, kind, tenant }: Pick<Errand, 'dataFolder' | 'tenant'> & { readonly kind: keyof GatewayErrands },
  patienceMs = answerMs,
): Promise<ErrandAnswer> {
  const database = openErrands(dataFolder)
  try {
    const { lastInsertRowid: id } = database
      .prepare('INSERT INTO errands (kind, tenant) VALUES (?, ?)')
      .run(kind, tenant)
    const read = database.prepare<[number | bigint], string | null>('SELECT answer FROM errands WHERE id = ?').pluck()
    const withdraw = database.prepare('DELETE FROM errands WHERE id = ? AND answer IS NULL')
    const until = performance.now() + patienceMs
    for (let text = read.get(id); text !== undefined; text = read.get(id)) {
      if (text !== null) return errandAnswer.parse(JSON.parse(text))
      // Taken back, so that it is not done behind the back of whoever gave it up; unless it was answered just now.
      if (performance.now() >= until) withdraw.run(id)
      else await setTimeout(lookEveryMs / 4)
    }
    return busy('whoever has the data folder did not answer')
  } finally {
    database.close()
  }
}
