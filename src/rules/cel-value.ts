import { type CelInput, type CelValue, celList, celMap, isCelList, isCelMap, isCelUint } from '@bufbuild/cel'
import { fold } from '../scim/fold.ts'
import { isObject, type Json, type JsonObject, put } from '../scim/json.ts'
import { isAssigned } from '../scim/resource.ts'

/** An object's members, found in any case (RFC 7643 §2.1), and listed as they are spelt. */
class Members extends Map<string, CelInput> {
  private spellings: Map<string, string> | undefined

  override get(name: string): CelInput | undefined {
    const value = super.get(name)
    if (value !== undefined || typeof name !== 'string') return value
    this.spellings ??= new Map([...this.keys()].map((own) => [fold(own), own]))
    const spelling = this.spellings.get(fold(name))
    return spelling === undefined ? undefined : super.get(spelling)
  }
}

/** A JSON object for an expression. What is unassigned is absent, so that `has` tells what a SCIM filter's `pr` does. */
export function celObject(object: JsonObject): CelInput {
  const members = new Members()
  for (const name in object) {
    const value = object[name]
    if (isAssigned(value)) members.set(name, celInput(value))
  }
  return celMap(members)
}

/** Numbers are CEL's doubles, as everywhere where CEL meets JSON: `r.level + 1.0`. */
function celInput(value: Exclude<Json, null>): CelInput {
  if (Array.isArray(value)) return celList(value.filter(isAssigned).map(celInput))
  return isObject(value) ? celObject(value) : value
}

/** Told of every value that is taken over; throws when that is too many. */
type Count = () => void

/** @throws Error for what JSON cannot hold: a timestamp, a type, bytes, a number beyond the safe ones. */
export function jsonOf(value: CelValue, count: Count): Json {
  count()
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return finite(value)
  if (typeof value === 'bigint') return safe(value)
  if (isCelUint(value)) return safe(value.value)
  if (isCelList(value)) return Array.from(value, (item) => jsonOf(item, count))
  if (!isCelMap(value)) throw new Error('the result is no JSON value: make it a text with string()')
  const object: JsonObject = {}
  for (const [name, member] of value) put(object, String(isCelUint(name) ? name.value : name), jsonOf(member, count))
  return object
}

function finite(number: number): number {
  if (Number.isFinite(number)) return number
  throw new Error('the result is a number that JSON does not have')
}

function safe(number: bigint): number {
  const found = Number(number)
  if (Number.isSafeInteger(found)) return found
  throw new Error('the result is a number too large to be exact: make it a text with string()')
}
