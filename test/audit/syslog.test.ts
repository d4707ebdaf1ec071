/** What a collector receives, byte for byte, and what happens when it goes away. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSyslog, parseSyslogUrl, type SyslogAddress } from '../../src/audit/syslog.ts'

let folder: string
const opened: Server[] = []
const sockets = new Set<Socket>()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-syslog-'))
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of opened.splice(0)) server.close()
  await rm(folder, { recursive: true })
})

const line = (n: number, more = '') => `{"eventTime":"2026-01-02T03:04:0${n}.000Z","eventName":"login","a":"é${more}"}`

const collector = async (server: Server, at: number | string) => {
  const state = { text: '' }
  opened.push(server)
  const onSocket = (socket: Socket): void => {
    sockets.add(socket)
    socket.setEncoding('utf8').on('data', (text: string) => {
      state.text += text
    })
  }
  server.on('setSecureContext' in server ? 'secureConnection' : 'connection', onSocket)
  await new Promise<void>((resolve) => server.listen(at, resolve))
  const address = server.address()
  return { state, port: typeof address === 'string' ? 0 : (address as AddressInfo).port }
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}

const message = (text: string, n: number): RegExp =>
  new RegExp(
    `^<109>1 2026-01-02T03:04:0${n}\\.000Z \\S+ fedgate ${process.pid} login - ${text.replace(/[{}]/g, '\\$&')}$`,
  )

/** The messages of a stream with octet counting (RFC 6587, 3.4.1). */
const counted = (text: string): readonly string[] => {
  const messages: string[] = []
  for (let octets = Buffer.from(text); octets.length > 0; ) {
    const [count = ''] = /^[1-9]\d*(?= )/.exec(octets.toString('latin1', 0, 10)) ?? []
    const start = count.length + 1
    messages.push(octets.toString('utf8', start, start + Number(count)))
    octets = octets.subarray(start + Number(count))
  }
  return messages
}

describe('the address of a syslog collector', () => {
  it.each<[string, SyslogAddress | undefined]>([
    ['tls://logs.example.com', { kind: 'tls', host: 'logs.example.com', port: 6514 }],
    ['tcp://[::1]:1514', { kind: 'tcp', host: '::1', port: 1514 }],
    ['unix:/run/log.sock', { kind: 'unix', path: '/run/log.sock' }],
    ['unix:///run/log.sock', { kind: 'unix', path: '/run/log.sock' }],
    ['udp://logs.example.com', undefined],
    ['tcp://logs.example.com:70000', undefined],
    ['tls://user:password@logs.example.com', undefined],
  ])('is read from %s', (url, address) => {
    expect(parseSyslogUrl(url)).toEqual(address)
  })
})

describe('a syslog collector', () => {
  it('a syslog collector over TCP receives one counted message for each line', async () => {
    const { state, port } = await collector(createServer(), 0)
    const target = await openSyslog({ kind: 'tcp', host: '127.0.0.1', port })
    const octets = Buffer.from(`${line(1)}\n${line(2, 'x'.repeat(9000))}\n`)
    expect(await target.append(octets, true)).toEqual({ written: octets.length })
    await target.close()
    await until(() => state.text.endsWith('}'))
    const messages = counted(state.text)
    expect(messages).toHaveLength(2)
    expect(messages[0]).toMatch(message(line(1), 1))
    expect(messages[1]).toMatch(message(line(2, 'x'.repeat(9000)), 2))
  })

  it('receives lines at a Unix socket, each ended by a line feed', async () => {
    const path = join(folder, 'log.sock')
    const { state } = await collector(createServer(), path)
    const target = await openSyslog({ kind: 'unix', path })
    await target.append(Buffer.from(`${line(1)}\n${line(2)}\n`), false)
    await target.close()
    await until(() => state.text.split('\n').length === 3)
    expect(state.text.split('\n')[1]).toMatch(message(line(2), 2))
  })

  it('receives lines over TLS where its certificate is by the CA, and is refused where it is by no known one', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' })
    const server = createTlsServer({ key: await readFile(key), cert: await readFile(cert) })
    const { state, port } = await collector(server, 0)
    const address = { kind: 'tls', host: 'localhost', port } as const
    await expect(openSyslog(address)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const target = await openSyslog(address, await readFile(cert))
    await target.append(Buffer.from(`${line(4)}\n`), true)
    await target.close()
    await until(() => state.text.endsWith('}'))
    expect(counted(state.text)).toEqual([expect.stringMatching(message(line(4), 4))])
  })

  it('is reported when it goes away, and is connected again when it is back', async () => {
    const first = createServer()
    const { port } = await collector(first, 0)
    const target = await openSyslog({ kind: 'tcp', host: '127.0.0.1', port })
    await until(() => sockets.size > 0)
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => first.close(resolve))
    let appended = await target.append(Buffer.from(`${line(1)}\n`), true)
    // Its end may not have arrived yet.
    while (appended.problem === undefined) appended = await target.append(Buffer.from(`${line(1)}\n`), true)
    expect(appended).toMatchObject({ written: 0 })
    const { state } = await collector(createServer(), port)
    expect(await target.append(Buffer.from(`${line(3)}\n`), true)).toEqual({ written: line(3).length + 2 })
    await until(() => state.text.includes('03:04:03'))
    await target.close()
  })

  it('is an error at start where nothing listens', async () => {
    await expect(openSyslog({ kind: 'unix', path: join(folder, 'none.sock') })).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})
