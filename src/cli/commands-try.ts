import { z } from 'zod'
import { triedBody } from '../admin/shapes-try.ts'
import { type CommandSpec, type Invocation, jsonOption } from './command.ts'
import { Exit, exitCodes } from './exit.ts'
import { triedText } from './tried-text.ts'

export const tryCommands: readonly CommandSpec[] = [
  {
    name: 'try',
    words: [
      { word: '<ID>', description: "the tenant's id" },
      { word: '[FILE]', description: 'JSON: a resource, or, with `Operations`, a PATCH; - reads standard input' },
    ],
    summary: 'what a body, a PATCH or a filter comes to: rule by rule, call by call, and its price; calls nothing',
    options: [
      { flags: '--reverse', description: "FILE is the upstream's: show what the client sees", conflicts: ['id'] },
      { flags: '--type <type>', description: 'the resource type (default: User)' },
      { flags: '--id <id>', description: 'of a PUT or a PATCH; without it, a create' },
      { flags: '--filter <text>', description: 'a SCIM filter instead of FILE', conflicts: ['reverse', 'id'] },
      jsonOption,
    ],
    examples: [
      { line: 'try contoso user.json', does: 'what a POST of that user would do upstream' },
      { line: 'try contoso patch.json --id 2819c223', does: 'the same of a PATCH; of a user, of a PUT' },
      { line: 'try contoso upstream.json --reverse', does: 'what the client would see of what the upstream holds' },
      {
        line: 'try contoso --filter "active eq true"',
        does: 'what the upstream would be asked, and what is decided here',
      },
      { line: 'try contoso - --json', does: 'standard input, for a script: {"upstream","client","rules","price",...}' },
    ],
    run: tryOne,
  },
]

async function tryOne(invocation: Invocation): Promise<void> {
  const { client, words, text, flag, print } = invocation
  const [tenant = '', file] = words
  const filter = text('filter')
  if ((file === undefined) === (filter === undefined))
    throw new Exit(exitCodes.usage, 'FILE or --filter: give one of them; tollgate try --help shows how')
  const asked = {
    ...(filter === undefined ? { body: await readJson(file ?? '') } : { filter }),
    ...(flag('reverse') ? { reverse: true } : {}),
    type: text('type'),
    id: text('id'),
  }
  const tried = await (await client()).ask({ method: 'POST', path: ['tenants', tenant, 'try'], body: asked }, triedBody)
  print(flag('json') ? JSON.stringify(tried) : triedText(tried))
  if (tried.status >= 400) throw new Exit(exitCodes.wrong, refusalText(tried.client))
}

/** A file's JSON, or standard input's. @throws Exit */
async function readJson(file: string): Promise<object> {
  const { readInput } = await import('./read-input.ts')
  const text = await readInput(file)
  const place = file === '-' ? 'standard input' : file
  try {
    return z.looseObject({}).parse(JSON.parse(text))
  } catch (cause) {
    const fault = cause instanceof SyntaxError ? `is no JSON: ${cause.message}` : 'must be a JSON object'
    throw new Exit(exitCodes.wrong, `${place} ${fault}`, cause)
  }
}

function refusalText(client: z.infer<typeof triedBody>['client']): string {
  const { status, scimType, detail } = client ?? {}
  const kind = scimType === undefined ? '' : ` ${String(scimType)}`
  return `the client would be refused: ${String(status)}${kind}: ${String(detail)}`
}
