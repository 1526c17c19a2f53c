import { DurableObject, env } from 'cloudflare:workers'
import type { CallSearch, UsageRange } from './store/calls.ts'
import type { NewCredential } from './store/credentials.ts'
import { createTenantObject, type RunningObject } from './worker/tenant-object.ts'
import { createWorker } from './worker/worker.ts'

/** A tenant's object. The runtime asks for a class whose methods are its RPC; what they do stands in `tenant-object.ts`. */
export class Tenant extends DurableObject {
  readonly #object: RunningObject

  constructor(state: DurableObjectState, given: Cloudflare.Env) {
    super(state, given)
    this.#object = createTenantObject(state, { ...given })
  }

  override fetch(request: Request) {
    return this.#object.fetch(request)
  }

  override alarm() {
    return this.#object.alarm()
  }

  refresh() {
    return this.#object.refresh()
  }

  credentials() {
    return this.#object.credentials()
  }

  addCredential(credential: NewCredential) {
    return this.#object.addCredential(credential)
  }

  revokeCredential(id: string, at: number) {
    return this.#object.revokeCredential(id, at)
  }

  calls(search: CallSearch) {
    return this.#object.calls(search)
  }

  call(id: string) {
    return this.#object.call(id)
  }

  usage(range: UsageRange) {
    return this.#object.usage(range)
  }

  probe() {
    return this.#object.probe()
  }

  unfit() {
    return this.#object.unfit()
  }

  erase() {
    return this.#object.erase()
  }
}

// Here and not in `fetch`: what is missing stops the Worker at its start, and a deployment with it.
export default createWorker({ ...env })
