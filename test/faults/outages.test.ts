/** The short form of `npm run faults -- redis-outage full-disk`. */
import { describe, expect, it } from 'vitest'
import { hasRedis } from '../stores/redis-servers.ts'
import { missed } from './figures.ts'
import { fullDisks } from './full-disk.ts'
import { redisOutage } from './redis-outage.ts'

describe('An outage under load', { timeout: 300_000 }, () => {
  it.skipIf(!hasRedis)('an outage of Redis is answered with 503, and is over by itself', async () => {
    expect(missed(await redisOutage.run('short'))).toEqual([])
  })

  it('a full disk is answered with 503, and is over by itself', async () => {
    expect(missed(await fullDisks.run('short'))).toEqual([])
  })
})
