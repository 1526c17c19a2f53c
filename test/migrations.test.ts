import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const folder = join(import.meta.dirname, '../migrations')
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const journalShape = z.object({ entries: z.array(z.object({ tag: z.string() })) })
const tagsOf = (name: string): string[] =>
  journalShape.parse(JSON.parse(read(`${name}/meta/_journal.json`))).entries.map(({ tag }) => tag)

/**
 * What changes a table by rebuilding it, as drizzle-kit does for most changes of a column: rows that refer to the old
 * table go with it by ON DELETE CASCADE, and D1 cannot switch that off. Migrations only add.
 */
const losing = [/\bDROP\s+TABLE\b/i, /__new_/i, /\bRENAME\s+TO\b/i, /\bRENAME\s+COLUMN\b/i, /\bDROP\s+COLUMN\b/i]
const lossesIn = (migration: string): string[] => losing.flatMap((pattern) => pattern.exec(migration)?.[0] ?? [])

const rebuild = `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_calls\` (\`id\` text PRIMARY KEY NOT NULL, \`at\` integer);--> statement-breakpoint
INSERT INTO \`__new_calls\`("id", "at") SELECT "id", "at" FROM \`calls\`;--> statement-breakpoint
DROP TABLE \`calls\`;--> statement-breakpoint
ALTER TABLE \`__new_calls\` RENAME TO \`calls\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;`

describe.each(['tenant', 'control'])('the migrations of a %s database', (name) => {
  const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.sql'))

  it('are those of its journal', () => {
    expect(tagsOf(name).map((tag) => `${tag}.sql`)).toEqual(files.sort())
  })

  it.each(files)('rebuild, rename and drop nothing: %s', (file) => {
    expect(lossesIn(read(`${name}/${file}`))).toEqual([])
  })
})

describe('a migration', () => {
  it.each([
    [rebuild, ['DROP TABLE', '__new_', 'RENAME TO']],
    ['ALTER TABLE `calls` DROP COLUMN `status`;', ['DROP COLUMN']],
    ['alter table calls rename column a to b', ['rename column']],
    ['ALTER TABLE `calls` ADD `shadow` integer;', []],
  ])('that loses rows is found: %#', (migration, expected) => {
    expect(lossesIn(migration)).toEqual(expected)
  })
})

describe('what a Durable Object applies', () => {
  it('is every migration of the journal, in its order', () => {
    const module = read('tenant/migrations.js')
    const imported = Array.from(module.matchAll(/^import (m\d+) from '\.\/(.+)\.sql';$/gm), ([, name, tag]) => ({
      name,
      tag,
    }))
    const listed = /migrations: \{([^}]*)\}/
      .exec(module)?.[1]
      ?.split(',')
      .map((name) => name.trim())
    expect(imported.map(({ tag }) => tag)).toEqual(tagsOf('tenant'))
    expect(listed).toEqual(imported.map(({ name }) => name))
  })
})
