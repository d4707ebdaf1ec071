/** Several processes behind one port: each may end, and the gateway goes on. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Command, killProcess, runScript } from '../harness/command.ts'
import { slowRequest } from '../harness/raw-http.ts'
import { changeConfig, providerKeys } from '../harness/served.ts'
import { reserveGateway, type WrittenConfig, writeConfig } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'

const POOL = join(import.meta.dirname, '../harness/worker-pool.mjs')

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

let url: string
let config: WrittenConfig
let pool: Command
beforeEach(async () => {
  url = await reserveGateway()
  const files = { 'corp.xml': (await createTestIdp('corp')).metadata }
  config = await writeConfig(url, { providers: [providerKeys('corp')], audit: { file: './audit.jsonl' } }, { files })
  pool = runScript([POOL, config.file])
  await pool.said('all listen')
}, 120_000)
afterEach(async () => {
  pool.process.kill('SIGKILL')
  await pool.ended
  await rm(config.folder, { recursive: true })
})

/** The processes of the workers, in the order in which they began to listen. */
const workers = (): readonly number[] =>
  [...pool.stderr().matchAll(/Worker \d+ listens \(process (\d+)\)/g)].map(([, id]) => Number(id))

const untilWorkers = async (count: number): Promise<void> => {
  while (workers().length < count) await pool.saidMore()
}

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}

const readyz = async (): Promise<{ readonly status?: string }> => (await fetch(`${url}/readyz`)).json()

/** Workers listen before they have read the metadata of their providers. */
const untilReady = async (): Promise<void> => {
  while ((await readyz()).status !== 'ready') await pause(50)
}

describe('Workers', { timeout: 120_000 }, () => {
  it('are processes of their own that answer at one address', async () => {
    expect(new Set([...workers(), pool.process.pid]).size).toBe(3)
    await untilReady()
  })

  it('are replaced at once when they are killed, and only what they were answering is lost', async () => {
    let isOver = false
    const outcomes: string[] = []
    const asking = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const asked = fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
        outcomes.push(await asked.then((response) => response.text()).catch(() => 'lost'))
        await pause(20)
      }
    })
    const [victim] = workers()
    killProcess(victim)
    await untilWorkers(3)
    await pause(500)
    isOver = true
    await Promise.all(asking)
    expect(pool.stderr()).toContain('Worker 1 ended unexpectedly (SIGKILL). Starting another.')
    expect(outcomes.filter((outcome) => outcome === 'ok\n').length).toBeGreaterThan(20)
    // Of each of the four no more than what was under way.
    expect(outcomes.filter((outcome) => outcome !== 'ok\n').length).toBeLessThanOrEqual(4)
  })

  it('are replaced later each time when they end again and again', async () => {
    // Each place has a back-off of its own.
    const atPlaceOne = (): readonly number[] =>
      [...pool.stderr().matchAll(/Worker 1 listens \(process (\d+)\)/g)].map(([, id]) => Number(id))
    for (const said of ['Starting another.', 'Starting another in 0.5 s.', 'Starting another in 1 s.']) {
      const before = atPlaceOne()
      killProcess(before.at(-1))
      await pool.said(said)
      while (atPlaceOne().length === before.length) await pool.saidMore()
    }
    await untilReady()
  })

  it('all get a new configuration, without losing a request', async () => {
    const slow = await slowRequest(Number(new URL(url).port))
    await changeConfig({ config }, { providers: [providerKeys('corp'), providerKeys('added')] })
    pool.process.kill('SIGHUP')
    await pool.said('all reloaded')
    // Each connection is a new choice of a worker.
    for (let n = 0; n < 20; n += 1) expect(await readyz()).toMatchObject({ metadata: { added: { state: 'fresh' } } })
    slow.finish()
    await slow.says('HTTP/1.1 400 Bad Request')
    expect(workers()).toHaveLength(2)
  })

  it('refuse a bad configuration together, and one that begins later has the one before', async () => {
    await changeConfig({ config }, { providers: [{ id: 'corp', protocol: 'smal' }] })
    pool.process.kill('SIGHUP')
    await pool.said('refused: A worker cannot use the new configuration:')
    killProcess(workers()[0])
    await untilWorkers(3)
    for (let n = 0; n < 20; n += 1) expect(await readyz()).toMatchObject({ metadata: { corp: { state: 'fresh' } } })
  })

  it('end after the requests under way, also where each gets the signal itself', async () => {
    const slow = await slowRequest(Number(new URL(url).port))
    await untilReady()
    for (const processId of [pool.process.pid ?? 0, ...workers()]) process.kill(processId, 'SIGTERM')
    await pause(200)
    slow.finish()
    await slow.says('HTTP/1.1 400 Bad Request')
    expect(await pool.ended).toBe(0)
    expect(workers().filter(isAlive)).toEqual([])
  })

  it('end after the requests under way when the first process is killed', async () => {
    const slow = await slowRequest(Number(new URL(url).port))
    await untilReady()
    pool.process.kill('SIGKILL')
    await pause(300)
    slow.finish()
    await slow.says('HTTP/1.1 400 Bad Request')
    while (workers().some(isAlive)) await pause(50)
    expect(await readFile(join(config.folder, 'audit.jsonl'), 'utf8')).toContain('"eventName":"login.refused"')
  })
})
