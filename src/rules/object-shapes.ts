import type { Json, JsonObject } from '../scim/json.ts'

/** One name after others: a path of these is the list of an object's names. */
interface Step {
  readonly name: string
  readonly next: Step[]
  /** An object with the names that lead here, to be copied. */
  sample: JsonObject | undefined
}

const maxSteps = 2000

/**
 * Makes objects of names and values. V8 turns an object to which more than 16 computed names were added, one by one, into
 * a hash table: four times as slow to build and twice as slow to print. A copy of an object that has the names already is
 * not, so lists of names are remembered, as far as they fit; resources have the same ones over and over.
 */
export function createObjectMaker(): (names: readonly string[], values: readonly Json[]) => JsonObject {
  const first: Step[] = []
  let steps = 0

  function sampleOf(names: readonly string[]): JsonObject | undefined {
    let next = first
    let last: Step | undefined
    for (const name of names) {
      let step = next[0]
      // Mostly it is the first: resources of one client are alike.
      if (step?.name !== name) step = next.find((one) => one.name === name)
      if (step === undefined) {
        // A hostile client has new names for ever, or new orders of them.
        if (steps >= maxSteps || next.length >= 32) return undefined
        steps += 1
        step = { name, next: [], sample: undefined }
        next.push(step)
      }
      last = step
      next = step.next
    }
    if (last === undefined) return undefined
    last.sample ??= Object.assign({}, Object.fromEntries(names.map((name) => [name, null])))
    return last.sample
  }

  return (names, values) => {
    const sample = sampleOf(names)
    const object: JsonObject = sample === undefined ? {} : { ...sample }
    for (let at = 0; at < names.length; at++) {
      const name = names[at]
      const value = values[at]
      if (name !== undefined && value !== undefined) object[name] = value
    }
    return object
  }
}
