import { ScimError } from '../../../scim/error.ts'
import type { ResourceQueries } from '../../../store/resources.ts'
import { type DirectoryType, typeNamed } from '../model.ts'
import type { DirectoryParts } from '../parts.ts'
import { requireKeys } from '../rebuild.ts'
import type { Writing } from '../write.ts'
import { absent } from './answer.ts'
import type { EmulateOptions } from './clause.ts'

/** What every part of the stand-in works on. */
export interface StandInParts {
  readonly directory: DirectoryParts
  readonly options: EmulateOptions
}

/** The one type of this name: the stand-in's model always has both. */
export function typeOf({ directory }: StandInParts, name: 'User' | 'Group'): DirectoryType {
  const type = typeNamed(directory.model, name)
  if (type === undefined) throw new TypeError(`the stand-in has no ${name}`)
  return type
}

/** Does one write in a transaction of its own: all of it, or none when it throws. */
export function write<Result>(
  { directory }: StandInParts,
  type: DirectoryType,
  work: (writing: Writing) => Result,
): Result {
  const { storage, model, ports } = directory
  return storage.use((queries: ResourceQueries) =>
    queries.transaction(() => {
      requireKeys(queries, { model })
      return work({ queries, model, type, ports })
    }),
  )
}

/** Facts A7: the documents say 404, and 400 was seen. */
export const unknownId = ({ options }: StandInParts, id: string): ScimError =>
  new ScimError(options.unknownId ?? 404, absent(id))
