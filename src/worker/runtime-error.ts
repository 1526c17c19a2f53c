const says = (error: unknown, name: 'overloaded' | 'retryable'): boolean =>
  error instanceof Error &&
  name in error &&
  Object.entries(error).some(([key, value]) => key === name && value === true)

/** The runtime says so of an object that did not take a request on: there were too many. */
export const isOverloaded = (error: unknown): boolean => says(error, 'overloaded')

/** The runtime says so of its own errors: asking again may do. */
export const willPass = (error: unknown): boolean => isOverloaded(error) || says(error, 'retryable')
