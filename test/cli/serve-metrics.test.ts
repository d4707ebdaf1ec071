/** The metrics of several processes: one text for all, wherever it is asked for, whose counts never fall. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killProcess } from '../harness/command.ts'
import { freePort } from '../harness/ports.ts'
import { sampleOf } from '../harness/samples.ts'
import { endServed, type Served, serve } from '../harness/served.ts'
import { until } from '../stores/redis-servers.ts'

const session = { secret: 'only for tests, and long enough for them', store: 'file' }

afterAll(endServed)

const read = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text()

/** Requests that are refused, on connections of their own, so that all workers get some. */
const refuse = async ({ url }: Served, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) {
    const response = await fetch(`${url}/nowhere`, { headers: { connection: 'close' } })
    expect(response.status).toBe(404)
    await response.body?.cancel()
  }
}

const refusals = (text: string): number | undefined =>
  sampleOf(text, 'fedgate_refusals_total', { event: 'request', code: 'http.not_found' })

describe('Metrics of workers', { timeout: 120_000 }, () => {
  let served: Served
  beforeAll(async () => {
    served = await serve({ keys: { session }, args: ['--workers', '2'] })
    await refuse(served, 20)
  }, 120_000)

  it('are the sums of all workers, whichever of them is asked', async () => {
    for (let n = 0; n < 3; n += 1) {
      const text = await read(served.url)
      expect(refusals(text)).toBe(20)
      expect(sampleOf(text, 'fedgate_workers')).toBe(2)
      expect(sampleOf(text, 'fedgate_build_info')).toBe(1)
      expect(sampleOf(text, 'fedgate_check', { check: 'store' })).toBe(1)
    }
  })

  it('keep what a worker counted that has ended', async () => {
    const [, worker] = /Worker 1 listens \(process (\d+)\)/.exec(served.command.stderr()) ?? []
    killProcess(Number(worker))
    await until(async () => sampleOf(await read(served.url), 'fedgate_workers') === 2)
    await refuse(served, 1)
    expect(refusals(await read(served.url))).toBe(21)
  })
})

describe('A listener for the metrics of workers', { timeout: 120_000 }, () => {
  it('is in the first process, and leaves none at the workers', async () => {
    const port = await freePort()
    const metrics = { listen: { host: '127.0.0.1', port } }
    const served = await serve({ keys: { session, metrics }, args: ['--workers', '2'] })
    await refuse(served, 1)
    const text = await read(`http://127.0.0.1:${port}`)
    expect([sampleOf(text, 'fedgate_workers'), refusals(text)]).toEqual([2, 1])
    expect((await fetch(`${served.url}/metrics`)).status).toBe(404)
  })
})
