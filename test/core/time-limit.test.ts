import { describe, expect, it } from 'vitest'
import { within, withTimeLimit } from '../../src/core/time-limit.ts'

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

  it('ends work also after a garbage collection', async () => {
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

describe('work that cannot be stopped', () => {
  const late = () => 'late'

  it('gives what it comes to in time, or how it fails', async () => {
    await expect(within(60_000, Promise.resolve('done'), late)).resolves.toBe('done')
    await expect(within(60_000, Promise.reject(new Error('broken')), late)).rejects.toThrow('broken')
  })

  it('work that cannot be stopped is no longer waited for when it takes too long, and may fail unheard', async () => {
    let reject = (_: Error): void => {}
    const promise = new Promise<string>((_, rejecting) => {
      reject = rejecting
    })
    await expect(within(10, promise, late)).resolves.toBe('late')
    reject(new Error('broken, later'))
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('work that cannot be stopped may be answered by an error when it takes too long', async () => {
    const failing = (): never => {
      throw new Error('no answer')
    }
    await expect(within(10, new Promise(() => {}), failing)).rejects.toThrow('no answer')
  })
})
