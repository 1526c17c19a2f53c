import { base64url } from 'jose'
import { type CommandSpec, jsonOption } from './command.ts'

const keyBytes = 32

export const keyCommands: readonly CommandSpec[] = [
  {
    name: 'keys new',
    words: [],
    summary: 'print a new key: what TOLLGATE_KEY wants, and good for TOLLGATE_ADMIN_TOKEN, too',
    options: [jsonOption],
    examples: [{ line: 'keys new', does: '32 random bytes in base64url; kept nowhere' }],
    run: async ({ flag, print }) => {
      const key = base64url.encode(crypto.getRandomValues(new Uint8Array(keyBytes)))
      print(flag('json') ? JSON.stringify({ key }) : key)
    },
  },
]
