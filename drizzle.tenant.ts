import { defineConfig } from 'drizzle-kit'

// The driver makes `migrations.js` beside the SQL, which a Durable Object applies; the SQL is the same everywhere.
export default defineConfig({
  dialect: 'sqlite',
  driver: 'durable-sqlite',
  schema: './src/store/tables/*.ts',
  out: './migrations/tenant',
})
