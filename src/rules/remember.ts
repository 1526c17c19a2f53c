const maxRemembered = 2000

/** Remembers what was found for a name as it is spelt: resources spell the same names over and over. */
export function remembering<T>(find: (name: string) => T): (name: string) => T {
  const found = new Map<string, { readonly of: T }>()
  return (name) => {
    const known = found.get(name)
    if (known !== undefined) return known.of
    const of = find(name)
    // A hostile client spells new names for ever.
    if (found.size < maxRemembered && name.length < 200) found.set(name, { of })
    return of
  }
}
