/** How `fedgate serve` ends: nothing that is under way is lost, and nothing keeps it from ending. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openConnection, slowRequest } from '../harness/raw-http.ts'
import { endServed, type Served, serve } from '../harness/served.ts'
import { reserveGateway, writeConfig } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'

afterEach(endServed)

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    async (response) => {
      await response.text()
      return true
    },
    () => false,
  )

/** Milliseconds from the signal to the end, and what it ended with. */
const timed = async ({ command }: Served, signal: NodeJS.Signals) => {
  const from = performance.now()
  command.process.kill(signal)
  const outcome = await command.ended
  return { outcome, ms: performance.now() - from }
}

/** A request on a connection that stays open, if the server leaves it open. */
const keptAlive = (url: string, agent: Agent): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    get(`${url}/healthz`, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.headers.connection))
    }).once('error', reject)
  })

describe('At SIGTERM', { timeout: 60_000 }, () => {
  it('it is unready at once, answers on, and ends with 0 after the request under way', async () => {
    const served = await serve()
    const { url, port, command } = served
    const slow = await slowRequest(port)
    expect(await isUp(url)).toBe(true)
    const signalledAt = performance.now()
    command.process.kill('SIGTERM')
    await pause(100)
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(503)
    expect(ready.headers.get('connection')).toBe('close')
    expect(await ready.json()).toEqual({ status: 'stopping' })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    while (await isUp(url)) await pause(50)
    expect(command.process.exitCode).toBeNull()
    slow.finish()
    await slow.says('HTTP/1.1 400 Bad Request')
    expect(slow.received()).toMatch(/\r\nConnection: close\r\n/)
    await slow.ended
    expect(await command.ended).toBe(0)
    expect(performance.now() - signalledAt).toBeLessThan(10_000)
  })

  it('it ends within ten seconds although a request does not end', async () => {
    const served = await serve()
    const slow = await slowRequest(served.port)
    expect(await isUp(served.url)).toBe(true)
    const { outcome, ms } = await timed(served, 'SIGTERM')
    expect(outcome).toBe(0)
    expect(ms).toBeGreaterThan(5_000)
    expect(ms).toBeLessThan(10_500)
    await slow.ended
  })

  it('it closes kept connections, and those that have sent nothing', async () => {
    const served = await serve()
    const unused = await openConnection(served.port)
    const agent = new Agent({ keepAlive: true })
    expect(await keptAlive(served.url, agent)).toBe('keep-alive')
    const { outcome, ms } = await timed(served, 'SIGTERM')
    expect(outcome).toBe(0)
    expect(ms).toBeLessThan(8_000)
    await unused.ended
    agent.destroy()
  })
})

describe('At SIGINT', { timeout: 60_000 }, () => {
  it('twice at once, as npm and the terminal send it, it still waits for the request under way', async () => {
    const { url, port, command } = await serve()
    const slow = await slowRequest(port)
    expect(await isUp(url)).toBe(true)
    command.process.kill('SIGINT')
    await pause(20)
    command.process.kill('SIGINT')
    while (await isUp(url)) await pause(50)
    slow.finish()
    await slow.says('HTTP/1.1 400 Bad Request')
    expect(await command.ended).toBe(130)
  })
})

describe('npm run fedgate -- serve', { timeout: 60_000 }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, so the request under way ends first', async (signal) => {
    const url = await reserveGateway()
    const files = { 'corp.xml': (await createTestIdp('corp')).metadata }
    const providers = [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }]
    const { file, folder } = await writeConfig(url, { providers }, { files })
    const npm = spawn('npm', ['run', '--silent', 'fedgate', '--', 'serve', '--config', file], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    try {
      while (!(await isUp(url))) await pause(100)
      const slow = await slowRequest(Number(new URL(url).port))
      expect(await isUp(url)).toBe(true)
      const ended = once(npm, 'exit')
      npm.kill(signal)
      while (await isUp(url)) await pause(50)
      slow.finish()
      await slow.says('HTTP/1.1 400 Bad Request')
      await ended
    } finally {
      npm.kill('SIGKILL')
      await rm(folder, { recursive: true })
    }
  })
})
