import { namePattern } from '../tenant/template.ts'
import type { AdminDependencies } from './dependencies.ts'
import type { Operator } from './operator.ts'
import { notFound, Problem } from './problem.ts'

/**
 * Erases all that is kept of a tenant which is no longer served: its records, its part in everybody's usage, an operator's
 * suspension. What operators did stays in the audit log. It may be repeated: what an attempt that was cut off left is
 * cleared away. @throws Problem 404; 409 while the tenant has a document, or calls of it are under way
 */
export async function eraseRecords(admin: AdminDependencies, operator: Operator, tenant: string): Promise<void> {
  if ((await admin.tenants.find(tenant)) !== undefined) {
    throw new Problem(409, `${tenant} is not removed: remove its file, or its applied document, first`)
  }
  const { control, records } = admin
  if (!namePattern.test(tenant)) throw notFound('there is no tenant of that name')
  if (!(await records.exists(tenant))) {
    await control.usage.forget(tenant)
    if ((await control.suspension(tenant)) !== undefined) {
      await control.departures.forget(tenant, operator.name, { calls: '0' })
    }
    throw notFound(`there are no records of ${tenant}`)
  }
  // Written down before it is done: the audit log may name an erasure that failed, but never miss one.
  await control.record({ operator: operator.name, action: 'tenant.erase', tenant, details: {} })
  const { calls } = await records.erase(tenant)
  await control.usage.forget(tenant)
  await control.departures.forget(tenant, operator.name, { calls: String(calls) })
}
