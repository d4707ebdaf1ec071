/** What the built gateway needs: idle, and for each session that is only stored. */
import { setTimeout as delay } from 'node:timers/promises'
import { MEASURED, startBuilt } from './built.ts'
import { atMost, exactly, type Figure, type Scenario } from './figures.ts'
import { count, each, newUser, signIn } from './load.ts'

const MEGABYTE = 1_000_000
const MOST_IDLE = 110
const MOST_OF_SESSION = 3_072

const sizes = { full: { warmUp: 500, sessions: 3_000 }, short: { warmUp: 200, sessions: 400 } } as const

const idle = async (): Promise<readonly Figure[]> => {
  const gateway = await startBuilt()
  try {
    await delay(3_000)
    return [atMost('RSS of an idle serve, in MB', Math.round(gateway.rss() / MEGABYTE), MOST_IDLE)]
  } finally {
    await gateway.close()
  }
}

const bySession = async ({ warmUp, sessions }: (typeof sizes)['full' | 'short']): Promise<readonly Figure[]> => {
  const gateway = await startBuilt(MEASURED)
  try {
    const signInMany = async (many: number) => {
      const users = Array.from({ length: many }, newUser)
      await each(users, 8, (user) => signIn(user, gateway))
      return count(users, ({ isServed }) => isServed)
    }
    // What is loaded and compiled at first is no session.
    await signInMany(warmUp)
    const before = await gateway.memory()
    const served = await signInMany(sessions)
    const after = await gateway.memory()
    return [
      exactly('sessions', served, sessions),
      atMost(
        'octets of heap for each idle session',
        Math.round((after.kept - before.kept) / sessions),
        MOST_OF_SESSION,
      ),
    ]
  } finally {
    await gateway.close()
  }
}

export const idleMemory: Scenario = { name: 'memory-idle', run: idle }
export const sessionMemory: Scenario = { name: 'memory-sessions', run: (size) => bySession(sizes[size]) }
