import { RE2JS } from '@bufbuild/re2'
import { quoted, RuleFault } from './fault.ts'

/** A regular expression in RE2's syntax, which never takes longer than its size times the length of the text. */
export interface Regex {
  readonly text: string
  /** Its size in instructions: what one character of a text may cost. */
  readonly size: number
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean
  /** The text with every match (leftmost first, as in Perl) replaced; undefined when the text is too long for it. */
  replaceAll(text: string, to: string): string | undefined
}

type Program = ReturnType<RE2JS['re2']>['prog']
type Instruction = ReturnType<Program['getInst']>

/** RE2's instructions by the numbers that the engine gives them; from `rune` on they take one character. */
const alt = 1
const altMatch = 2
const emptyWidth = 4
const fail = 5
const match = 6
const rune = 8

const maxTextLength = 1000
const maxSize = 1000
/** Bits of the table that `replaceAll` keeps: 4 MiB. */
const maxCells = 2 ** 25

/**
 * The engine compiles; matching is our own, since it only tells whether there is a match and not where. The text is read
 * from its end, noting from which instruction at which character a match can still be reached, and then from its start,
 * always taking the first way that leads to one: no way is tried twice, so that the time is linear for whatever is given.
 * @throws RuleFault when the pattern is none of RE2's, or too large
 */
export function compileRegex(text: string): Regex {
  const program = compileProgram(text)
  const size = program.numInst()
  const step = backward(program)
  const words = Math.ceil(size / 32)
  return {
    text,
    size,
    test: (subject) => {
      let row = new Int32Array(words)
      let later = new Int32Array(words)
      for (let at = subject.length; at >= 0; at = before(subject, at)) {
        ;[row, later] = [later, row]
        step(subject, at, { row, from: 0, later, laterFrom: 0 })
        if (hasBit(row, 0, program.start)) return true
      }
      return false
    },
    replaceAll: (subject, to) => {
      if ((subject.length + 1) * words * 32 > maxCells) return undefined
      const table = new Int32Array((subject.length + 1) * words)
      for (let at = subject.length, after = at; at >= 0; after = at, at = before(subject, at))
        step(subject, at, { row: table, from: at * words, later: table, laterFrom: after * words })
      const isLive = (at: number, counter: number) => hasBit(table, at * words, counter)
      return replaced(subject, to, { start: (at) => isLive(at, program.start), end: forward(program, isLive) })
    },
  }
}

function compileProgram(text: string): Program {
  if (text.length > maxTextLength)
    throw new RuleFault([], `the regular expression is longer than ${maxTextLength} characters`)
  let program: Program
  try {
    program = RE2JS.compile(text).re2().prog
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no reason given'
    throw new RuleFault([], `${quoted(text)} is no regular expression of RE2: ${reason}`)
  }
  if (program.numInst() > maxSize)
    throw new RuleFault([], `${quoted(text)} is too large a regular expression: repeat less, at most ${maxSize} steps`)
  return program
}

/** Two rows of the table: for a character, and for the one after it. */
interface Rows {
  readonly row: Int32Array
  readonly from: number
  readonly later: Int32Array
  readonly laterFrom: number
}

const hasBit = (bits: Int32Array, from: number, index: number): boolean =>
  ((bits[from + (index >>> 5)] ?? 0) & (1 << (index & 31))) !== 0

/** Fills the row of a character from the row after it. */
function backward(program: Program): (text: string, at: number, rows: Rows) => void {
  const instructions = Array.from({ length: program.numInst() }, (_, counter) => program.getInst(counter))
  const sources = sourcesOf(instructions)
  const stack = new Int32Array(instructions.length)
  return (text, at, { row, from, later, laterFrom }) => {
    row.fill(0, from, from + Math.ceil(instructions.length / 32))
    const letter = text.codePointAt(at) ?? -1
    const around = wordOf(text, at)
    let height = 0
    const add = (counter: number): void => {
      if (hasBit(row, from, counter)) return
      row[from + (counter >>> 5)] = (row[from + (counter >>> 5)] ?? 0) | (1 << (counter & 31))
      stack[height] = counter
      height += 1
    }
    for (const [counter, { op, out }] of instructions.entries()) {
      if (op === match) add(counter)
      else if (op >= rune && letter >= 0 && hasBit(later, laterFrom, out) && instructions[counter]?.matchRune(letter))
        add(counter)
    }
    while (height > 0) {
      height -= 1
      for (const { counter, needs } of sources[stack[height] ?? 0] ?? []) if ((needs & ~around) === 0) add(counter)
    }
  }
}

/** Which instructions lead to one without taking a character, and what must stand round it. */
function sourcesOf(instructions: readonly Instruction[]) {
  const sources: { counter: number; needs: number }[][] = instructions.map(() => [])
  for (const [counter, { op, out, arg }] of instructions.entries()) {
    if (op >= rune || op === match || op === fail) continue
    sources[out]?.push({ counter, needs: op === emptyWidth ? arg : 0 })
    if (op === alt || op === altMatch) sources[arg]?.push({ counter, needs: 0 })
  }
  return sources
}

/** Where the match that begins at a live character ends. */
function forward(program: Program, isLive: (at: number, counter: number) => boolean) {
  const seenAt = new Int32Array(program.numInst())
  let round = 0
  /** The first live way, in RE2's order, up to an instruction that takes a character, or to the match. */
  const next = (at: number, counter: number): number => {
    round += 1
    const stack = [counter]
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (seenAt[top] === round || !isLive(at, top)) continue
      seenAt[top] = round
      const { op, out, arg } = program.getInst(top)
      if (op >= rune || op === match) return top
      if (op === alt || op === altMatch) stack.push(arg)
      stack.push(out)
    }
    return counter
  }
  return (text: string, from: number): number => {
    let at = from
    let counter = next(at, program.start)
    while (program.getInst(counter).op >= rune) {
      at += widthAt(text, at)
      counter = next(at, program.getInst(counter).out)
    }
    return at
  }
}

interface Finder {
  start(at: number): boolean
  end(text: string, at: number): number
}

/** An empty match right after another is none, as in RE2's own libraries. */
function replaced(text: string, to: string, { start, end }: Finder): string {
  const parts: string[] = []
  let copied = 0
  let lastEnd = -1
  for (let at = 0; at <= text.length; ) {
    const until = start(at) ? end(text, at) : -1
    if (until > at || (until === at && at !== lastEnd)) {
      parts.push(text.slice(copied, at), to)
      copied = until
      lastEnd = until
    }
    at = until > at ? until : at + widthAt(text, at)
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

/** Where the character before begins; -1 before the first. */
const before = (text: string, at: number): number => (at >= 2 && widthAt(text, at - 2) === 2 ? at - 2 : at - 1)

const isWord = (letter: number): boolean =>
  (letter >= 0x30 && letter <= 0x39) ||
  (letter >= 0x41 && letter <= 0x5a) ||
  letter === 0x5f ||
  (letter >= 0x61 && letter <= 0x7a)

/** What stands round a place between two characters, as RE2's flags: line and text begin and end, word boundary or not. */
function wordOf(text: string, at: number): number {
  const left = at > 0 ? text.charCodeAt(at - 1) : -1
  const right = at < text.length ? text.charCodeAt(at) : -1
  return (
    (left === -1 || left === 0x0a ? 1 : 0) |
    (right === -1 || right === 0x0a ? 2 : 0) |
    (left === -1 ? 4 : 0) |
    (right === -1 ? 8 : 0) |
    (isWord(left) === isWord(right) ? 32 : 16)
  )
}
