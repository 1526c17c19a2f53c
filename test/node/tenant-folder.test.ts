import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTenantFolder } from '../../src/node/tenant-folder.ts'
import { compareListings, followFolder, type Listings, pauseAfter } from '../../src/node/tenant-folder-watch.ts'
import type { Log, LogFields } from '../../src/ports.ts'
import { createRegistry } from '../../src/tenant/registry.ts'
import type { SourceChange } from '../../src/tenant/source.ts'

/** Values in the order in which they come; `next` waits for one. */
function queue<Value>() {
  const values: Value[] = []
  const waiting: ((value: Value) => void)[] = []
  return {
    values,
    add(value: Value): void {
      const first = waiting.shift()
      if (first) first(value)
      else values.push(value)
    },
    next: (): Promise<Value> =>
      new Promise((resolve) => {
        const value = values.shift()
        if (value === undefined) waiting.push(resolve)
        else resolve(value)
      }),
  }
}

let root: string
let folder: string
const stops: (() => void)[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tollgate-tenants-'))
  folder = join(root, 'tenants')
  mkdirSync(join(folder, 'templates'), { recursive: true })
})
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  rmSync(root, { recursive: true })
})

const note = () => {}
const silent: Log = { debug: note, info: note, warn: note, error: note }
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const tenant = (id: string, name = id) => `id: ${id}\nname: ${name}\nupstream: { kind: directory }\n`

/** Follows the folder from its state of now on. */
async function follow(log: Log = silent) {
  const source = createTenantFolder({ folder, log })
  await source.list()
  const changes = queue<SourceChange>()
  stops.push(source.watch(changes.add))
  // The first look makes up for the time since `list`; what comes after it is found by events or by looking again.
  write('first.yaml', '')
  await changes.next()
  return { source, changes }
}

describe('the files of the folder', () => {
  test('are those that end in .yaml, and are files', async () => {
    for (const name of ['a.yaml', 'b.yaml~', '.c.yaml', '#d.yaml#', 'e.yml', 'f.yaml.swp', 'g.json', 'B-1.yaml'])
      write(name, '')
    mkdirSync(join(folder, 'h.yaml'))
    symlinkSync('nowhere', join(folder, '.#a.yaml'))
    symlinkSync('nowhere', join(folder, 'i.yaml'))
    writeFileSync(join(root, 'target'), '')
    symlinkSync('../target', join(folder, 'j.yaml'))
    const source = createTenantFolder({ folder, log: silent })
    expect([...(await source.list())].sort()).toEqual(['B-1', 'a', 'j'])
  })

  test('are read with the path that messages show', async () => {
    write('a.yaml', tenant('a', 'Müller'))
    write('templates/hr.yaml', 'name: T\n')
    const source = createTenantFolder({ folder, log: silent })
    expect(await source.read('a')).toEqual({ file: join(folder, 'a.yaml'), text: tenant('a', 'Müller') })
    expect(await source.template('hr')).toEqual({ file: join(folder, 'templates/hr.yaml'), text: 'name: T\n' })
    expect(await source.read('b')).toBeUndefined()
    expect(await source.template('b')).toBeUndefined()
  })

  test('of more than a megabyte are not read', async () => {
    write('a.yaml', '')
    truncateSync(join(folder, 'a.yaml'), 1024 * 1024 + 1)
    await expect(createTenantFolder({ folder, log: silent }).read('a')).rejects.toMatchObject({
      code: 'larger than 1048576 bytes',
    })
  })

  test('a folder that is not there is an error that names it', async () => {
    const source = createTenantFolder({ folder: join(root, 'none'), log: silent })
    await expect(source.list()).rejects.toThrow(join(root, 'none'))
  })
})

describe('following', () => {
  test.each<[string, () => void, SourceChange]>([
    ['a new file', () => write('b.yaml', 'x'), { tenants: ['b'], templates: [] }],
    ['a file written over', () => write('a.yaml', 'longer'), { tenants: ['a'], templates: [] }],
    ['a file of the same length', () => write('a.yaml', 'B'), { tenants: ['a'], templates: [] }],
    ['a file that is gone', () => unlinkSync(join(folder, 'a.yaml')), { tenants: ['a'], templates: [] }],
    ['a template', () => write('templates/hr.yaml', 'y'), { tenants: [], templates: ['hr'] }],
    [
      'a template that is gone',
      () => unlinkSync(join(folder, 'templates/hr.yaml')),
      { tenants: [], templates: ['hr'] },
    ],
    [
      'a save by renaming',
      () => {
        write('.a.yaml.tmp', 'Z')
        renameSync(join(folder, '.a.yaml.tmp'), join(folder, 'a.yaml'))
      },
      { tenants: ['a'], templates: [] },
    ],
    [
      'another name',
      () => renameSync(join(folder, 'a.yaml'), join(folder, 'b.yaml')),
      { tenants: ['b', 'a'], templates: [] },
    ],
  ])('%s', async (_, change, told) => {
    write('a.yaml', 'A')
    write('templates/hr.yaml', 'x')
    const { changes } = await follow()
    change()
    expect(await changes.next()).toEqual(told)
  })

  test('a save by deleting and writing anew ends nothing: a file that is gone is looked for once more', async () => {
    const mark = (ino: number) => ({ mtimeMs: 0, ctimeMs: 0, size: 0, ino })
    const listing = (...names: [string, number][]): Listings => ({
      tenants: new Map(names.map(([name, ino]) => [name, mark(ino)])),
      templates: new Map(),
    })
    const looks = [listing(['b', 1]), listing(['a', 2], ['b', 1])]
    const changes = queue<SourceChange>()
    let seen = listing(['a', 1], ['b', 1])
    const stop = followFolder({
      folders: [],
      look: async () => looks.shift() ?? seen,
      last: () => seen,
      keep: (now) => {
        seen = now
      },
      onChange: changes.add,
      log: silent,
    })
    stops.push(stop)
    expect(await changes.next()).toEqual({ tenants: ['a'], templates: [] })
    expect(seen).toEqual(listing(['a', 2], ['b', 1]))
    expect(looks).toEqual([])
  })

  test('what no event tells of: a linked file that changes elsewhere', async () => {
    writeFileSync(join(root, 'elsewhere.yaml'), 'A')
    symlinkSync('../elsewhere.yaml', join(folder, 'a.yaml'))
    const { changes } = await follow()
    writeFileSync(join(root, 'elsewhere.yaml'), 'B')
    expect(await changes.next()).toEqual({ tenants: ['a'], templates: [] })
  })

  test('a ConfigMap, whose files change by one link', async () => {
    const version = (name: string, text: string) => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'a.yaml'), text)
    }
    version('..1', 'A')
    symlinkSync('..1', join(folder, '..data'))
    symlinkSync('..data/a.yaml', join(folder, 'a.yaml'))
    const { changes, source } = await follow()
    version('..2', 'B')
    symlinkSync('..2', join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    expect(await changes.next()).toEqual({ tenants: ['a'], templates: [] })
    expect((await source.read('a'))?.text).toBe('B')
  })

  test('a folder of templates that comes later', async () => {
    rmSync(join(folder, 'templates'), { recursive: true })
    const { changes } = await follow()
    mkdirSync(join(folder, 'templates'))
    write('templates/hr.yaml', 'x')
    expect(await changes.next()).toEqual({ tenants: [], templates: ['hr'] })
  })

  test('what changed between listing and following', async () => {
    write('a.yaml', 'A')
    const source = createTenantFolder({ folder, log: silent })
    await source.list()
    write('a.yaml', 'changed')
    const changes = queue<SourceChange>()
    stops.push(source.watch(changes.add))
    expect(await changes.next()).toEqual({ tenants: ['a'], templates: [] })
  })

  test('a folder that is gone for a while ends nobody, and is reported', async () => {
    write('a.yaml', 'A')
    const errors = queue<string>()
    const { changes } = await follow({ ...silent, error: (_, message) => errors.add(message) })
    renameSync(folder, join(root, 'away'))
    expect(await errors.next()).toContain('what was loaded stays')
    expect(changes.values).toEqual([])
    renameSync(join(root, 'away'), folder)
    write('a.yaml', 'new')
    expect(await changes.next()).toEqual({ tenants: ['a'], templates: [] })
  })
})

describe('a registry on a folder', () => {
  async function serve() {
    const refusals = queue<LogFields>()
    const news = queue<string>()
    const log: Log = {
      ...silent,
      error: refusals.add,
      info: (fields, message) => news.add(`${fields.tenant} ${message}`),
    }
    const registry = createRegistry({
      source: createTenantFolder({ folder, log }),
      compile: (document) => document,
      now: Date.now,
      log,
      onReplaced: note,
    })
    await registry.start()
    stops.push(registry.stop)
    return { registry, refusals, news }
  }

  test('serves changes, keeps the last good version of a broken file, and ends what is deleted', async () => {
    write('a.yaml', tenant('a', 'One'))
    write('b.yaml', 'id: b\nextends: hr\n')
    write('templates/hr.yaml', 'name: T1\nupstream: { kind: directory }\n')
    const { registry, refusals, news } = await serve()
    const names = () => ['a', 'b'].map((id) => registry.get(id)?.name)
    expect(names()).toEqual(['One', 'T1'])

    write('a.yaml', tenant('a', 'Two'))
    expect(await news.next()).toBe('a tenant file taken in')
    expect(names()).toEqual(['Two', 'T1'])

    write('a.yaml', 'id: a\nname: Three\nupstream: { kind: directry }\n')
    expect(await refusals.next()).toEqual({
      tenant: 'a',
      file: join(folder, 'a.yaml'),
      line: 3,
      column: 19,
      reason: 'upstream.kind: must be directory or scim',
    })
    expect(names()).toEqual(['Two', 'T1'])

    write('templates/hr.yaml', 'name: T2\nupstream: { kind: directory }\n')
    expect(await news.next()).toBe('b tenant file taken in')
    expect(names()).toEqual(['Two', 'T2'])

    unlinkSync(join(folder, 'a.yaml'))
    expect(await news.next()).toBe('a tenant file gone; its service ends')
    expect(names()).toEqual([undefined, 'T2'])
  })

  // A link to itself stands for whatever the system refuses to open, also where the tests run as root.
  test('a file that cannot be read is reported, and served when it can', async () => {
    symlinkSync('a.yaml', join(folder, 'a.yaml'))
    const { registry, news } = await serve()
    expect(registry.state('a')?.problems[0]?.message).toBe('cannot be read (ELOOP)')
    unlinkSync(join(folder, 'a.yaml'))
    write('a.yaml', tenant('a'))
    expect(await news.next()).toBe('a tenant file taken in')
  })
})

test('looking costs little: it pauses twenty times as long as it took, within bounds', () => {
  expect([0, 10, 40, 60, 100, 10_000].map(pauseAfter)).toEqual([500, 500, 800, 1200, 1500, 1500])
})

test('a listing differs by any mark of a file', () => {
  const mark = { mtimeMs: 1, ctimeMs: 2, size: 3, ino: 4 }
  const before = new Map([['a', mark]])
  expect(compareListings(before, new Map([['a', { ...mark }]]))).toEqual({ changed: [], gone: [] })
  for (const change of [{ mtimeMs: 9 }, { ctimeMs: 9 }, { size: 9 }, { ino: 9 }])
    expect(compareListings(before, new Map([['a', { ...mark, ...change }]]))).toEqual({ changed: ['a'], gone: [] })
  expect(compareListings(before, new Map([['b', mark]]))).toEqual({ changed: ['b'], gone: ['a'] })
})
