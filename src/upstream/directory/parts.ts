import type { Ports } from '../../ports.ts'
import type { ResourceQueries } from '../../store/resources.ts'
import type { TenantStorage } from '../../store/storage.ts'
import type { DirectoryModel } from './model.ts'

export type DirectoryPorts = Pick<Ports, 'now' | 'newId' | 'randomBytes' | 'wait' | 'log'>

/** What every part of one tenant's directory works on. */
export interface DirectoryParts {
  readonly tenant: string
  readonly model: DirectoryModel
  readonly storage: TenantStorage<ResourceQueries>
  readonly ports: DirectoryPorts
}

/** RFC 9865 §4: how many resources a page holds unless the client says, and at most. */
export const defaultPageSize = 100
export const maxPageSize = 1000
