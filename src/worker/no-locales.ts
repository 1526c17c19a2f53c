/** Stands in for the translations of messages that zod brings along (wrangler.toml, `alias`): ours are English. */
export {}
