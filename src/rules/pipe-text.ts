import { quoted, RuleFault } from './fault.ts'
import { lossy, type PipeKind } from './pipe-kind.ts'
import { compileRegex } from './regex.ts'

const plainKind = (usage: string, change: (text: string) => string): PipeKind => ({
  usage,
  exact: false,
  gives: 'text',
  arguments: [],
  make: () => lossy(change),
})

export const lowerPipe = plainKind('lower', (text) => text.toLowerCase())
export const upperPipe = plainKind('upper', (text) => text.toUpperCase())
export const trimPipe = plainKind('trim', (text) => text.trim())

const mostFirst = 1_000_000

export const firstPipe: PipeKind = {
  usage: 'first 20',
  exact: false,
  gives: 'text',
  arguments: ['number'],
  make: (count = '') => {
    const wanted = Number(count)
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > mostFirst)
      throw new RuleFault([], `\`first\` takes a whole number from 1 to ${mostFirst}, not ${quoted(count)}`)
    return lossy((text) => text.slice(0, lengthOfFirst(text, wanted)))
  },
}

/** The length of the first so many code points, without looking at what follows them. */
function lengthOfFirst(text: string, count: number): number {
  if (text.length <= count) return text.length
  let at = 0
  for (let taken = 0; taken < count && at < text.length; taken += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}

export const replacePipe: PipeKind = {
  usage: 'replace "[^a-z]+" "-"',
  exact: false,
  gives: 'text',
  arguments: ['text', 'text'],
  make: (pattern = '', to = '') => {
    if (/[$\\]\d/.test(to))
      throw new RuleFault([], 'what `replace` puts in is plain text and knows no groups: take `$1` or `\\1` out of it')
    const regex = compileRegex(pattern)
    return lossy((text) => regex.replaceAll(text, to))
  },
}
