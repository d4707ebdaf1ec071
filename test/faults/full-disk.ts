/** No space under the file store, and under the audit log: nobody gets in unrecorded, and all recovers by itself. */
import { execFileSync } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../stores/redis-servers.ts'
import { atLeast, exactly, type Figure, type Scenario } from './figures.ts'
import { becomesReady, type GatewayProcess, startProcess } from './gateway-process.ts'
import { count, each, isAcceptedAgain, newUser, seesRoles, signIn, type User } from './load.ts'

const sizes = { full: { users: 100, concurrency: 20 }, short: { users: 15, concurrency: 5 } } as const

type Size = (typeof sizes)[keyof typeof sizes]

/** A limit on the size of files stands for a full disk; Node ignores the signal that comes with it. */
const limitFiles = (gateway: GatewayProcess, octets: number | 'unlimited'): void => {
  execFileSync('prlimit', [`--pid=${gateway.pid()}`, `--fsize=${octets}:unlimited`])
}

const signInAll = async (users: readonly User[], gateway: GatewayProcess, { concurrency }: Size): Promise<void> =>
  each(users, concurrency, (user) => signIn(user, gateway))

const knownOf = async (users: readonly User[], gateway: GatewayProcess, { concurrency }: Size): Promise<number> => {
  let known = 0
  await each(users, concurrency, async (user) => {
    if (await seesRoles(user, gateway.url)) known += 1
  })
  return known
}

const fullDisk = async (
  name: string,
  code: string,
  size: Size,
  gateway: GatewayProcess,
  octets: number,
): Promise<readonly Figure[]> => {
  const [before, during, after] = [1, 2, 3].map(() => Array.from({ length: size.users }, newUser)) as [
    User[],
    User[],
    User[],
  ]
  await signInAll(before, gateway, size)
  limitFiles(gateway, octets)
  await signInAll(during, gateway, size)
  await until(async () => (await gateway.readiness()) === 503)
  const refusals = during.flatMap((user) => user.refusals)
  const others = refusals.filter((refusal) => refusal.status !== 503 || refusal.code !== code)
  limitFiles(gateway, 'unlimited')
  await becomesReady(gateway)
  await delay(100)
  await signInAll(after, gateway, size)
  const used = [...before, ...during].filter(({ isAccepted }) => isAccepted)
  let again = 0
  await each(used, size.concurrency, async (user) => {
    if (await isAcceptedAgain(user)) again += 1
  })
  const signedIn = [...before, ...during, ...after].filter(({ isSignedIn }) => isSignedIn)
  const recorded = new Set(
    (await gateway.audit()).flatMap(({ eventName, subject }) => (eventName === 'login' ? [subject] : [])),
  )
  return [
    exactly(
      `${name}: signed in before`,
      count(before, ({ isServed }) => isServed),
      before.length,
    ),
    exactly(
      `${name}: signed in while it is full`,
      count(during, ({ isSignedIn }) => isSignedIn),
      0,
    ),
    atLeast(`${name}: requests refused`, refusals.length, 1),
    exactly(`${name}: of them otherwise than by 503 ${code}`, others.length, 0),
    exactly(
      `${name}: signed in when there is space again`,
      count(after, ({ isServed }) => isServed),
      after.length,
    ),
    exactly(`${name}: sessions known afterwards`, await knownOf(signedIn, gateway, size), signedIn.length),
    exactly(
      `${name}: of them in the audit log`,
      count(signedIn, (user) => recorded.has(user.subject)),
      signedIn.length,
    ),
    exactly(`${name}: of ${used.length} accepted responses, accepted again`, again, 0),
  ]
}

const underStore = async (size: Size): Promise<readonly Figure[]> => {
  // Every page of the store is beyond the limit; the audit log is somewhere else.
  const gateway = await startProcess({ keys: { audit: {} } })
  try {
    return await fullDisk('store', 'store.unavailable', size, { ...gateway, audit: auditOnOutput(gateway) }, 1)
  } finally {
    await gateway.close()
  }
}

const auditOnOutput = (gateway: GatewayProcess) => async () =>
  gateway
    .command()
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))

const LONG_AUDIT = 256 * 1024 * 1024

const underAudit = async (size: Size): Promise<readonly Figure[]> => {
  const gateway = await startProcess()
  try {
    // A long log, so that its end is beyond a limit that the store keeps within.
    const file = join(gateway.config.folder, 'audit.jsonl')
    await writeFile(file, '\n')
    await truncate(file, LONG_AUDIT)
    return await fullDisk(
      'audit log',
      'audit.unavailable',
      size,
      { ...gateway, audit: auditAfterHole(file) },
      LONG_AUDIT,
    )
  } finally {
    await gateway.close()
  }
}

const auditAfterHole = (file: string) => async () => {
  const tail = execFileSync('tail', ['-c', `+${LONG_AUDIT + 1}`, file], { encoding: 'utf8', maxBuffer: 1e8 })
  return tail
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

export const fullDisks: Scenario = {
  name: 'full-disk',
  run: async (size) => [...(await underStore(sizes[size])), ...(await underAudit(sizes[size]))],
}
