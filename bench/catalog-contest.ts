/**
 * The contest itself, as compiled JavaScript under plain Node: a gateway with a catalogue of 20,000 roles by turns with
 * one without. Started by catalog.ts; prints its tables.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { roleCount } from './catalog-files.ts'
import { keptConnections } from './local-aws-client.ts'

const [folder = ''] = process.argv.slice(2)
const [ROUNDS, WARM_UP, CALLS] = [30, 10, 40]
const LIMITS = { seconds: 5, megabytes: 150, percent: 10 }

interface Ready {
  readonly url: string
  readonly cookies: string
}

interface Load {
  readonly roles: number
  /** Of CPU. */
  readonly seconds: number
  /** Megabytes that the process grew by. */
  readonly memory: number
  /** Megabytes that stay. */
  readonly heap: number
}

const answerOf = async <Message>(child: ChildProcess): Promise<Message> =>
  ((await once(child, 'message')) as [Message])[0]

const started = (file: string, ...args: readonly string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  })

const contender = async (kind: 'with' | 'without') => {
  const child = started('catalog-contender.js', kind, folder)
  const ready = await answerOf<Ready>(child)
  const { host, port } = new URL(ready.url)
  const send = await keptConnections(Number(port), 1)
  const request = Buffer.from(`GET /roles HTTP/1.1\r\nHost: ${host}\r\nCookie: ${ready.cookies}\r\n\r\n`)
  const cpu = async (): Promise<number> => {
    child.send('cpu')
    const { cpu } = await answerOf<{ cpu: NodeJS.CpuUsage }>(child)
    return cpu.user + cpu.system
  }
  const cpuPerCall = async (): Promise<number> => {
    const before = await cpu()
    const answers = await send(Array.from({ length: CALLS }, () => request))
    const spent = (await cpu()) - before
    const wrong = answers.find(({ status, body }) => status !== 200 || !body.includes('30 roles in 30 accounts'))
    if (wrong) throw new Error(`answered ${wrong.status} ${wrong.body.slice(0, 2000)}`)
    return spent / CALLS
  }
  return { ...ready, cpuPerCall, stop: () => child.disconnect() }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const loads: Load[] = []
for (let n = 0; n < 3; n++) loads.push(await answerOf<Load>(started('catalog-load-contender.js', folder)))
if (loads.some(({ roles }) => roles !== roleCount)) throw new Error('the catalogue is not complete')
const without = await contender('without')
const having = await contender('with')
const measured: { readonly having: number; readonly without: number }[] = []
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const first = round % 2 === 0 ? await having.cpuPerCall() : undefined
  const other = await without.cpuPerCall()
  const pair = { having: first ?? (await having.cpuPerCall()), without: other }
  if (round >= 0) measured.push(pair)
}
having.stop()
without.stop()

const perPage = { having: median(measured.map((it) => it.having)), without: median(measured.map((it) => it.without)) }
const more = (median(measured.map((it) => it.having / it.without)) - 1) * 100
const megabytes = (of: 'memory' | 'heap'): string => `${median(loads.map((load) => load[of])).toFixed(0)} MB`
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
process.stdout.write(
  [
    '',
    row(`${roleCount} roles in 500 accounts`, 'without', 'with', 'more', 'at most'),
    row('---', '---:', '---:', '---:', '---:'),
    row('Reading, CPU', '', '', `${median(loads.map(({ seconds }) => seconds)).toFixed(2)} s`, `${LIMITS.seconds} s`),
    row('Memory while reading (RSS)', '', '', megabytes('memory'), `${LIMITS.megabytes} MB`),
    row('Memory that stays (heap)', '', '', megabytes('heap'), `${LIMITS.megabytes} MB`),
    row(
      'GET /roles with 30 roles, CPU',
      `${perPage.without.toFixed(0)} µs`,
      `${perPage.having.toFixed(0)} µs`,
      `${more.toFixed(1)} %`,
      `${LIMITS.percent} %`,
    ),
    '',
  ].join('\n'),
)
