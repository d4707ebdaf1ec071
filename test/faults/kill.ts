/** kill -9 in the middle of logins: what was acknowledged is there afterwards, and what was used is not accepted again. */

import { killProcess } from '../harness/command.ts'
import { atLeast, exactly, type Figure, type Scenario } from './figures.ts'
import { becomesReady, startProcess, workersOf } from './gateway-process.ts'
import { count, each, isAcceptedAgain, newUser, seesRoles, signIn, type User } from './load.ts'

interface Size {
  readonly logins: number
  readonly concurrency: number
}

const sizes = { full: { logins: 500, concurrency: 50 }, short: { logins: 40, concurrency: 10 } } as const

/** `kill` ends a process, and resolves when the gateway answers again. */
const underLoad = async (
  { logins, concurrency }: Size,
  gateway: Awaited<ReturnType<typeof startProcess>>,
  kill: () => Promise<void>,
): Promise<readonly Figure[]> => {
  const users = Array.from({ length: logins }, newUser)
  let isKilled = false
  let isBack = Promise.resolve()
  const work = async (user: User): Promise<void> => {
    await isBack
    await signIn(user, gateway)
    if (isKilled || count(users, ({ isServed }) => isServed) < logins / 3) return
    isKilled = true
    isBack = kill()
  }
  await each(users, concurrency, work)
  await isBack
  await becomesReady(gateway)

  const signedIn = users.filter(({ isSignedIn }) => isSignedIn)
  const accepted = users.filter(({ isAccepted }) => isAccepted)
  const interrupted = users.filter(({ isServed }) => !isServed)
  const errors = users.flatMap(({ refusals }) => refusals).filter(({ status }) => status !== 0)
  let [known, again] = [0, 0]
  await each(signedIn, concurrency, async (user) => {
    if (await seesRoles(user, gateway.url)) known += 1
  })
  await each(accepted, concurrency, async (user) => {
    if (await isAcceptedAgain(user)) again += 1
  })
  await each(interrupted, concurrency, (user) => signIn(user, gateway))
  const recorded = new Set(
    (await gateway.audit()).flatMap(({ eventName, subject }) => (eventName === 'login' ? [subject] : [])),
  )
  return [
    atLeast('interrupted logins', interrupted.length, 1),
    atLeast('sessions that were acknowledged', signedIn.length, 1),
    exactly('of them known afterwards', known, signedIn.length),
    exactly(
      'of them in the audit log',
      count(signedIn, ({ subject }) => recorded.has(subject)),
      signedIn.length,
    ),
    atLeast('responses that were accepted', accepted.length, signedIn.length),
    exactly('of them accepted again', again, 0),
    exactly(
      'interrupted browsers that signed in again',
      count(interrupted, ({ isServed }) => isServed),
      interrupted.length,
    ),
    exactly('answers that were errors', errors.length, 0),
  ]
}

const killGateway = async (size: Size): Promise<readonly Figure[]> => {
  const gateway = await startProcess()
  try {
    return await underLoad(size, gateway, async () => {
      await gateway.end('SIGKILL')
      await gateway.start()
    })
  } finally {
    await gateway.close()
  }
}

const killWorker = async (size: Size): Promise<readonly Figure[]> => {
  const gateway = await startProcess({ args: ['--workers', '2'] })
  try {
    return await underLoad(size, gateway, async () => {
      killProcess(workersOf(gateway.pid())[0])
    })
  } finally {
    await gateway.close()
  }
}

export const killedGateway: Scenario = { name: 'kill-gateway', run: (size) => killGateway(sizes[size]) }
export const killedWorker: Scenario = { name: 'kill-worker', run: (size) => killWorker(sizes[size]) }
