import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { lock, tryLock } from '../../src/node/lock.ts'
import { keptLog } from '../support/log.ts'
import { temporaryFolder } from '../support/storage.ts'

const lockModule = new URL('../../src/node/lock.ts', import.meta.url).href

describe('the lock of a data folder', () => {
  it('is held by one, and free again when released', async () => {
    const folder = temporaryFolder()
    const held = tryLock(folder)
    expect(held).toBeDefined()
    expect(tryLock(folder)).toBeUndefined()
    held?.release()
    const again = await lock(folder, keptLog())
    again.release()
  })

  it('is held against other processes, and falls with its holder however that dies', async () => {
    const folder = temporaryFolder()
    const script = `import { lock } from ${JSON.stringify(lockModule)}
      lock(${JSON.stringify(folder)}, console); console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--experimental-strip-types', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await expect(lock(folder, keptLog(), 0)).rejects.toThrow('another gateway is running')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const again = await lock(folder, keptLog())
    again.release()
  })

  it('is waited for while a command has it, and says so once', async () => {
    const folder = temporaryFolder()
    const log = keptLog()
    const command = tryLock(folder)
    const starting = lock(folder, log, 600_000)
    await expect.poll(() => log.lines.length).toBe(1)
    command?.release()
    const gateway = await starting
    expect(tryLock(folder)).toBeUndefined()
    expect(log.lines).toMatchObject([{ level: 'info', message: 'the data folder is in use: waiting for it' }])
    gateway.release()
  })
})
