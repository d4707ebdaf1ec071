import { describe, expect, it } from 'vitest'
import { withTimeLimit } from '../../src/core/time-limit.ts'

const never = new AbortController().signal

/** Ends only when its signal does, as a request to a silent server. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('a time limit', () => {
  it('gives what the work gives', async () => {
    await expect(withTimeLimit(60_000, never, async () => 'done')).resolves.toBe('done')
  })

  it('ends work that takes too long', async () => {
    await expect(withTimeLimit(10, never, endless)).rejects.toThrow('took too long')
  })

  it('comes also when everything that nobody refers to is collected', async () => {
    const work = withTimeLimit(50, never, endless)
    // Enough garbage for several collections before the limit.
    for (let n = 0; n < 200; n += 1) new Array(50_000).fill(n)
    await expect(work).rejects.toThrow('took too long')
  })

  it('ends with what is around it, and does not begin after that', async () => {
    const outer = new AbortController()
    const work = withTimeLimit(60_000, outer.signal, endless)
    outer.abort(new Error('closing'))
    await expect(work).rejects.toThrow('closing')
    await expect(withTimeLimit(60_000, outer.signal, async () => 'done')).rejects.toThrow('closing')
  })
})
