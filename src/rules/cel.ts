import { isCelError, parse, plan } from '@bufbuild/cel'
import { badRequest, type ScimError } from '../scim/error.ts'
import type { Json, JsonObject } from '../scim/json.ts'
import { put } from '../scim/json.ts'
import type { AttributePath } from '../scim/path.ts'
import { attributeIn, type Resource } from '../scim/resource.ts'
import { meteredEnv, valuesAStep } from './cel-meter.ts'
import { checkTree } from './cel-tree.ts'
import { celObject, jsonOf } from './cel-value.ts'
import { RuleFault } from './fault.ts'

/** An expression over the client view, in CEL's standard definitions: `has(r.title) ? r.title : "none"`. */
export interface Cel {
  readonly text: string
  /** What it reads of the resource; `all` where it takes `r` as a whole. */
  readonly reads: readonly AttributePath[] | 'all'
  /**
   * The value, null being none. Names are found in any case; what is unassigned is absent.
   * @throws ScimError 400 `invalidValue` when it fails, takes more than 10,000 steps, or gives what is no JSON
   */
  evaluate(resource: Resource): Json | undefined
}

/** Bytes of UTF-8: 4 KiB (contract §12). */
const maxBytes = 4096
const maxSteps = 10_000

/** @throws RuleFault when it is no CEL, too long, too deep, or names what is not there */
export function compileCel(text: string): Cel {
  if (new TextEncoder().encode(text).length > maxBytes)
    throw new RuleFault([], `is longer than ${maxBytes} bytes: say it plainer`)
  const { tree, reads, regexes } = checkTree(parsed(text))
  // An evaluation ends before another begins: nothing in it waits.
  let left = 0
  const spend = (steps: number): void => {
    left -= steps
    if (left < 0) throw new Error('too many steps')
  }
  const program = plan(meteredEnv({ spend }, regexes), tree)
  return {
    text,
    reads,
    evaluate: (resource) => {
      left = maxSteps
      const value = attempt(() => {
        const result = program({ r: celObject(seen(resource, reads)) })
        if (isCelError(result)) throw result
        return jsonOf(result, () => spend(1 / valuesAStep))
      })
      // Within `&&` and `||` an error may be swallowed; a budget that is spent may not.
      if (left < 0) throw failure(`it takes more than ${maxSteps} steps`)
      if (value instanceof Error) throw failure(value.message, value)
      return value ?? undefined
    },
  }
}

const failure = (reason: string, cause?: unknown): ScimError =>
  badRequest('invalidValue', `an attribute cannot be computed from this resource: ${reason.slice(0, 200)}`, cause)

function attempt(work: () => Json): Json | Error {
  try {
    return work()
  } catch (error) {
    return error instanceof Error ? error : new Error('it fails', { cause: error })
  }
}

function parsed(text: string) {
  try {
    return parse(text).expr
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deep' : error instanceof Error ? error.message : ''
    throw new RuleFault([], `is no CEL: ${reason.split('\n')[0]?.slice(0, 200) ?? ''}`)
  }
}

/** What the expression reads of the resource, so that the rest need not be made ready for it. */
function seen(resource: Resource, reads: readonly AttributePath[] | 'all'): JsonObject {
  if (reads === 'all') return resource
  const part: JsonObject = {}
  for (const { urn, name = urn ?? '' } of reads) put(part, name, attributeIn(resource, name) ?? null)
  return part
}
