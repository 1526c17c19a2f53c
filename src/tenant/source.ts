/** A file as the source holds it. `file` is what messages call it: `tenants/contoso.yaml`. */
export interface SourceFile {
  readonly file: string
  readonly text: string
  /** A bundle's templates, by name: the file inherits from these and from no others. */
  readonly templates?: Readonly<Record<string, string>>
}

/** What changed since the last notice. Names of files that are gone are among them. */
export type SourceChange = 'all' | { readonly tenants: readonly string[]; readonly templates: readonly string[] }

/** Where tenant files come from: a folder on Node, a store on Workers. */
export interface TenantSource {
  /** The ids of all tenant files, in no particular order. @throws Error when the source cannot be read at all. */
  list(): Promise<readonly string[]>
  /** One tenant's file, or undefined when there is none. @throws Error when there is one that cannot be read. */
  read(id: string): Promise<SourceFile | undefined>
  /** One template, likewise. */
  template(name: string): Promise<SourceFile | undefined>
  /** What messages call a file that need not exist. */
  fileOf(id: string): string
  /**
   * Reports every change after the last `list()`, at the latest 2 s after it was made (contract §12). The returned
   * function ends the watching.
   */
  watch(onChange: (change: SourceChange) => void): () => void
}
