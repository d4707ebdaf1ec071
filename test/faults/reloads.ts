/** SIGHUP while users sign in, also with another `session.secret`: no request fails, and no session is lost. */
import { setTimeout as delay } from 'node:timers/promises'
import { formWith } from '../harness/http-browser.ts'
import { changeConfig } from '../harness/served.ts'
import type { Keys } from '../harness/test-gateway.ts'
import { atLeast, exactly, type Figure, type Scenario } from './figures.ts'
import { type GatewayProcess, ROLE, SECRET, startProcess } from './gateway-process.ts'
import { count, each, newUser, seesRoles, signIn, type User } from './load.ts'

const sizes = { full: { reloads: 20, concurrency: 20 }, short: { reloads: 4, concurrency: 5 } } as const

type Size = (typeof sizes)[keyof typeof sizes]

const NEW_SECRET = 'another one for tests, and long enough for them'
const RELOADED = 'The configuration was reloaded.'
const REFUSED = 'The configuration was not reloaded'

const reload = async (gateway: GatewayProcess, keys: Keys): Promise<void> => {
  await changeConfig(gateway, keys)
  const { stderr, saidMore, process } = gateway.command()
  const before = stderr().split(RELOADED).length
  process.kill('SIGHUP')
  while (stderr().split(RELOADED).length === before) {
    if (stderr().includes(REFUSED)) throw new Error(stderr())
    await saidMore()
  }
}

const secrets = (...secret: readonly string[]) => ({ session: { secret, store: 'file' } })

/** One process changes at once; of several, each must know the new secret before one of them uses it. */
const rotations = (workers: number): readonly Keys[] =>
  workers > 1 ? [secrets(SECRET, NEW_SECRET), secrets(NEW_SECRET, SECRET)] : [secrets(NEW_SECRET, SECRET)]

const pins = async (user: User, page: Awaited<ReturnType<User['browser']['open']>>, url: string): Promise<boolean> => {
  const form = { ...formWith(page, 'role', ROLE), action: `${url}/roles/pin` }
  return (await user.browser.submit(page, form, { pinned: 'yes' })).status === 200
}

const underLoad = async ({ reloads, concurrency }: Size, workers: number): Promise<readonly Figure[]> => {
  const gateway = await startProcess({ args: workers > 1 ? ['--workers', String(workers)] : [] })
  try {
    const users: User[] = []
    let isOver = false
    const early = newUser()
    await signIn(early, gateway)
    const page = await early.browser.open(`${gateway.url}/roles`)
    const working = Array.from({ length: concurrency }, async () => {
      while (!isOver) {
        const user = newUser()
        users.push(user)
        await signIn(user, gateway)
      }
    })
    for (let n = 0; n < reloads; n += 1) {
      await reload(gateway, { roles: [{ match: ROLE, maxSessionDuration: `${(n % 10) + 1}h` }] })
      await delay(100)
    }
    for (const keys of rotations(workers)) {
      await reload(gateway, keys)
      await delay(500)
    }
    isOver = true
    await Promise.all(working)
    let known = 0
    await each(users, concurrency, async (user) => {
      if (await seesRoles(user, gateway.url)) known += 1
    })
    const refusals = users.flatMap((user) => user.refusals)
    const kinds = [...new Set(refusals.map(({ status, code }) => `${status} ${code}`))].join(', ')
    const name = `${workers} process${workers > 1 ? 'es' : ''}`
    return [
      exactly(`${name}: reloads, the last with another secret`, reloads + rotations(workers).length, reloads + workers),
      atLeast(
        `${name}: logins meanwhile`,
        count(users, ({ isServed }) => isServed),
        1,
      ),
      exactly(`${name}: requests that failed${kinds && ` (${kinds})`}`, refusals.length, 0),
      exactly(`${name}: sessions known afterwards`, known, users.length),
      exactly(
        `${name}: forms of a page from before that are accepted`,
        (await pins(early, page, gateway.url)) ? 1 : 0,
        1,
      ),
    ]
  } finally {
    await gateway.close()
  }
}

export const reloadsUnderLoad: Scenario = {
  name: 'reloads',
  run: async (size) => [...(await underLoad(sizes[size], 1)), ...(await underLoad(sizes[size], 2))],
}
