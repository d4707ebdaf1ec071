/** From the start of the process to its first answer: `fedgate local-aws` as a user starts it, and a bare server. */
import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROUNDS = 11
/** Compiled beside the bench; the program reads its version one folder up. */
const built = join(import.meta.dirname, '..')

const STUB = `import { createServer } from 'node:http'
createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => response.writeHead(200, { 'Content-Length': 5 }).end('<ok/>'))
}).listen(Number(process.argv.at(-1)), '127.0.0.1')
`

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The heaviest action of STS, so that its code must be there; it is refused for what it lacks. */
const FORM = 'Action=AssumeRoleWithSAML&Version=2011-06-15'
const REQUEST = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n${FORM}`

const isAnswering = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST))
    socket.once('data', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })

/** All threads, in milliseconds, as Linux tells it: a hundred ticks a second. */
const cpuOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

interface Start {
  readonly wall: number
  readonly cpu: number
}

const start = async (...args: readonly string[]): Promise<Start> => {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [...args, String(port)], { stdio: 'ignore' })
  try {
    while (!(await isAnswering(port))) await delay(1)
    return { wall: performance.now() - began, cpu: cpuOf(child.pid ?? 0) }
  } finally {
    child.kill()
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Prints a table: medians of rounds in which both start once. */
export const measureStart = async (print: (line: string) => void): Promise<void> => {
  copyFileSync(join(built, '../../../package.json'), join(built, 'package.json'))
  const stub = join(built, 'stub.mjs')
  writeFileSync(stub, STUB)
  const rounds: { ours: Start; theirs: Start }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const theirs = await start(stub)
    rounds.push({ theirs, ours: await start(join(built, 'src/main.js'), 'local-aws', '--port') })
  }
  const row = (name: string, key: keyof Start): void => {
    const [ours, theirs] = [median(rounds.map((it) => it.ours[key])), median(rounds.map((it) => it.theirs[key]))]
    const ratio = median(rounds.map((it) => it.ours[key] / it.theirs[key]))
    print(`| ${name} | ${ours.toFixed(0)} ms | ${theirs.toFixed(0)} ms | ${ratio.toFixed(1)} | 3 |`)
  }
  print('\n| Start to first answer | fedgate local-aws | bare node:http | times as much | wanted |')
  print('| --- | ---: | ---: | ---: | ---: |')
  row('time', 'wall')
  row('CPU', 'cpu')
}
