import { version } from '../version.ts'

/** How the gateway names itself to upstreams and token endpoints. */
export const userAgent = `Tollgate/${version}`
