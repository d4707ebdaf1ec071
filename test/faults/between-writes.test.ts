/** The short form of `npm run faults -- between-writes`. */
import { describe, expect, it } from 'vitest'
import { hasRedis } from '../stores/redis-servers.ts'
import { betweenWritesOnFile, betweenWritesOnRedis } from './between-writes.ts'
import { missed } from './figures.ts'

describe('A fault at any operation of the store', { timeout: 600_000 }, () => {
  it('a fault at any operation of the file store leaves nothing half done', async () => {
    expect(missed(await betweenWritesOnFile.run('short'))).toEqual([])
  })

  it.skipIf(!hasRedis)('a fault at any operation of Redis leaves nothing half done', async () => {
    expect(missed(await betweenWritesOnRedis.run('short'))).toEqual([])
  })
})
