/**
 * One of the two servers of the contest, in a process of its own: the local AWS, or a bare node:http server that reads
 * the same requests and answers a fixed body. Tells its parent the port, and its CPU time when asked.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalAwsState } from '../src/local-aws/state.ts'

/** What the parent sends first. */
export interface Setup {
  readonly who: 'local-aws' | 'stub'
  /** Of the local AWS, as far as it can be sent. */
  readonly state: Omit<LocalAwsState, 'users'> & {
    readonly users: readonly { readonly arn: string; readonly accessKeyId: string; readonly secretAccessKey: string }[]
  }
  /** Of the stub: what it answers. */
  readonly answer: string
}

const startStub = async (answer: string): Promise<number> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(answer) })
      response.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Its log goes where `fedgate local-aws` writes it. */
const startLocal = async ({ state }: Setup): Promise<number> => {
  const { startLocalAws } = await import('../src/local-aws/server.ts')
  const { Secret } = await import('../src/core/secret.ts')
  const users = state.users.map((user) => ({ ...user, secretAccessKey: new Secret(user.secretAccessKey) }))
  const { url } = await startLocalAws({
    listen: { host: '127.0.0.1', port: 0 },
    state: { ...state, users },
    allowHttpIssuers: true,
    log: (line) => void process.stderr.write(`${line}\n`),
  })
  return Number(new URL(url).port)
}

process.once('message', async (setup: Setup) => {
  const port = await (setup.who === 'stub' ? startStub(setup.answer) : startLocal(setup))
  process.send?.({ port })
  process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
  process.once('disconnect', () => process.exit())
})
