/**
 * The contest itself, as compiled JavaScript under plain Node: what is measured is what is shipped. Started by
 * local-aws.ts; prints its tables.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createKeyPem } from '../src/issuer/keys.ts'
import { connectionPerCall, keptConnections, type Send } from './local-aws-client.ts'
import type { Setup } from './local-aws-contender.ts'
import { callerIdentityCall, issuerDocuments, samlCall, stateFor, webIdentityCall } from './local-aws-messages.ts'
import { measureStart } from './local-aws-start.ts'

const [ROUNDS, WARM_UP, CALLS_PER_ROUND] = [24, 24, 250]

const print = (line: string): void => void process.stdout.write(`${line}\n`)

const pem = await createKeyPem('idp.example.org', new Date())
const privateKey = createPrivateKey(pem.privateKey)

/** An issuer that publishes its key: asked once. */
const startIssuer = async () => {
  const documents = new Map<string, string>()
  const server = createServer((request, response) => response.end(documents.get(request.url ?? '')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const [path, text] of issuerDocuments(url, createPublicKey(pem.privateKey))) documents.set(path, text)
  return { url, close: () => server.close() }
}

interface Contender {
  readonly send: Send
  /** CPU time so far, in microseconds, of all its threads. */
  cpu(): Promise<number>
  stop(): void
}

const answerOf = async <Message>(child: ChildProcess): Promise<Message> => {
  const [message] = (await once(child, 'message')) as [Message]
  return message
}

type OpenClient = (port: number) => Promise<Send>

const startContender = async (setup: Setup, openClient: OpenClient): Promise<Contender> => {
  const child = fork(join(import.meta.dirname, 'local-aws-contender.js'), {
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  child.send(setup)
  const { port } = await answerOf<{ port: number }>(child)
  const send = await openClient(port)
  return {
    send,
    cpu: async () => {
      child.send('cpu')
      const { cpu } = await answerOf<{ cpu: NodeJS.CpuUsage }>(child)
      return cpu.user + cpu.system
    },
    stop: () => child.disconnect(),
  }
}

const cpuPerCall = async ({ send, cpu }: Contender, requests: readonly Buffer[], marker: string): Promise<number> => {
  const before = await cpu()
  const answers = await send(requests)
  const spent = (await cpu()) - before
  const wrong = answers.find(({ status, body }) => status !== 200 || !body.includes(marker))
  if (wrong) throw new Error(`answered ${wrong.status} ${wrong.body}`)
  return spent / requests.length
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

interface Action {
  readonly name: string
  /** What a call with a connection of its own is wanted to cost at most, as a multiple of the bare server's. */
  readonly limit: number
  /** In every good answer. */
  readonly marker: string
  request(round: number, n: number): Buffer
}

const issuer = await startIssuer()
const actions: readonly Action[] = [
  {
    name: 'AssumeRoleWithSAML',
    limit: 4.5,
    marker: '<AccessKeyId>ASIA',
    request: () => samlCall(privateKey, new Date()).request,
  },
  {
    name: 'AssumeRoleWithWebIdentity',
    limit: 3,
    marker: '<AccessKeyId>ASIA',
    request: () => webIdentityCall(privateKey, issuer.url, new Date()),
  },
  {
    name: 'GetCallerIdentity',
    limit: 2.5,
    marker: '<Arn>arn:aws:iam::111122223333:user/ops/dora</Arn>',
    request: (round, n) => callerIdentityCall(new Date(Date.now() - ((round + WARM_UP) % 3) * 250_000 - n * 1000)),
  },
]

const certificate = new X509Certificate(pem.certificate).raw.toString('base64')
const state = stateFor(certificate, issuer.url)

/** The cells of a row that every table has, and the last of them as a number. */
const measure = async ({ name, marker, request }: Action, openClient: OpenClient) => {
  const ours = await startContender({ who: 'local-aws', state, answer: '' }, openClient)
  const [sample] = await ours.send([request(0, 0)])
  const stub = await startContender({ who: 'stub', state, answer: sample?.body ?? '' }, openClient)
  const measured: { ours: number; stub: number }[] = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const requests = Array.from({ length: CALLS_PER_ROUND }, (_, n) => request(round, n))
    const first = round % 2 === 0 ? await cpuPerCall(ours, requests, marker) : undefined
    const theirs = await cpuPerCall(stub, requests, marker)
    const mine = first ?? (await cpuPerCall(ours, requests, marker))
    if (round >= 0) measured.push({ ours: mine, stub: theirs })
  }
  for (const contender of [ours, stub]) contender.stop()
  const [mine, theirs] = [median(measured.map((it) => it.ours)), median(measured.map((it) => it.stub))]
  const ratio = median(measured.map((it) => it.ours / it.stub))
  const size = request(0, 0).length
  return { row: `| ${name} | ${size} | ${mine.toFixed(0)} µs | ${theirs.toFixed(0)} µs | ${ratio.toFixed(2)} |`, ratio }
}

for (const count of [1, 4]) {
  print(
    `\n| A connection each, ${count} at a time | octets sent | CPU per call | bare node:http | times as much | wanted |`,
  )
  print('| --- | ---: | ---: | ---: | ---: | ---: |')
  const openClient: OpenClient = (port) => connectionPerCall(port, count)
  for (const action of actions) {
    const { row, ratio } = await measure(action, openClient)
    print(`${row} at most ${action.limit}${ratio <= action.limit ? '' : ', MISSED'} |`)
  }
}

print('\n| Four kept connections | octets sent | CPU per call | bare node:http | times as much |')
print('| --- | ---: | ---: | ---: | ---: |')
for (const action of actions) print((await measure(action, (port) => keptConnections(port, 4))).row)
issuer.close()
await measureStart(print)
