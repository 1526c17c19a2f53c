import { inherit, type LoadedDocument, misnamed, readDocument } from './document.ts'
import { parseYaml } from './document-yaml.ts'
import type { SourceFile, TenantSource } from './source.ts'
import { bundledTemplates, namePattern } from './template.ts'

/** A tenant's own file and every template in its `extends` chain, as they were written: whole by itself. */
export interface Bundle {
  readonly file: string
  readonly templates: Readonly<Record<string, string>>
}

/** What messages call a bundle's file. */
export const bundleFileOf = (id: string): string => `${id}.yaml`

export const bundledFile = (id: string, { file, templates }: Bundle): SourceFile => ({
  file: bundleFileOf(id),
  text: file,
  templates,
})

/** Inherits and checks a bundle like a file. Never throws for what its texts hold. */
export function readBundle(id: string, bundle: Bundle): Promise<LoadedDocument> {
  const own = namePattern.test(id) ? parseYaml(bundledFile(id, bundle)) : misnamed(bundleFileOf(id))
  return inherit(id, own, bundledTemplates(bundle.templates))
}

/** A bundle together with what was read of it. */
export interface ReadBundle {
  readonly bundle: Bundle
  readonly loaded: LoadedDocument
}

/**
 * Collects a tenant's own file and those templates of its chain that there are. Undefined when there is no such file.
 * @throws Error when the source cannot be read.
 */
export async function bundleOf(id: string, source: TenantSource): Promise<ReadBundle | undefined> {
  let file: string | undefined
  const templates = new Map<string, string>()
  const loaded = await readDocument(id, {
    ...source,
    async read(name) {
      const found = await source.read(name)
      file = found?.text
      return found
    },
    async template(name) {
      const found = await source.template(name)
      if (found !== undefined) templates.set(name, found.text)
      return found
    },
  })
  if (loaded === undefined || file === undefined) return undefined
  return { bundle: { file, templates: Object.fromEntries(templates) }, loaded }
}

/** The bundle without templates that are not in its chain. */
export const pruned = ({ bundle, loaded }: ReadBundle): Bundle => ({
  file: bundle.file,
  templates: Object.fromEntries(Object.entries(bundle.templates).filter(([name]) => loaded.templates.includes(name))),
})
