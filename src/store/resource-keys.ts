import { eq, sql } from 'drizzle-orm'
import { lazily } from './lazily.ts'
import type { TenantDatabase } from './storage.ts'
import { memberships, resourceKeys, resources } from './tables/resources.ts'

/** One value by which a resource can be found. `value` is folded as the attribute compares. */
export interface ResourceKey {
  /** Resource type and path: `User:emails.value`. */
  readonly attribute: string
  readonly value: string
  /** No other resource may have it. */
  readonly single: boolean
}

/** What an index can answer. A resource is a candidate when any of these finds it. */
export interface Lookups {
  readonly ids: readonly string[]
  readonly keys: readonly { readonly attribute: string; readonly value: string }[]
  /** Groups that have one of these as a direct member. */
  readonly members: readonly string[]
  /** Members, direct and indirect, of one of these groups. */
  readonly groups: readonly string[]
}

export interface ResourceKeyQueries {
  /** Adds keys of a resource. Gives the first that another resource claims as single, if one does; then roll back. */
  add(seq: number, keys: readonly ResourceKey[]): ResourceKey | undefined
  remove(seq: number, keys: readonly ResourceKey[]): void
  /** Removes all keys of a resource. */
  forget(seq: number): void
  /** The `seq`s, in order, that one of the look-ups finds: at most `limit`. */
  candidates(lookups: Lookups, limit: number): number[]
}

export function resourceKeyQueries(database: TenantDatabase): ResourceKeyQueries {
  const add = lazily(() => addStatement(database))
  const remove = lazily(() => removeStatement(database))
  const forget = lazily(() =>
    database
      .delete(resourceKeys)
      .where(eq(resourceKeys.seq, sql.placeholder('seq')))
      .prepare(),
  )
  const candidates = lazily(() => candidatesStatement(database))
  return {
    add: (seq, keys) => {
      if (keys.length === 0) return undefined
      const added = add().all({ seq, keys: JSON.stringify(keys) })
      if (added.length === keys.length) return undefined
      const taken = new Set(added.map(nameOf))
      return keys.find((key) => !taken.has(nameOf(key)))
    },
    remove: (seq, keys) => {
      if (keys.length > 0) remove().run({ seq, keys: JSON.stringify(keys) })
    },
    forget: (seq) => void forget().run({ seq }),
    candidates: ({ ids, keys, members, groups }, limit) =>
      candidates()
        .all({
          ids: JSON.stringify(ids),
          keys: JSON.stringify(keys),
          members: JSON.stringify(members),
          groups: JSON.stringify(groups),
          limit,
        })
        .map(({ seq }) => seq),
  }
}

const nameOf = (key: { attribute: string; value: string }): string => JSON.stringify([key.attribute, key.value])

// "where true": without it SQLite reads the "on" of "on conflict" as a join's.
const addStatement = (database: TenantDatabase) =>
  database
    .insert(resourceKeys)
    .select(
      sql`select ${sql.placeholder('seq')}, value->>'attribute', value->>'value', value->>'single'
        from json_each(${sql.placeholder('keys')}) where true`,
    )
    .onConflictDoNothing()
    .returning({ attribute: resourceKeys.attribute, value: resourceKeys.value })
    .prepare()

const removeStatement = (database: TenantDatabase) =>
  database
    .delete(resourceKeys)
    .where(
      sql`(${resourceKeys.seq}, ${resourceKeys.attribute}, ${resourceKeys.value}) in
        (select ${sql.placeholder('seq')}, value->>'attribute', value->>'value'
          from json_each(${sql.placeholder('keys')}))`,
    )
    .prepare()

/** A union, because each part then has its own index; `cross join` keeps the short list outside (SQLite, "Manual Control"). */
const candidatesStatement = (database: TenantDatabase) =>
  database
    .select({ seq: sql<number>`seq` })
    .from(
      sql`(select seq from ${resources} where id in (select value from json_each(${sql.placeholder('ids')}))
      union
      select k.seq from json_each(${sql.placeholder('keys')}) j cross join ${resourceKeys} k
        on k.attribute = j.value->>'attribute' and k.value = j.value->>'value'
      union
      select m.group_seq from ${resources} r cross join ${memberships} m on m.member_seq = r.seq
        where r.id in (select value from json_each(${sql.placeholder('members')}))
      union
      select seq from (with recursive below(seq) as (
        select seq from ${resources} where id in (select value from json_each(${sql.placeholder('groups')}))
        union
        select m.member_seq from below cross join ${memberships} m on m.group_seq = below.seq
      ) select seq from below))`,
    )
    .orderBy(sql`seq`)
    .limit(sql.placeholder('limit'))
    .prepare()
