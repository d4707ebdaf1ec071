/**
 * What a second worker brings: the built `serve` with one process and with `--workers 2`, logins by turns on the file store.
 * Started by workers.ts; prints its table.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type HttpAnswer, keptConnections, type Send } from './local-aws-client.ts'
import {
  acsRequest,
  configOf,
  finishRequest,
  freePort,
  get,
  mustAnswer,
  mustHaveRoles,
  rolesRequest,
} from './saml-logins.ts'

const [ROUNDS, WARM_UP, LOGINS, CONNECTIONS] = [10, 60, 64, 64]
/** Linux counts a process's time in hundredths of a second. */
const TICK_MS = 10

interface Contender {
  readonly child: ChildProcess
  readonly port: number
  readonly send: Send
  /** The processes that answer: the workers, or the one process. */
  readonly processes: readonly number[]
}

const childrenOf = (parent: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/status`, 'utf8').includes(`\nPPid:\t${parent}\n`)
      } catch {
        return false
      }
    })
    .map(Number)

const startContender = async (name: string, options: readonly string[]): Promise<Contender> => {
  const port = await freePort()
  const main = join(import.meta.dirname, '../src/main.js')
  const child = spawn(process.execPath, [main, 'serve', '--config', configOf(name, port, 'file'), ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.once('exit', (code) => {
    if (code) process.exit(1)
  })
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream })
  for await (const line of lines) if (line.includes('fedgate listens')) break
  child.stderr?.resume()
  const pid = child.pid as number
  const workers = childrenOf(pid)
  return {
    child,
    port,
    send: await keptConnections(port, CONNECTIONS),
    processes: workers.length > 0 ? workers : [pid],
  }
}

/** Milliseconds of CPU so far, user and system. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

interface Round {
  /** Milliseconds of CPU for one complete login, all processes together. */
  readonly cpu: number
  /** The part of the busiest process. */
  readonly busiest: number
  /** Complete logins a second, with the load on the same machine. */
  readonly rate: number
}

const round = async ({ port, send, processes }: Contender): Promise<Round> => {
  const before = processes.map(cpuOf)
  const begun = performance.now()
  const starts = await send(Array.from({ length: LOGINS }, () => get(port, '/login/corp')))
  mustAnswer(starts, 302)
  const acs = await send(starts.map((start) => acsRequest(port, start)))
  mustAnswer(acs, 303)
  const finish = await send(acs.map((answer, n) => finishRequest(port, starts[n] as HttpAnswer, answer)))
  mustAnswer(finish, 303)
  const roles = await send(finish.map((answer) => rolesRequest(port, answer)))
  mustAnswer(roles, 200)
  const seconds = (performance.now() - begun) / 1000
  roles.forEach(mustHaveRoles)
  const used = processes.map((pid, n) => cpuOf(pid) - (before[n] as number))
  const total = used.reduce((sum, value) => sum + value, 0)
  return { cpu: total / LOGINS, busiest: Math.max(...used) / total, rate: LOGINS / seconds }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const one = await startContender('one', [])
const two = await startContender('two', ['--workers', '2'])
const rounds: { readonly one: Round; readonly two: Round }[] = []
for (let n = -WARM_UP; n < ROUNDS; n += 1) {
  const first = await round(n % 2 === 0 ? one : two)
  const second = await round(n % 2 === 0 ? two : one)
  if (n >= 0) rounds.push(n % 2 === 0 ? { one: first, two: second } : { one: second, two: first })
}
for (const { child } of [one, two]) {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** With a core each, and the load shared evenly. Here the load generator takes a part of the cores. */
const carried = median(rounds.map(({ one, two }) => (2 * one.cpu) / two.cpu))
const row = (name: string, which: 'one' | 'two'): string => {
  const of = (pick: (round: Round) => number): number => median(rounds.map((each) => pick(each[which])))
  const busiest = Math.round(of(({ busiest }) => busiest) * 100)
  return `| ${name} | ${of(({ cpu }) => cpu).toFixed(2)} | ${busiest} % | ${of(({ rate }) => rate).toFixed(0)} |`
}
process.stdout.write(
  [
    '',
    `Node ${process.versions.node}, file store, ${CONNECTIONS} connections`,
    '',
    '| serve | CPU ms of a login | the busiest process | logins a second |',
    '| --- | ---: | ---: | ---: |',
    row('one process', 'one'),
    row('--workers 2', 'two'),
    '',
    `With a core each and an even load, two workers carry ${carried.toFixed(2)} times the logins (at least 1.7${carried >= 1.7 ? '' : ', MISSED'}).`,
    '',
  ].join('\n'),
)
