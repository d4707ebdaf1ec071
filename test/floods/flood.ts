import type { FloodedGateway, Memory } from './flooded-gateway.ts'
import type { Flood } from './floods.ts'

export interface Flooded {
  readonly requests: number
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>
  /** By how much memory grew, in octets. */
  readonly growth: Memory
}

/** At once, as long as `goesOn`: it is told how many requests have begun. */
const WORKERS = 16

export async function flood(
  gateway: FloodedGateway,
  { prepare }: Flood,
  goesOn: (begun: number) => boolean,
): Promise<Flooded> {
  const hit = await prepare(gateway)
  await hit(0)
  const before = await gateway.memory()
  const statuses = new Map<number, number>()
  let begun = 0
  async function work(): Promise<void> {
    while (goesOn(begun)) {
      begun += 1
      const { status } = await hit(begun)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  const after = await gateway.memory()
  const growth = { rss: after.rss - before.rss, kept: after.kept - before.kept }
  return { requests: begun, statuses, growth }
}
