/**
 * The contest itself, as compiled JavaScript under plain Node: logins of a user with ten roles at a gateway on each store,
 * a fresh response each, by turns with the floor and with passport-saml. Started by server.ts; prints its table.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type HttpAnswer, keptConnections, type Send } from './local-aws-client.ts'
import { startRedis } from './redis-server.ts'
import {
  acsRequest,
  configOf,
  finishRequest,
  folder,
  freePort,
  get,
  mustAnswer,
  mustHaveRoles,
  rolesRequest,
  unaskedPost,
} from './saml-logins.ts'

/** The warm-up is long: a server runs for weeks, and its code is compiled for good after some thousand requests. */
const [ROUNDS, WARM_UP, LOGINS, CONNECTIONS] = [12, 50, 100, 8]
const PARTS = ['start', 'ACS', 'finish', 'roles'] as const
type Part = (typeof PARTS)[number]

interface Contender {
  readonly child: ChildProcess
  readonly port: number
  readonly send: Send
}

const startContender = async (kind: string, argument: (port: number) => string): Promise<Contender> => {
  const port = await freePort()
  const child = fork(join(import.meta.dirname, 'server-contender.js'), [kind, String(port), argument(port)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.once('exit', (code) => {
    if (code) process.exit(1)
  })
  await once(child, 'message')
  return { child, port, send: await keptConnections(port, CONNECTIONS) }
}

const cpuOf = async ({ child }: Contender): Promise<NodeJS.CpuUsage> => {
  child.send('usage')
  return ((await once(child, 'message')) as [NodeJS.CpuUsage])[0]
}

/** Resolves when it has said so; what it says further is read and dropped. */
const listening = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('fedgate listens')) resolve()
    })
  })

/** Bytes of the built `serve`, some seconds after it has begun to listen. */
const idleRssOf = async (name: string, store: string): Promise<number> => {
  const main = join(import.meta.dirname, '../src/main.js')
  const config = configOf(`idle-${name}`, await freePort(), store)
  const child = spawn(process.execPath, [main, 'serve', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  const said = await Promise.race([listening(child), ended.then(() => 'ended')])
  if (said === 'ended') throw new Error(`serve ended before it listened: ${config}`)
  await delay(3_000)
  const pages = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
  child.kill('SIGTERM')
  await ended
  return Number(pages) * 1024
}

/** Milliseconds of CPU for each request, and the answers. */
const measured = async (contender: Contender, requests: readonly Buffer[], status: number) => {
  const before = await cpuOf(contender)
  const answers = await contender.send(requests)
  const after = await cpuOf(contender)
  mustAnswer(answers, status)
  return { answers, cpu: (after.user + after.system - before.user - before.system) / 1000 / requests.length }
}

/** One round of logins, part by part. */
const logins = async (gateway: Contender): Promise<Readonly<Record<Part, number>>> => {
  const { port } = gateway
  const starts = await measured(
    gateway,
    Array.from({ length: LOGINS }, () => get(port, '/login/corp')),
    302,
  )
  const acs = await measured(
    gateway,
    starts.answers.map((start) => acsRequest(port, start)),
    303,
  )
  const finish = await measured(
    gateway,
    acs.answers.map((answer, n) => finishRequest(port, starts.answers[n] as HttpAnswer, answer)),
    303,
  )
  const roles = await measured(
    gateway,
    finish.answers.map((answer) => rolesRequest(port, answer)),
    200,
  )
  roles.answers.forEach(mustHaveRoles)
  return { start: starts.cpu, ACS: acs.cpu, finish: finish.cpu, roles: roles.cpu }
}

const singlePost = async (contender: Contender): Promise<number> => {
  const posts = Array.from({ length: LOGINS }, () => unaskedPost(contender.port))
  return (await measured(contender, posts, 303)).cpu
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const redis = await startRedis(folder)
const stores = { memory: 'memory', file: 'file', Redis: redis.url }
type Name = keyof typeof stores
const names = (process.env.BENCH_STORES?.split(',') ?? Object.keys(stores)) as Name[]
// First: a gateway closes connections on which nothing is asked for a while, and those of the contenders are open from the start.
const idleRss = new Map<Name, number>()
for (const name of names) idleRss.set(name, await idleRssOf(name, stores[name]))
const gateways = new Map<Name, Contender>()
for (const name of names)
  gateways.set(name, await startContender('gateway', (port) => configOf(name, port, stores[name])))
const floor = await startContender('floor', () => '')
const passport = await startContender('passport', () => join(folder, 'bench.crt'))

type Times = Readonly<Record<Part, number>>
const rounds: { readonly floor: number; readonly passport: number; readonly of: Readonly<Record<Name, Times>> }[] = []
for (let round = -WARM_UP; round < ROUNDS; round += 1) {
  const order = round % 2 === 0 ? names : names.toReversed()
  const of: Partial<Record<Name, Times>> = {}
  const floorCpu = await singlePost(floor)
  for (const name of order) of[name] = await logins(gateways.get(name) as Contender)
  const passportCpu = await singlePost(passport)
  if (round >= 0) rounds.push({ floor: floorCpu, passport: passportCpu, of: of as Record<Name, Times> })
}
for (const { child } of [...gateways.values(), floor, passport]) child.disconnect()
await redis.stop()

/** As parts of passport-saml's POST, within the same round. */
const LIMITS: Readonly<Record<Name, { readonly start: number; readonly login: number; readonly roles: number }>> = {
  memory: { start: 1 / 10, login: 1 / 6, roles: 1 / 10 },
  file: { start: 1 / 10, login: 1 / 5, roles: 1 / 10 },
  Redis: { start: 1 / 10, login: 1 / 4, roles: 1 / 10 },
}
const part = (name: Name, cpuOf: (times: Times) => number): number =>
  median(rounds.map(({ of, passport }) => cpuOf(of[name]) / passport))
const milliseconds = (name: Name, which: Part): string => median(rounds.map(({ of }) => of[name][which])).toFixed(2)
const compared = (ratio: number, limit: number): string =>
  `1/${(1 / ratio).toFixed(1)} (at most 1/${Math.round(1 / limit)}${ratio <= limit ? '' : ', MISSED'})`

process.stdout.write(
  [
    '',
    `Node ${process.versions.node}, CPU milliseconds of the server, ${CONNECTIONS} connections; audit to standard output`,
    '',
    `| Store | ${PARTS.join(' | ')} | idle RSS |`,
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...names.map(
      (name) =>
        `| ${name} | ${PARTS.map((which) => milliseconds(name, which)).join(' | ')} | ${((idleRss.get(name) ?? 0) / 1e6).toFixed(0)} MB |`,
    ),
    '',
    `The floor, a form POST answered with 303: ${median(rounds.map((round) => round.floor)).toFixed(2)}. passport-saml's POST: ${median(rounds.map((round) => round.passport)).toFixed(2)}.`,
    '',
    "| As a part of passport-saml's POST | start | ACS and finish | roles |",
    '| --- | --- | --- | --- |',
    ...names.map((name) => {
      const limits = LIMITS[name]
      const cells = [
        compared(
          part(name, ({ start }) => start),
          limits.start,
        ),
        compared(
          part(name, ({ ACS, finish }) => ACS + finish),
          limits.login,
        ),
        compared(
          part(name, ({ roles }) => roles),
          limits.roles,
        ),
      ]
      return `| ${name} | ${cells.join(' | ')} |`
    }),
    '',
  ].join('\n'),
)
