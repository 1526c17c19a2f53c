import { entraGroupExtensionUrn, entraUserExtensionUrn } from './schemas-entra-extensions.ts'

/** What Entra's API asks of a resource that is made (facts A4, A5), as paths. */
export const entraRequiredAtCreate = {
  User: ['userName', 'password', 'name.familyName', 'name.givenName', 'active', 'displayName'],
  Group: ['displayName'],
} as const

/** What may be changed, but never emptied (facts A4), beside what the schemas require. */
export const entraUnremovable: readonly string[] = [
  `${entraUserExtensionUrn}:mailNickname`,
  `${entraGroupExtensionUrn}:mailNickname`,
]

/** What one element of a multi-valued attribute of a User may be, by its `type`; any other type is refused (facts A6). */
export interface ElementLimit {
  readonly type: string
  /** How many elements of this type there may be. */
  readonly most: number
  /**
   * `true`: always the primary one (and shown so, even where a client left `primary` out); `false`: never. Absent: the
   * attribute has no `primary`.
   */
  readonly primary?: boolean
}

/** By the attribute's name. An element without a `type` is refused too. */
export const entraElements: Readonly<Record<string, readonly ElementLimit[]>> = {
  addresses: [{ type: 'work', most: 1 }],
  emails: [
    { type: 'work', most: 1, primary: true },
    { type: 'other', most: 250, primary: false },
  ],
  phoneNumbers: [
    { type: 'work', most: 1 },
    { type: 'mobile', most: 1 },
    { type: 'fax', most: 1 },
  ],
  ims: [{ type: 'work', most: 1 }],
}

/** Membership (facts A5): additions in one operation, each removal a request of its own, never with anything else. */
export const entraMembers = { addsPerRequest: 20, removalsPerRequest: 1 } as const
