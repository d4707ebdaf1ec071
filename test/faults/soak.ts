/**
 * `npm run soak -- --minutes N`: finds the highest rate of logins, then keeps 60 % of it for as long, and prints memory and
 * errors minute by minute. Passes if there was no error, and if memory stays within 10 % of what it was after two minutes: the
 * process's own, as RSS also counts the pages of the store's file, which the system takes back when it needs them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { MEASURED, startBuilt } from './built.ts'
import { newUser, signIn } from './load.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes >= 3)) throw new Error('--minutes takes a number of 3 or more')

const MINUTE = 60_000
const SHARE = 0.6
const MOST_GROWTH = 0.1
const CONNECTIONS = 32
const MEASURED_FOR = 15_000

const gateway = await startBuilt(MEASURED)
let [served, failed] = [0, 0]
const codes = new Map<string, number>()

const oneLogin = async (): Promise<void> => {
  const user = newUser()
  await signIn(user, gateway)
  if (user.isServed) served += 1
  else failed += 1
  for (const { status, code } of user.refusals) {
    const name = `${status} ${code}`
    codes.set(name, (codes.get(name) ?? 0) + 1)
  }
}

/** Logins in a second, when each connection begins the next as soon as it has ended one. */
const highestRate = async (): Promise<number> => {
  const end = performance.now() + MEASURED_FOR
  const before = served
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) await oneLogin()
    }),
  )
  return ((served - before) / MEASURED_FOR) * 1000
}

/** At that rate until then, whether or not the ones before have ended. */
const keepRate = async (perSecond: number, end: number): Promise<void> => {
  const running = new Set<Promise<void>>()
  let due = performance.now()
  while (performance.now() < end) {
    const login = oneLogin().finally(() => running.delete(login))
    running.add(login)
    due += 1000 / perSecond
    await delay(Math.max(0, due - performance.now()))
  }
  await Promise.all(running)
}

const megabytes = (octets: number): string => (octets / 1_000_000).toFixed(1)

try {
  await highestRate()
  const highest = await highestRate()
  const rate = highest * SHARE
  process.stdout.write(`highest rate: ${highest.toFixed(1)} logins a second, with the load on the same machine\n`)
  process.stdout.write(`kept: ${rate.toFixed(1)} logins a second for ${minutes} minutes\n\n`)
  process.stdout.write(
    '| minute | logins | errors | RSS, MB | own, MB | heap, MB |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n',
  )
  let settled: { readonly own: number; readonly kept: number } | undefined
  let isFlat = true
  for (let minute = 1; minute <= minutes; minute += 1) {
    const before = { served, failed }
    await keepRate(rate, performance.now() + MINUTE)
    const { rss, kept } = await gateway.memory()
    const own = gateway.anonymous()
    process.stdout.write(
      `| ${minute} | ${served - before.served} | ${failed - before.failed} | ${megabytes(rss)} | ${megabytes(own)} | ${megabytes(kept)} |\n`,
    )
    if (minute === 2) settled = { own, kept }
    if (settled && minute > 2)
      isFlat &&= own <= settled.own * (1 + MOST_GROWTH) && kept <= settled.kept * (1 + MOST_GROWTH)
  }
  for (const [code, times] of codes) process.stdout.write(`${code}: ${times}\n`)
  const isGood = isFlat && failed === 0
  process.stdout.write(`\n${isGood ? 'passed' : 'FAILED'}: memory ${isFlat ? 'flat' : 'grows'}, ${failed} errors\n`)
  process.exitCode = isGood ? 0 : 1
} finally {
  await gateway.close()
}
