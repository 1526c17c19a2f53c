import type { Json } from '../scim/json.ts'

/** What the holes of a rule hold, by name: the text or value that both sides share. */
export type Bindings = ReadonlyMap<string, Json>

/** A literal text, or a hole. Literals and holes alternate: touching holes are refused. */
export type PatternPart = { readonly text: string } | { readonly hole: string; readonly pipes: readonly Pipe[] }

/** One step between a hole's shared value and what stands on this side. */
export interface Pipe {
  /** As it is written: `date "dd.MM.yyyy"`. */
  readonly text: string
  /** Whether `match` undoes `print` for every value that `print` takes. */
  readonly exact: boolean
  /** From the shared value to this side; undefined when it cannot be printed. */
  print(value: Json): Json | undefined
  /** From this side to the shared value; undefined when it does not fit. A lossy pipe gives the value as it is. */
  match(value: Json): Json | undefined
}

/** One attribute's side of a rule: matched when it is read, printed when it is written. */
export interface Pattern {
  /** As it was written. */
  readonly text: string
  readonly parts: readonly PatternPart[]
  readonly holes: readonly string[]
  /** False when some pipe is lossy. */
  readonly exact: boolean
  /** True for `{x}` alone: any value crosses as it is. */
  readonly whole: boolean
  /** The holes' values; undefined when the value does not fit. */
  match(value: Json): Bindings | undefined
  /** The value; undefined when it cannot be printed from these. */
  print(bindings: Bindings): Json | undefined
}
