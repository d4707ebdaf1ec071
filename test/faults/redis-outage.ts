/** Redis hangs, and Redis is killed and started again, while users sign in: nothing is accepted meanwhile or twice. */
import { setTimeout as delay } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../stores/redis-servers.ts'
import { atLeast, atMost, exactly, type Figure, type Scenario } from './figures.ts'
import { becomesReady, type GatewayProcess, SECRET, startProcess } from './gateway-process.ts'
import { each, isAcceptedAgain, newUser, type Refusal, seesRoles, signIn, type User } from './load.ts'

interface Size {
  readonly concurrency: number
  /** Milliseconds of each outage, and of the load before and after it. */
  readonly outage: number
  readonly calm: number
  /** What the machine of the test may add to the gateway's two seconds. */
  readonly slack: number
}

const sizes = {
  full: { concurrency: 10, outage: 5_000, calm: 4_000, slack: 0 },
  short: { concurrency: 5, outage: 2_500, calm: 1_500, slack: 3_000 },
} as const

/** What the load met during an outage and after it. */
interface Met {
  readonly refusals: readonly Refusal[]
  /** Of /readyz, during the outage. */
  readonly readiness: readonly number[]
}

const duringOutage = async (
  gateway: GatewayProcess,
  users: User[],
  { concurrency, outage, calm }: Size,
  redis: { away(): void | Promise<void>; back(): void | Promise<void> },
): Promise<Met> => {
  const before = users.length
  const readiness: number[] = []
  let isOver = false
  const working = Array.from({ length: concurrency }, async () => {
    while (!isOver) {
      const user = newUser()
      users.push(user)
      await signIn(user, gateway)
      if (!user.isServed) await delay(50)
    }
  })
  await delay(calm)
  await redis.away()
  const end = performance.now() + outage
  while (performance.now() < end) {
    readiness.push(await gateway.readiness())
    await delay(200)
  }
  await redis.back()
  await becomesReady(gateway)
  await delay(calm)
  isOver = true
  await Promise.all(working)
  return { refusals: users.slice(before).flatMap(({ refusals }) => refusals), readiness }
}

const figuresOf = (name: string, { refusals, readiness }: Met, { slack }: Size): readonly Figure[] => {
  const others = refusals.filter(({ status, code }) => status !== 503 || code !== 'store.unavailable')
  const kinds = [...new Set(others.map(({ status, code }) => `${status} ${code}`))].join(', ')
  return [
    atLeast(`${name}: requests refused`, refusals.length, 1),
    exactly(`${name}: of them otherwise than by 503 store.unavailable${kinds && ` (${kinds})`}`, others.length, 0),
    atMost(
      `${name}: milliseconds of the slowest refusal`,
      Math.round(Math.max(0, ...refusals.map(({ milliseconds }) => milliseconds))),
      2_000 + slack,
    ),
    // The first may have been answered before the outage was noticed.
    exactly(`${name}: /readyz answered 200 meanwhile`, readiness.slice(1).filter((status) => status !== 503).length, 0),
  ]
}

const outages = async (size: Size): Promise<readonly Figure[]> => {
  const redis: RedisServer = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  const store = `redis://127.0.0.1:${redis.port}`
  const gateway = await startProcess({ keys: { session: { secret: SECRET, store } } })
  try {
    const users: User[] = []
    const hung = await duringOutage(gateway, users, size, { away: redis.freeze, back: redis.go })
    const killed = await duringOutage(gateway, users, size, { away: redis.kill, back: redis.start })
    const signedIn = users.filter(({ isSignedIn }) => isSignedIn)
    const accepted = users.filter(({ isAccepted }) => isAccepted)
    let [known, again] = [0, 0]
    await each(signedIn, size.concurrency, async (user) => {
      if (await seesRoles(user, gateway.url)) known += 1
    })
    await each(accepted, size.concurrency, async (user) => {
      if (await isAcceptedAgain(user)) again += 1
    })
    return [
      ...figuresOf('Redis hangs', hung, size),
      ...figuresOf('Redis killed and started', killed, size),
      atLeast('sessions that were acknowledged', signedIn.length, 1),
      exactly('of them known afterwards', known, signedIn.length),
      exactly(`of ${accepted.length} accepted responses, accepted again`, again, 0),
    ]
  } finally {
    await gateway.close()
    await redis.stop()
  }
}

export const redisOutage: Scenario = { name: 'redis-outage', run: (size) => outages(sizes[size]) }
