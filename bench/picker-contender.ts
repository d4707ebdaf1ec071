/**
 * The gateway of the picker's benchmark, in a process of its own. Tells its parent where it is and which cookies each
 * of two users has, and its CPU time when asked.
 */
import { manyRoles, startManyRoles } from '../test/harness/many-roles.ts'

const gateway = await startManyRoles()

const cookiesOf = async (subject: string, groups: readonly string[]): Promise<string> => {
  const { cookies } = await gateway.signIn(subject, groups)
  return cookies.headerFor({ url: new URL(gateway.url), method: 'GET', isCrossSite: false })
}

process.send?.({
  url: gateway.url,
  everything: await cookiesOf(
    'everything',
    manyRoles.map(({ group }) => group),
  ),
  nothing: await cookiesOf('nothing', ['staff']),
})
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.once('disconnect', async () => {
  await gateway.close()
  process.exit()
})
