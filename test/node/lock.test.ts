import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { lock, tryLock } from '../../src/node/lock.ts'
import { temporaryFolder } from '../support/storage.ts'

const lockModule = new URL('../../src/node/lock.ts', import.meta.url).href

describe('the lock of a data folder', () => {
  it('is held by one, and free again when released', () => {
    const folder = temporaryFolder()
    const held = tryLock(folder)
    expect(held).toBeDefined()
    expect(tryLock(folder)).toBeUndefined()
    held?.release()
    const again = lock(folder)
    again.release()
  })

  it('is held against other processes, and falls with its holder however that dies', async () => {
    const folder = temporaryFolder()
    const script = `import { lock } from ${JSON.stringify(lockModule)}
      lock(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--experimental-strip-types', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect(() => lock(folder)).toThrow('another gateway is running')
    child.kill('SIGKILL')
    await once(child, 'exit')
    lock(folder).release()
  })
})
