import type { Json } from '../scim/json.ts'
import type { Bindings, Pattern } from './pattern.ts'

/**
 * The upstream value that a pattern reads as these holes; undefined when there is none. What cannot be undone was never
 * done to what is read: lossy pipes are left out, which give what they read as it is.
 */
export function printInward({ parts }: Pattern, bindings: Bindings): Json | undefined {
  const values = parts.map((part): Json | undefined => {
    if ('text' in part) return part.text
    return part.pipes
      .filter(({ exact }) => exact)
      .reduce<Json | undefined>(
        (value, pipe) => (value === undefined ? undefined : pipe.print(value)),
        bindings.get(part.hole),
      )
  })
  if (values.length === 1) return values[0]
  return values.every((value) => typeof value === 'string' && value !== '') ? values.join('') : undefined
}
