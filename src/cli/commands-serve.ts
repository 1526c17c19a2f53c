import { existsSync } from 'node:fs'
import type { CommandSpec } from './command.ts'
import { Exit, exitCodes } from './exit.ts'
import { explainFolders } from './explain.ts'
import { readSettings } from './read-settings.ts'

export const serveCommands: readonly CommandSpec[] = [
  {
    name: 'serve',
    words: [],
    summary: 'run the gateway; it drains and ends on SIGTERM or Ctrl-C',
    options: [],
    examples: [
      { line: 'serve', does: 'serve on http://127.0.0.1:8080; HOST=0.0.0.0 and PORT=9090 before it change that' },
    ],
    run: async ({ environment }) => {
      const settings = readSettings(environment)
      const { tenantsFolder } = settings
      if (!existsSync(tenantsFolder)) {
        const mend = 'set TOLLGATE_TENANTS, or begin with `tollgate tenant new ID`'
        throw new Exit(exitCodes.wrong, `the tenants folder ${tenantsFolder} does not exist: ${mend}`)
      }
      const { serve } = await import('../node.ts')
      await serve(settings).catch((error: unknown) => {
        throw explainFolders(error, settings)
      })
    },
  },
]
