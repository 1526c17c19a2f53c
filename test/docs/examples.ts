import { parse } from 'yaml'
import { isObject, type Json, type JsonObject } from '../../src/scim/json.ts'

/** One conversation of an example: what the client sends, what the upstream then holds, what the client then sees. */
export interface Exchange {
  readonly sends?: JsonObject
  /** The client's attribute that makes it be refused. */
  readonly refusedFor?: string
  readonly holds?: JsonObject
  readonly sees?: JsonObject
}

/** A rule list of the page, and the exchanges below it. */
export interface Example {
  readonly title: string
  readonly rules: Json
  readonly exchanges: readonly Exchange[]
}

const blockPattern = /^(?:## (?<title>\d+\. .+)|```(?<language>yaml|jsonc)\n(?<text>[\s\S]*?)^```)$/gm
const partPattern = /^\/\/ (client sends, refused for (?<place>\S+)|client sends|upstream holds|client sees)$/

/** Reads the examples of a page: under a numbered heading, `yaml` blocks of rules, each with `jsonc` blocks of bodies. */
export function examplesOf(markdown: string): readonly Example[] {
  const examples: { title: string; rules: Json; exchanges: Exchange[] }[] = []
  let title = ''
  for (const { groups } of markdown.matchAll(blockPattern)) {
    const text = groups?.['text'] ?? ''
    if (groups?.['title'] !== undefined) title = groups['title']
    else if (groups?.['language'] === 'yaml') examples.push({ title, rules: parse(text), exchanges: [] })
    else examples.at(-1)?.exchanges.push(exchangeOf(text))
  }
  return examples
}

function exchangeOf(text: string): Exchange {
  const exchange: { sends?: JsonObject; refusedFor?: string; holds?: JsonObject; sees?: JsonObject } = {}
  for (const part of text.split(/^(?=\/\/)/m)) {
    const [label = '', ...lines] = part.split('\n')
    const found = partPattern.exec(label)
    if (found === null) throw new TypeError(`no body is called ${label}`)
    const body: Json = JSON.parse(lines.join('\n'))
    if (!isObject(body)) throw new TypeError(`the body of ${label} is no object`)
    if (label === '// upstream holds') exchange.holds = body
    else if (label === '// client sees') exchange.sees = body
    else exchange.sends = body
    const place = found.groups?.['place']
    if (place !== undefined) exchange.refusedFor = place
  }
  return exchange
}

/** The rows of the tables with a heading, cells without their back-quotes. */
export function rowsUnder(markdown: string, heading: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`|`$/g, '')),
  )
}
