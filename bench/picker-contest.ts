/**
 * The contest itself, as compiled JavaScript under plain Node: GET /roles of a user with 500 roles in 60 accounts by
 * turns with the same page of a user with none, in one server. Started by picker.ts; prints its table.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { keptConnections } from './local-aws-client.ts'

const [ROUNDS, WARM_UP, LIMIT] = [20, 10, 20]
/** So that both take turns of about the same length. */
const CALLS = { everything: 5, nothing: 60 } as const

const child: ChildProcess = fork(join(import.meta.dirname, 'picker-contender.js'), {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
})

const answerOf = async <Message>(): Promise<Message> => ((await once(child, 'message')) as [Message])[0]

type Who = keyof typeof CALLS
const server = await answerOf<{ readonly url: string } & Readonly<Record<Who, string>>>()
const send = await keptConnections(Number(new URL(server.url).port), 1)

/** Microseconds so far, of all threads of the server. */
const cpu = async (): Promise<number> => {
  child.send('cpu')
  const { cpu } = await answerOf<{ cpu: NodeJS.CpuUsage }>()
  return cpu.user + cpu.system
}

const requestOf = (who: Who): Buffer =>
  Buffer.from(`GET /roles HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nCookie: ${server[who]}\r\n\r\n`)

const MARKERS: Readonly<Record<Who, string>> = { everything: '500 roles in 60 accounts', nothing: 'have any roles yet' }

const cpuPerCall = async (who: Who): Promise<number> => {
  const requests = Array.from({ length: CALLS[who] }, () => requestOf(who))
  const before = await cpu()
  const answers = await send(requests)
  const spent = (await cpu()) - before
  const wrong = answers.find(({ status, body }) => status !== 200 || !body.includes(MARKERS[who]))
  if (wrong) throw new Error(`answered ${wrong.status} ${wrong.body.slice(0, 2000)}`)
  return spent / requests.length
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const measured: Record<Who, number>[] = []
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const first = round % 2 === 0 ? await cpuPerCall('everything') : undefined
  const nothing = await cpuPerCall('nothing')
  const everything = first ?? (await cpuPerCall('everything'))
  if (round >= 0) measured.push({ everything, nothing })
}
const [page] = await send([requestOf('everything')])
child.disconnect()

const [everything, nothing] = [median(measured.map((it) => it.everything)), median(measured.map((it) => it.nothing))]
const ratio = median(measured.map((it) => it.everything / it.nothing))
process.stdout.write(
  [
    '',
    '| Page | octets | CPU per page | no roles | times as much | at most |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    `| 500 roles in 60 accounts | ${page?.body.length} | ${everything.toFixed(0)} µs | ${nothing.toFixed(0)} µs | ${ratio.toFixed(1)} | ${LIMIT} |`,
    '',
  ].join('\n'),
)
