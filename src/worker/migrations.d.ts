/** drizzle-kit's output for Durable Objects: the journal and each migration's SQL as text. */
declare module '*/migrations/tenant/migrations.js' {
  const migrations: {
    readonly journal: { readonly entries: { idx: number; when: number; tag: string; breakpoints: boolean }[] }
    readonly migrations: Record<string, string>
  }
  export default migrations
}
