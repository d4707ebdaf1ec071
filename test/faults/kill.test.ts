/** The short form of `npm run faults -- kill replay`. */
import { describe, expect, it } from 'vitest'
import { missed } from './figures.ts'
import { killedGateway, killedWorker } from './kill.ts'
import { replayAcrossRestarts } from './replay.ts'

describe('kill -9', { timeout: 300_000 }, () => {
  it('kill -9 of the gateway in the middle of logins loses nothing that was acknowledged', async () => {
    expect(missed(await killedGateway.run('short'))).toEqual([])
  })

  it('kill -9 of a worker in the middle of logins loses nothing that was acknowledged', async () => {
    expect(missed(await killedWorker.run('short'))).toEqual([])
  })

  it('a response that is posted across restarts is accepted once', async () => {
    expect(missed(await replayAcrossRestarts.run('short'))).toEqual([])
  })
})
