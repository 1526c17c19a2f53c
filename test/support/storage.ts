import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openTenantStorage, type TenantStorages } from '../../src/store/sqlite.ts'

/** A folder of its own for one test, gone when that ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Real SQLite files in a temporary folder. */
export function temporaryStorage(dataFolder = temporaryFolder(), maxOpen = 50): TenantStorages {
  const storage = openTenantStorage({ dataFolder, maxOpen, idleMs: 60_000 })
  onTestFinished(() => storage.close())
  return storage
}
