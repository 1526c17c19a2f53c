import type { SourceChange, SourceFile, TenantSource } from '../../src/tenant/source.ts'

export interface MemorySource extends TenantSource {
  /** Writes, or with undefined removes, files (`contoso`, `templates/hr`) and tells whoever watches, once for all. */
  write(files: Readonly<Record<string, string | undefined>>): void
  /** From now on, reading this file fails with this code; with undefined, no longer. */
  fail(name: string, code: string | undefined): void
  /** How often files were read. */
  readonly reads: string[]
}

/** A source that keeps its files in memory. */
export function memorySource(initial: Readonly<Record<string, string>> = {}): MemorySource {
  const files = new Map(Object.entries(initial))
  const failing = new Map<string, string>()
  const listeners = new Set<(change: SourceChange) => void>()
  const reads: string[] = []
  const fileOf = (name: string) => `tenants/${name}.yaml`
  const read = async (name: string): Promise<SourceFile | undefined> => {
    reads.push(name)
    const code = failing.get(name)
    if (code !== undefined) throw Object.assign(new Error('cannot'), { code })
    const text = files.get(name)
    return text === undefined ? undefined : { file: fileOf(name), text }
  }
  return {
    reads,
    async list() {
      return [...files.keys()].filter((name) => !name.includes('/'))
    },
    read,
    template: (name) => read(`templates/${name}`),
    fileOf,
    watch(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    fail(name, code) {
      if (code === undefined) failing.delete(name)
      else failing.set(name, code)
    },
    write(changed) {
      for (const [name, text] of Object.entries(changed))
        if (text === undefined) files.delete(name)
        else files.set(name, text)
      const names = Object.keys(changed)
      const templates = names.filter((name) => name.startsWith('templates/')).map((name) => name.slice(10))
      const tenants = names.filter((name) => !name.includes('/'))
      for (const listener of listeners) listener({ tenants, templates })
    },
  }
}

/** The lines of a file, indented as they stand, without the first line break. */
export const lines = (...rows: string[]): string => `${rows.join('\n')}\n`
