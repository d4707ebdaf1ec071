/** Strangers may ask whatever they like as often as they like: what they leave behind is little, and bounded. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { flood } from '../floods/flood.ts'
import { type FloodedGateway, startFloodedGateway } from '../floods/flooded-gateway.ts'
import { floods } from '../floods/floods.ts'
import { writtenRoutes } from '../harness/routes.ts'

/** A form of 15,000 characters that is kept each time has more than 3 MB. */
const [REQUESTS, MOST_OCTETS] = [200, 2_500_000]
const PATIENCE_MS = 180_000

let gateway: FloodedGateway
beforeAll(async () => {
  gateway = await startFloodedGateway()
}, PATIENCE_MS)
afterAll(() => gateway.close())

it('leaves no address out', () => {
  const flooded = new Set(floods.flatMap(({ routes }) => routes))
  expect(writtenRoutes('get', 'post').filter((path) => !flooded.has(path))).toEqual([])
})

it.each(floods)(
  'a flood of $name leaves next to nothing behind',
  async (one) => {
    await flood(gateway, one, (begun) => begun < 30)
    const { statuses, growth } = await flood(gateway, one, (begun) => begun < REQUESTS)
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([])
    expect(growth.kept).toBeLessThan(MOST_OCTETS)
  },
  PATIENCE_MS,
)
