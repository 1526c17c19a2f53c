import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import type { Bundle } from '../tenant/bundle.ts'

const nothing = '/dev/null'
const context = 3
/** Beyond this many changed lines finding the fewest takes longer than anybody reads. */
const maxEditLength = 2000

/** What differs between two bundles: a unified diff a file, the tenant's own first. `folder` is what holds the files. */
export function diffBundles(id: string, folder: string, previous: Bundle | null, next: Bundle): string[] {
  const names = new Set([...Object.keys(previous?.templates ?? {}), ...Object.keys(next.templates)])
  const own = diffTexts(`${folder}/${id}.yaml`, previous?.file, next.file)
  const templates = [...names]
    .sort()
    .map((name) => diffTexts(`${folder}/templates/${name}.yaml`, previous?.templates[name], next.templates[name]))
  return [own, ...templates].filter((patch) => patch !== '')
}

/** A unified diff of one file; undefined for a text that is not there. Empty when they are the same. */
function diffTexts(name: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  if (before === undefined) return patch(nothing, name, '', after ?? '')
  if (after === undefined) return patch(name, nothing, before, '')
  const options = { context, headerOptions: FILE_HEADERS_ONLY, maxEditLength }
  const found = createTwoFilesPatch(name, name, before, after, undefined, undefined, options)
  // Hardly a line is as it was.
  return found ?? patch(name, nothing, before, '') + patch(nothing, name, '', after)
}

const patch = (from: string, to: string, before: string, after: string): string =>
  createTwoFilesPatch(from, to, before, after, undefined, undefined, { context, headerOptions: FILE_HEADERS_ONLY })

const colours: readonly (readonly [start: RegExp, code: number])[] = [
  [/^(---|\+\+\+) /, 1],
  [/^@@/, 36],
  [/^\+/, 32],
  [/^-/, 31],
]

/**
 * A diff as a terminal shows it. Control characters stand as their pictures: the texts are other people's, and would
 * write over the terminal; a changed line end shows.
 */
export function showDiff(diff: string, colour: boolean): string {
  const lines = diff
    .replace(/\n$/, '')
    .replace(/[^\P{Cc}\t\n]/gu, pictureOf)
    .split('\n')
  if (!colour) return lines.join('\n')
  return lines.map(coloured).join('\n')
}

/** U+2400 and on are pictures of the control characters of ASCII. */
const pictureOf = (control: string): string => {
  const code = control.charCodeAt(0)
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd'
}

function coloured(line: string): string {
  const code = colours.find(([start]) => start.test(line))?.[1]
  return code === undefined ? line : `\x1b[${code}m${line}\x1b[0m`
}
