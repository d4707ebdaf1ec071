/** What systemd gives a service, and what it is told. Its part is played by small Python programs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { lineLog } from '../../src/cli/line-log.ts'
import { openServiceManager } from '../../src/cli/serving/service-manager.ts'
import type { Log } from '../../src/core/log.ts'
import { changeConfig, endServed, providerKeys, serve } from '../harness/served.ts'

const logTo = (lines: string[]): Log => lineLog((line) => void lines.push(line))

const HARNESS = join(import.meta.dirname, '../harness')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-systemd-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(endServed)

/** Listens where a service's messages go. */
const startManager = async (name: string) => {
  const socket = join(folder, name)
  const python = spawn('python3', [join(HARNESS, 'datagrams.py'), socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  python.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  while (!said.includes('bound')) await once(python.stdout, 'data')
  /** Without what systemd-notify itself waits for. */
  const messages = (): readonly string[] =>
    said
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line) as string)
      .filter((message) => message !== 'BARRIER=1')
  return {
    socket,
    messages,
    until: async (text: string): Promise<void> => {
      while (!messages().some((message) => message.includes(text))) await once(python.stdout, 'data')
    },
    close: () => python.kill(),
  }
}

describe('The service manager', { timeout: 120_000 }, () => {
  it('is told when the gateway is ready, reloads and stops', async () => {
    const manager = await startManager('notify')
    const served = await serve({ env: { NOTIFY_SOCKET: manager.socket } })
    await manager.until('READY=1')
    expect((await fetch(`${served.url}/healthz`)).status).toBe(200)
    await changeConfig(served, { providers: [providerKeys('corp'), providerKeys('added')] })
    served.command.process.kill('SIGHUP')
    await manager.until('The configuration was reloaded.')
    served.command.process.kill('SIGTERM')
    await manager.until('STOPPING=1')
    expect(await served.command.ended).toBe(0)
    expect(manager.messages()).toEqual([
      `READY=1\nSTATUS=serving ${served.url}`,
      expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/),
      'READY=1\nSTATUS=The configuration was reloaded.',
      'STOPPING=1',
    ])
    manager.close()
  })

  it('hears from the watchdog as long as the process works', async () => {
    const manager = await startManager('watchdog')
    const env = { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: '400000' }
    openServiceManager(env, process.pid, logTo([]))
    await manager.until('WATCHDOG=1')
    expect(env).toEqual({})
    manager.close()
  })

  it('passes a socket, and the gateway opens none', async () => {
    const wrapper = ['python3', join(HARNESS, 'activate.py')]
    const { url, command } = await serve({ wrapper })
    const port = /^port (\d+)$/m.exec(command.stdout())?.[1]
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    expect(command.stderr()).toContain(`fedgate listens on http://127.0.0.1:${port} for ${url}`)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})

describe('openServiceManager', () => {
  const open = (env: NodeJS.ProcessEnv) => {
    const log: string[] = []
    return { ...openServiceManager(env, 4711, logTo(log)), env, log }
  }

  it('takes the first socket where several are passed', () => {
    const { descriptor, log } = open({ LISTEN_PID: '4711', LISTEN_FDS: '2' })
    expect(descriptor).toBe(3)
    expect(log).toHaveLength(1)
  })

  it.each([
    [{}],
    [{ LISTEN_PID: '4710', LISTEN_FDS: '1' }],
    [{ LISTEN_FDS: '1' }],
    [{ LISTEN_PID: '4711', LISTEN_FDS: '0' }],
    [{ LISTEN_PID: '4711', LISTEN_FDS: 'x' }],
  ])('takes no socket from %j', (env) => {
    expect(open(env).descriptor).toBeUndefined()
  })

  it('leaves nothing for child processes', () => {
    const env = {
      LISTEN_PID: '4710',
      LISTEN_FDS: '1',
      LISTEN_FDNAMES: 'x',
      WATCHDOG_PID: '1',
      WATCHDOG_USEC: '1',
      A: 'b',
    }
    expect(open(env).env).toEqual({ A: 'b' })
  })

  it('does nothing where nobody is to be notified', async () => {
    const { ready, reloading, stopping, log } = open({})
    await ready('serving')
    await reloading()
    await stopping()
    expect(log).toEqual([])
  })

  it('logs once that a message cannot be sent', async () => {
    const { ready, stopping, log } = open({ NOTIFY_SOCKET: join(folder, 'nobody-listens') })
    await ready('serving')
    await stopping()
    expect(log).toHaveLength(1)
  })
})
