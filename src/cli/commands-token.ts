import { z } from 'zod'
import { mintedTokenBody, type tokenBody, tokenListBody } from '../admin/shapes.ts'
import { type CommandSpec, jsonOption } from './command.ts'
import { seconds, table } from './table.ts'

type Token = z.infer<typeof tokenBody>

const tenantWord = { word: '<TENANT>', description: "the tenant's id" }

export const tokenCommands: readonly CommandSpec[] = [
  {
    name: 'token mint',
    words: [tenantWord],
    summary: "mint a token for the customer's system; it is shown this once",
    options: [
      { flags: '--label <text>', description: 'what it is for' },
      { flags: '--expires <when>', description: 'RFC 3339, or 30d, 12h, 15m, 5s from now; without it, never' },
      { flags: '--scope <scope>', description: 'read or write, perhaps with types: write:User,Group (default: write)' },
      jsonOption,
    ],
    examples: [
      { line: 'token mint contoso --label "HR system"', does: 'a token that may do everything, for ever' },
      { line: 'token mint contoso --expires 30d --scope read:User', does: 'one that reads users for a month' },
      { line: 'token mint contoso --json', does: 'for a script: {"id","tenant","token","label","expiresAt"}' },
    ],
    run: async ({ client, words: [tenant = ''], text, flag, print, note }) => {
      const body = { label: text('label'), expires: text('expires'), scope: text('scope') }
      const minted = await (await client()).ask(
        { method: 'POST', path: ['tenants', tenant, 'tokens'], body },
        mintedTokenBody,
      )
      if (flag('json')) return print(JSON.stringify(minted))
      print(minted.token)
      const until = minted.expiresAt === null ? 'does not expire' : `expires at ${seconds(minted.expiresAt)}`
      note(`token ${minted.id} of ${tenant}: ${until}; it is not shown again`)
    },
  },
  {
    name: 'token list',
    words: [tenantWord],
    summary: 'the tokens of a tenant, revoked and expired ones too; never the secret',
    options: [jsonOption],
    examples: [{ line: 'token list contoso', does: 'its tokens, with when each was last used' }],
    run: async ({ client, words: [tenant = ''], flag, print, note }) => {
      const body = await (await client()).ask({ path: ['tenants', tenant, 'tokens'] }, tokenListBody)
      if (flag('json')) return print(JSON.stringify(body))
      if (body.tokens.length === 0) return note(`${tenant} has no token; make one: tollgate token mint ${tenant}`)
      print(
        table<Token>(
          [
            { heading: 'ID', show: ({ id }) => id },
            { heading: 'LABEL', show: ({ label }) => label },
            { heading: 'SCOPE', show: ({ scope }) => scope },
            { heading: 'CREATED', show: ({ createdAt }) => seconds(createdAt) },
            { heading: 'LAST USED', show: ({ lastUsedAt }) => seconds(lastUsedAt) },
            { heading: 'EXPIRES', show: ({ expiresAt }) => seconds(expiresAt) },
            { heading: 'REVOKED', show: ({ revokedAt }) => seconds(revokedAt) },
          ],
          body.tokens,
        ),
      )
    },
  },
  {
    name: 'token revoke',
    words: [tenantWord, { word: '<TOKEN-ID>', description: 'as `token list` shows it' }],
    summary: 'revoke a token, from the next request on',
    options: [jsonOption],
    examples: [
      { line: 'token revoke contoso 019a9b2e-6d1f-7c3a-8f00-5b1f0c9d2e41', does: 'refuse that token from now on' },
    ],
    run: async ({ client, words: [tenant = '', id = ''], flag, print }) => {
      await (await client()).ask({ method: 'DELETE', path: ['tenants', tenant, 'tokens', id] }, z.undefined())
      print(flag('json') ? JSON.stringify({ id, tenant, revoked: true }) : `revoked ${id} of ${tenant}`)
    },
  },
]
