import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { lazily } from './lazily.ts'
import type { TenantDatabase } from './storage.ts'
import { memberships, resources } from './tables/resources.ts'

export interface MemberRow {
  readonly groupSeq: number
  readonly id: string
  readonly type: string
  readonly display: string | null
}

export interface GroupRow {
  readonly memberSeq: number
  readonly id: string
  readonly display: string | null
  /** 1 when the group has the member itself, 0 when only through other groups. */
  readonly direct: number
}

/** Who is in which group. Ids are of users and groups; those that no such resource has are passed over. */
export interface MembershipQueries {
  /** The members of these groups, ordered by group, then as the members were created. */
  of(groupSeqs: readonly number[]): MemberRow[]
  /** The groups of these resources, through any number of groups, cycles included: each once. */
  groupsOf(memberSeqs: readonly number[]): GroupRow[]
  /** The `seq`s of a group's own members behind `seq`, in order: at most `limit`. */
  membersBehind(groupSeq: number, seq: number, limit: number): number[]
  /** The `seq`s of the groups that hold a resource itself, likewise. */
  groupsBehind(memberSeq: number, seq: number, limit: number): number[]
  /** The first of these ids that no user or group has. */
  firstUnknown(ids: readonly string[]): string | undefined
  /** Each of these gives how many memberships it changed. */
  add(groupSeq: number, ids: readonly string[]): number
  remove(groupSeq: number, ids: readonly string[]): number
  retain(groupSeq: number, ids: readonly string[]): number
  clear(groupSeq: number): number
  /** Ends every membership in and of a resource. Gives the groups that lost it. */
  forget(seq: number): number[]
}

const ids = sql`json_each(${sql.placeholder('ids')})`
const groupIs = eq(memberships.groupSeq, sql.placeholder('group'))
const chosen = sql`select seq from ${resources} where id in (select value from ${ids})`
/**
 * RFC 7643 §4.2: members are users and groups. The unary plus keeps SQLite from the index over types, which would read
 * every user there is.
 */
const canBeMember = sql`+type in ('User', 'Group')`
const one = { one: sql<number>`1` }
const seqIn = ({ seq }: { readonly seq: number }): number => seq

export function membershipQueries(database: TenantDatabase): MembershipQueries {
  return { ...membershipReads(database), ...membershipWrites(database) }
}

/** A membership's group or its member, by `seq`. */
type Side = typeof memberships.groupSeq | typeof memberships.memberSeq

type Reads = Pick<MembershipQueries, 'of' | 'groupsOf' | 'membersBehind' | 'groupsBehind' | 'firstUnknown'>

function membershipReads(database: TenantDatabase): Reads {
  const seqs = sql`json_each(${sql.placeholder('seqs')})`
  const of = lazily(() =>
    database
      .select({
        groupSeq: memberships.groupSeq,
        id: resources.id,
        type: resources.type,
        display: resources.display,
      })
      .from(memberships)
      .innerJoin(resources, eq(resources.seq, memberships.memberSeq))
      .where(sql`${memberships.groupSeq} in (select value from ${seqs})`)
      .orderBy(memberships.groupSeq, memberships.memberSeq)
      .prepare(),
  )
  const groupsOf = lazily(() =>
    database
      .select({
        memberSeq: sql<number>`member_seq`,
        id: sql<string>`id`,
        display: sql<string | null>`display`,
        direct: sql<number>`direct`,
      })
      .from(
        sql`(with recursive above(member_seq, group_seq, direct) as (
          select j.value, m.group_seq, 1 from ${seqs} j cross join ${memberships} m on m.member_seq = j.value
          union
          select above.member_seq, m.group_seq, 0 from above cross join ${memberships} m on m.member_seq = above.group_seq
        ) select above.member_seq, r.id, r.display, max(above.direct) as direct
          from above cross join ${resources} r on r.seq = above.group_seq
          group by above.member_seq, above.group_seq)`,
      )
      .prepare(),
  )
  const firstUnknown = lazily(() =>
    database
      .select({ id: sql<string>`value` })
      .from(ids)
      .where(sql`not exists (select 1 from ${resources} where id = value and ${canBeMember})`)
      .limit(1)
      .prepare(),
  )
  const behind = (held: Side, wanted: Side) =>
    lazily(() =>
      database
        .select({ seq: sql<number>`${wanted}` })
        .from(memberships)
        .where(and(eq(held, sql.placeholder('held')), gt(wanted, sql.placeholder('seq'))))
        .orderBy(asc(wanted))
        .limit(sql.placeholder('limit'))
        .prepare(),
    )
  const membersBehind = behind(memberships.groupSeq, memberships.memberSeq)
  const groupsBehind = behind(memberships.memberSeq, memberships.groupSeq)
  return {
    membersBehind: (held, after, limit) => membersBehind().all({ held, seq: after, limit }).map(seqIn),
    groupsBehind: (held, after, limit) => groupsBehind().all({ held, seq: after, limit }).map(seqIn),
    of: (groupSeqs) => of().all({ seqs: JSON.stringify(groupSeqs) }),
    groupsOf: (memberSeqs) => groupsOf().all({ seqs: JSON.stringify(memberSeqs) }),
    firstUnknown: (wanted) => firstUnknown().get({ ids: JSON.stringify(wanted) })?.id,
  }
}

type Writes = Pick<MembershipQueries, 'add' | 'remove' | 'retain' | 'clear' | 'forget'>

function membershipWrites(database: TenantDatabase): Writes {
  const removeWhere = (condition: typeof groupIs) =>
    lazily(() => database.delete(memberships).where(condition).returning(one).prepare())
  const add = lazily(() =>
    database
      .insert(memberships)
      .select(sql`select ${sql.placeholder('group')}, seq from (${chosen} and ${canBeMember}) where true`)
      .onConflictDoNothing()
      .returning(one)
      .prepare(),
  )
  const remove = removeWhere(sql`${groupIs} and ${memberships.memberSeq} in (${chosen})`)
  const retain = removeWhere(sql`${groupIs} and ${memberships.memberSeq} not in (${chosen})`)
  const clear = removeWhere(groupIs)
  const leave = lazily(() =>
    database
      .delete(memberships)
      .where(eq(memberships.memberSeq, sql.placeholder('member')))
      .returning({ groupSeq: memberships.groupSeq })
      .prepare(),
  )
  return {
    add: (group, wanted) => add().all({ group, ids: JSON.stringify(wanted) }).length,
    remove: (group, wanted) => remove().all({ group, ids: JSON.stringify(wanted) }).length,
    retain: (group, wanted) => retain().all({ group, ids: JSON.stringify(wanted) }).length,
    clear: (group) => clear().all({ group }).length,
    forget: (seq) => {
      clear().all({ group: seq })
      return leave()
        .all({ member: seq })
        .map(({ groupSeq }) => groupSeq)
    },
  }
}
