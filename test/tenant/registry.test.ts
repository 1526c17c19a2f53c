import { describe, expect, test } from 'vitest'
import type { Log, LogFields } from '../../src/ports.ts'
import { createRegistry } from '../../src/tenant/registry.ts'
import type { TenantDocument } from '../../src/tenant/schema.ts'
import { lines, memorySource } from './memory-source.ts'

const tenant = (id: string, name = id, ...more: string[]) =>
  lines(`id: ${id}`, `name: ${name}`, 'upstream: { kind: directory }', ...more)
const hosts = (...names: string[]) => `frontDoor: { hosts: [${names.join(', ')}] }`

interface Served {
  readonly document: TenantDocument
}

async function started(files: Record<string, string>, compile = (document: TenantDocument): Served => ({ document })) {
  const source = memorySource(files)
  const refusals: LogFields[] = []
  const replaced: [id: string, old: string, next: string | undefined][] = []
  const note = () => {}
  const log: Log = { debug: note, info: note, warn: note, error: (fields) => refusals.push(fields) }
  let now = 0
  const registry = createRegistry<Served>({
    source,
    compile,
    now: () => (now += 1),
    log,
    onReplaced: (id, old, next) => replaced.push([id, old.document.name, next?.document.name]),
  })
  await registry.start()
  const write = async (changed: Record<string, string | undefined>) => {
    source.write(changed)
    await registry.settled()
  }
  const nameOf = (id: string) => registry.get(id)?.document.name
  return { source, registry, refusals, replaced, write, nameOf }
}

describe('at start', () => {
  test('every good file is served; a broken one stops nobody else', async () => {
    const { registry, refusals, nameOf } = await started({ a: tenant('a'), b: 'name: a: b', c: tenant('c') })
    expect(['a', 'b', 'c', 'd'].map(nameOf)).toEqual(['a', undefined, 'c', undefined])
    expect(registry.list().map(({ id, problems, document }) => [id, problems.length, document?.id])).toEqual([
      ['a', 0, 'a'],
      ['b', 1, undefined],
      ['c', 0, 'c'],
    ])
    expect(refusals).toEqual([{ tenant: 'b', file: 'tenants/b.yaml', line: 1, column: 7, reason: expect.any(String) }])
  })

  test('a file that cannot be read is a broken one', async () => {
    const source = memorySource({ a: tenant('a'), b: tenant('b') })
    source.fail('b', 'EACCES')
    const note = () => {}
    const log: Log = { debug: note, info: note, warn: note, error: note }
    const registry = createRegistry({ source, compile: (document) => document, now: () => 0, log, onReplaced: note })
    await registry.start()
    expect(registry.get('a')?.id).toBe('a')
    expect(registry.state('b')?.problems).toEqual([
      { file: 'tenants/b.yaml', line: 1, column: 1, path: '', message: 'cannot be read (EACCES)' },
    ])
    source.fail('b', undefined)
    source.write({ b: tenant('b') })
    await registry.settled()
    expect(registry.get('b')?.id).toBe('b')
  })

  test('a name that no tenant may have is reported', async () => {
    const { registry } = await started({ Contoso: tenant('contoso') })
    expect(registry.get('Contoso')).toBeUndefined()
    expect(registry.state('Contoso')?.problems[0]?.message).toContain('a tenant file is called ID.yaml')
  })

  test.each(['__proto__', 'constructor', 'toString', ''])('nobody is called %j', async (id) => {
    const { registry } = await started({ a: tenant('a') })
    expect(registry.get(id)).toBeUndefined()
    expect(registry.byHost(id)).toBeUndefined()
    expect(registry.state(id)).toBeUndefined()
  })

  test('what compile throws is a problem of that file alone', async () => {
    const { registry, nameOf } = await started({ a: tenant('a'), b: tenant('b') }, (document) => {
      if (document.id === 'b') throw new Error('no such preset')
      return { document }
    })
    expect(nameOf('a')).toBe('a')
    expect(registry.state('b')?.problems.map(({ message }) => message)).toEqual(['no such preset'])
  })
})

describe('a change', () => {
  test('is served, and who served before is told', async () => {
    const { write, nameOf, replaced, registry } = await started({ a: tenant('a', 'One') })
    const before = registry.state('a')
    await write({ a: tenant('a', 'Two') })
    expect(nameOf('a')).toBe('Two')
    expect(replaced).toEqual([['a', 'One', 'Two']])
    expect(registry.state('a')?.version).not.toBe(before?.version)
    expect(registry.state('a')?.loadedAt).toBeGreaterThan(before?.loadedAt ?? 0)
  })

  test('that changes nothing replaces nobody', async () => {
    const { write, replaced, registry } = await started({ a: tenant('a') })
    const before = registry.get('a')
    await write({ a: tenant('a') })
    expect(registry.get('a')).toBe(before)
    expect(replaced).toEqual([])
  })

  test('that breaks the file leaves the last good version serving, and is reported once', async () => {
    const { write, nameOf, registry, refusals, replaced } = await started({ a: tenant('a', 'Good') })
    const version = registry.state('a')?.version
    await write({ a: '' })
    await write({ a: '' })
    expect(nameOf('a')).toBe('Good')
    expect(registry.state('a')).toMatchObject({ version, problems: [{ message: 'is empty', line: 1, column: 1 }] })
    expect(refusals).toHaveLength(1)
    expect(replaced).toEqual([])
  })

  test('that mends it is served; one that takes the mistake back replaces nobody', async () => {
    const { write, nameOf, registry, replaced } = await started({ a: tenant('a', 'Good') })
    await write({ a: 'rules: {}' })
    await write({ a: tenant('a', 'Good') })
    expect(registry.state('a')?.problems).toEqual([])
    expect(replaced).toEqual([])
    await write({ a: 'rules: {}' })
    await write({ a: tenant('a', 'Better') })
    expect(nameOf('a')).toBe('Better')
    expect(registry.state('a')?.problems).toEqual([])
  })

  test('that removes the file ends the service; a new one starts it again', async () => {
    const { write, nameOf, registry, replaced } = await started({ a: tenant('a', 'One', hosts('a.example')) })
    await write({ a: undefined })
    expect(nameOf('a')).toBeUndefined()
    expect(registry.byHost('a.example')).toBeUndefined()
    expect(registry.list()).toEqual([])
    expect(replaced).toEqual([['a', 'One', undefined]])
    await write({ a: tenant('a', 'Again') })
    expect(nameOf('a')).toBe('Again')
  })

  test('of another name is an end and a beginning', async () => {
    const { write, nameOf } = await started({ a: tenant('a', 'A', hosts('a.example')) })
    await write({ a: undefined, b: tenant('b', 'B', hosts('a.example')) })
    expect([nameOf('a'), nameOf('b')]).toEqual([undefined, 'B'])
  })

  test('reported while another is taken in is taken in after it', async () => {
    const { source, registry, nameOf } = await started({ a: tenant('a', 'One') })
    source.write({ a: tenant('a', 'Two') })
    source.write({ a: tenant('a', 'Three'), b: tenant('b') })
    await registry.settled()
    expect([nameOf('a'), nameOf('b')]).toEqual(['Three', 'b'])
  })

  test('after stop is not followed', async () => {
    const { registry, write, nameOf } = await started({ a: tenant('a', 'One') })
    registry.stop()
    await write({ a: tenant('a', 'Two') })
    expect(nameOf('a')).toBe('One')
  })
})

describe('templates', () => {
  const heir = (id: string) => lines(`id: ${id}`, 'extends: hr')
  const hr = (name: string) => lines(`name: ${name}`, 'upstream: { kind: directory }')

  test('a change of a template is a change of its heirs, which are not read again', async () => {
    const { write, nameOf, source } = await started({
      a: heir('a'),
      b: tenant('b'),
      c: heir('c'),
      'templates/hr': hr('One'),
    })
    expect(source.reads.filter((name) => name === 'templates/hr')).toHaveLength(1)
    source.reads.length = 0
    await write({ 'templates/hr': hr('Two') })
    expect(['a', 'b', 'c'].map(nameOf)).toEqual(['Two', 'b', 'Two'])
    expect(source.reads).toEqual(['templates/hr'])
  })

  test('a template that breaks leaves its heirs at their last good version', async () => {
    const { write, nameOf, registry } = await started({ a: heir('a'), 'templates/hr': hr('One') })
    await write({ 'templates/hr': 'name: [' })
    expect(nameOf('a')).toBe('One')
    expect(registry.state('a')?.problems[0]?.file).toBe('tenants/templates/hr.yaml')
    await write({ 'templates/hr': undefined })
    expect(nameOf('a')).toBe('One')
    expect(registry.state('a')?.problems[0]).toMatchObject({ file: 'tenants/a.yaml', line: 2, column: 10 })
  })

  test('a template that comes later is found', async () => {
    const { write, nameOf, source, registry } = await started({ a: heir('a') })
    expect(nameOf('a')).toBeUndefined()
    await write({ 'templates/hr': hr('One') })
    expect(nameOf('a')).toBe('One')
    source.fail('templates/hr', 'EIO')
    await write({ 'templates/hr': hr('Two') })
    expect(registry.state('a')?.problems[0]?.message).toBe('the template `hr` cannot be read (EIO)')
    source.fail('templates/hr', undefined)
    await write({ 'templates/hr': hr('Two') })
    expect(nameOf('a')).toBe('Two')
  })

  test('an heir and its template may change at once', async () => {
    const { write, registry } = await started({ a: heir('a'), 'templates/hr': hr('One') })
    await write({ a: lines('id: a', 'extends: hr', 'status: suspended'), 'templates/hr': hr('Two') })
    expect(registry.get('a')?.document).toMatchObject({ name: 'Two', status: 'suspended' })
  })
})

describe('hosts', () => {
  test('lead to their tenant, whatever their case and port', async () => {
    const { registry } = await started({ a: tenant('a', 'A', hosts('SCIM.a.example', 'b.example')) })
    for (const host of ['scim.a.example', 'SCIM.A.EXAMPLE:8443', 'scim.a.example.', 'b.example:'])
      expect(registry.byHost(host)?.document.id, host).toBe('a')
    expect(registry.byHost('other.example')).toBeUndefined()
  })

  test('a host has one tenant: the file named later is refused, with both names', async () => {
    const { registry, nameOf } = await started({
      b: tenant('b', 'B', hosts('b.example', 'X.example')),
      a: tenant('a', 'A', hosts('x.example')),
    })
    expect([nameOf('a'), nameOf('b')]).toEqual(['A', undefined])
    expect(registry.state('b')?.problems).toEqual([
      {
        file: 'tenants/b.yaml',
        line: 4,
        column: 33,
        path: 'frontDoor.hosts[1]',
        message: '`x.example` belongs to tenant `a`; `b` cannot have it, too',
      },
    ])
  })

  test('a host that a tenant serves cannot be taken from it by a change of another', async () => {
    const { write, registry, nameOf } = await started({ a: tenant('a', 'A'), b: tenant('b', 'B', hosts('x.example')) })
    await write({ a: tenant('a', 'A2', hosts('x.example')) })
    expect(registry.byHost('x.example')?.document.id).toBe('b')
    expect(nameOf('a')).toBe('A')
    expect(registry.state('a')?.problems).toHaveLength(1)
  })

  test.each([
    ['gives it up', tenant('b', 'B')],
    ['is removed', undefined],
  ])('whoever waits for a host gets it when its holder %s', async (_, next) => {
    const { write, registry } = await started({ a: tenant('a', 'A'), b: tenant('b', 'B', hosts('x.example')) })
    await write({ a: tenant('a', 'A', hosts('x.example')) })
    await write({ b: next })
    expect(registry.byHost('x.example')?.document.id).toBe('a')
    expect(registry.state('a')?.problems).toEqual([])
  })

  test('a host may move from one tenant to another in one change', async () => {
    const { write, registry } = await started({
      a: tenant('a', 'A', hosts('x.example')),
      b: tenant('b', 'B', hosts('y.example')),
    })
    await write({ a: tenant('a', 'A', hosts('y.example')), b: tenant('b', 'B', hosts('z.example')) })
    expect(registry.byHost('y.example')?.document.id).toBe('a')
    expect(registry.byHost('z.example')?.document.id).toBe('b')
    expect(registry.byHost('x.example')).toBeUndefined()
  })

  test('a version that is not served holds no host', async () => {
    const { write, registry } = await started({ a: tenant('a', 'A', hosts('x.example')) })
    await write({ a: tenant('a', 'A', hosts('y.example'), 'guard: {}') })
    expect(registry.byHost('x.example')?.document.id).toBe('a')
    expect(registry.byHost('y.example')).toBeUndefined()
  })
})

describe('taking tenants in by name', () => {
  test('reads them now, whether or not the source reported them, and ends what is gone', async () => {
    const { registry, source, nameOf } = await started({
      a: tenant('a'),
      b: tenant('b'),
      c: tenant('c', 'c', hosts('x.example')),
    })
    registry.stop()
    source.write({
      a: tenant('a', 'new'),
      b: tenant('b', 'new'),
      c: undefined,
      d: tenant('d', 'd', hosts('x.example')),
    })
    source.reads.length = 0
    await registry.takeIn(['a', 'c', 'd'])
    expect(['a', 'b', 'c', 'd'].map(nameOf)).toEqual(['new', 'b', undefined, 'd'])
    expect(source.reads).toEqual(['a', 'c', 'd'])
    expect(registry.byHost('x.example')?.document.id).toBe('d')
  })

  test('is not undone by an older reading that ends later', async () => {
    const memory = memorySource({ a: tenant('a', 'first') })
    let held: Promise<void> | undefined
    const source = {
      ...memory,
      async read(id: string) {
        const [found] = await Promise.all([memory.read(id), held])
        return found
      },
    }
    const note = () => {}
    const registry = createRegistry<Served>({
      source,
      compile: (document) => ({ document }),
      now: () => 0,
      log: { debug: note, info: note, warn: note, error: note },
      onReplaced: note,
    })
    await registry.start()
    let release = (): void => {}
    held = new Promise((resolve) => {
      release = resolve
    })
    memory.write({ a: tenant('a', 'second') })
    held = undefined
    registry.stop()
    memory.write({ a: tenant('a', 'third') })
    await registry.takeIn(['a'])
    expect(registry.get('a')?.document.name).toBe('third')
    release()
    await registry.settled()
    expect(registry.get('a')?.document.name).toBe('third')
  })

  test('knows the version that it tried last, good or not', async () => {
    const { registry, write } = await started({ a: tenant('a') })
    const first = registry.state('a')?.version ?? ''
    expect([registry.isAt('a', first), registry.isAt('a', null), registry.isAt('b', null)]).toEqual([true, false, true])
    await write({ a: 'id: a\n' })
    expect(registry.state('a')?.version).toBe(first)
    expect(registry.isAt('a', first)).toBe(false)
  })
})
