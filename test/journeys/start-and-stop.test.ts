/** How the gateway and the demo start, do not start, and end. */
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Command, demoFromSource, fedgate as startCommand } from '../harness/command.ts'
import { freePortRow } from '../harness/ports.ts'
import { reserveGateway, type WrittenConfig, writeConfig } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'

/** Keeps a port taken. */
const occupy = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server))
  })

const release = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()))

const running = new Set<Command>()

const fedgate: typeof startCommand = (...args) => {
  const command = startCommand(...args)
  running.add(command)
  return command
}

// Whatever a test that failed has left.
afterEach(async () => {
  for (const command of running) {
    command.process.kill('SIGKILL')
    await command.ended
  }
  running.clear()
})

let url: string
let config: WrittenConfig

beforeAll(async () => {
  url = await reserveGateway()
  const files = { 'corp.xml': (await createTestIdp('corp')).metadata }
  const providers = [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }]
  config = await writeConfig(url, { providers }, { files })
})
afterAll(async () => {
  await rm(config.folder, { recursive: true })
})

describe('fedgate serve', () => {
  it('says on stderr where it listens, as JSON where that is no terminal, and keeps stdout for the audit log', async () => {
    const gateway = fedgate(['serve', '--config', config.file])
    await gateway.said('the local AWS listens on')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    gateway.process.kill('SIGINT')
    await gateway.ended
    expect(gateway.stdout()).toBe('')
    const entries = gateway
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(entries).toContainEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      msg: expect.stringContaining(`for ${url}`),
    })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('ends at %s with %i, also while a browser keeps a connection open', async (signal, exitCode) => {
    const gateway = fedgate(['serve', '--config', config.file])
    await gateway.said('the local AWS listens on')
    // The answer's connection is kept alive.
    await (await fetch(`${url}/healthz`)).text()
    gateway.process.kill(signal)
    expect(await gateway.ended).toBe(exitCode)
  })

  it('ends with 1 and a sentence that names the address when the port is in use', async () => {
    const { host } = new URL(url)
    const other = await occupy(Number(new URL(url).port))
    const gateway = fedgate(['serve', '--config', config.file])
    expect(await gateway.ended).toBe(1)
    await release(other)
    expect(gateway.stderr()).toContain(`127.0.0.1:${host.split(':')[1]} is already in use by another program.`)
    expect(gateway.stderr()).not.toMatch(/\n\s+at /)
  })

  it('names the port of the local AWS where that one is in use', async () => {
    const { port } = new URL(config.localAws)
    const other = await occupy(Number(port))
    const gateway = fedgate(['serve', '--config', config.file])
    expect(await gateway.ended).toBe(1)
    await release(other)
    expect(gateway.stderr()).toContain(`127.0.0.1:${port} is already in use by another program.`)
  })

  it('ends with 78 and file, line and column of what is wrong in the configuration', async () => {
    const file = join(config.folder, 'bad.yaml')
    await writeFile(file, 'baseUrl: http://localhost:8080\nsession:\n  secret: short\nproviders: []\n')
    const gateway = fedgate(['serve', '--config', file])
    expect(await gateway.ended).toBe(78)
    expect(gateway.stderr()).toContain(`${file}:3:11 session.secret: expected`)
    expect(gateway.stderr()).toContain(`${file}:4:12 providers: expected`)
    expect(gateway.stderr()).not.toContain('short')
  })

  it('ends with 1 and a sentence when a key is not one', async () => {
    const certs = join(config.folder, 'broken')
    await writeFile(`${certs}.key`, 'not a key')
    await writeFile(`${certs}.crt`, 'not a certificate')
    const files = { 'corp.xml': (await createTestIdp('corp')).metadata }
    const keys = { key: `${certs}.key`, certificate: `${certs}.crt` }
    const broken = await writeConfig(
      url,
      { providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }], signing: keys },
      { files },
    )
    const gateway = fedgate(['serve', '--config', broken.file])
    expect(await gateway.ended).toBe(1)
    expect(gateway.stderr()).toContain(`${certs}.key`)
    expect(gateway.stderr()).not.toContain('not a key')
    expect(gateway.stderr()).not.toMatch(/\n\s+at /)
    await rm(broken.folder, { recursive: true })
  })
})

describe('fedgate demo', () => {
  const folders: string[] = []
  const startDemo = (portBase: number) => {
    // In a checkout the demo keeps its keys there.
    folders.push(join(import.meta.dirname, `../../certs/demo-${portBase}`))
    const demo = demoFromSource('--port-base', String(portBase))
    running.add(demo)
    return demo
  }
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  it.each([
    ['the gateway', 0],
    ['the local AWS', 1],
    ['the SAML provider', 2],
    ['the OpenID provider', 3],
  ])('says that the port of %s is in use, and how to choose others', async (_, offset) => {
    const portBase = await freePortRow()
    const other = await occupy(portBase + offset)
    const demo = startDemo(portBase)
    expect(await demo.ended).toBe(1)
    await release(other)
    expect(demo.stderr()).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${portBase + offset} is already in use by another program\\.`),
    )
    expect(demo.stderr()).toContain('--port-base')
    expect(demo.stderr()).not.toMatch(/\n\s+at /)
  })

  it('prints the addresses, the users and a command to try, and ends at Ctrl-C', async () => {
    const portBase = await freePortRow()
    const demo = startDemo(portBase)
    await demo.said('Press Ctrl+C to stop.')
    for (const offset of [0, 1]) expect(demo.stdout()).toContain(`http://localhost:${portBase + offset}`)
    for (const offset of [2, 3]) expect(demo.stdout()).toContain(`http://127.0.0.1:${portBase + offset}`)
    for (const name of ['alice', 'bob', 'carol']) expect(demo.stdout()).toContain(name)
    expect(demo.stdout()).toContain(`aws sts get-caller-identity --endpoint-url http://localhost:${portBase + 1}`)
    for (const [provider, offset] of [
      ['corp', 2],
      ['openid', 3],
    ] as const) {
      const start = await fetch(`http://localhost:${portBase}/login/${provider}`, { redirect: 'manual' })
      expect([start.status, new URL(start.headers.get('location') ?? '').port]).toEqual([
        302,
        String(portBase + offset),
      ])
    }
    demo.process.kill('SIGINT')
    expect(await demo.ended).toBe(130)
    for (const offset of [0, 1, 2, 3]) await release(await occupy(portBase + offset))
  })
})
