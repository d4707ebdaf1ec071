/** Every fault that is made, in the order in which `npm run faults` makes them. */
import { betweenWritesOnFile, betweenWritesOnRedis } from './between-writes.ts'
import type { Scenario } from './figures.ts'
import { fullDisks } from './full-disk.ts'
import { killedGateway, killedWorker } from './kill.ts'
import { idleMemory, sessionMemory } from './memory.ts'
import { redisOutage } from './redis-outage.ts'
import { reloadsUnderLoad } from './reloads.ts'
import { replayAcrossRestarts } from './replay.ts'

export const scenarios: readonly Scenario[] = [
  killedGateway,
  killedWorker,
  betweenWritesOnFile,
  betweenWritesOnRedis,
  replayAcrossRestarts,
  redisOutage,
  fullDisks,
  reloadsUnderLoad,
  idleMemory,
  sessionMemory,
]
