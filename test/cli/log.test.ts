/** The operator's log: JSON where programs read it, lines where a person does, and nothing that controls a terminal. */
import { describe, expect, it } from 'vitest'
import { lineLog } from '../../src/cli/line-log.ts'
import { openLog } from '../../src/cli/log.ts'
import { inRequest, outsideRequests } from '../../src/core/tracing/request-context.ts'

const opened = (isTTY: boolean) => {
  const written: string[] = []
  return { written, log: openLog({ write: (text: string) => written.push(text), isTTY }) }
}

describe('On a stream that is no terminal', () => {
  it('each entry is one line of JSON with level, time and fields', () => {
    const { log, written } = opened(false)
    log.info('fedgate listens')
    log.warn('The metadata cannot be refreshed', { provider: 'corp', reason: 'ECONNREFUSED' })
    log.error('A request failed because of a defect', { reference: 'r-1', stack: 'TypeError: x\n    at y' })
    expect(written.every((text) => text.endsWith('\n') && text.indexOf('\n') === text.length - 1)).toBe(true)
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(written.map((text) => JSON.parse(text) as unknown)).toEqual([
      { level: 'info', time, msg: 'fedgate listens' },
      { level: 'warn', time, msg: 'The metadata cannot be refreshed', provider: 'corp', reason: 'ECONNREFUSED' },
      {
        level: 'error',
        time,
        msg: 'A request failed because of a defect',
        reference: 'r-1',
        stack: 'TypeError: x\n    at y',
      },
    ])
  })
})

describe('In a request', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const request = { reference: 'r-1', trace: { traceId, traceparent: `00-${traceId}-b7ad6b7169203331-01` } }

  it('each entry has the reference and the trace of the request, however late it comes', async () => {
    const { log, written } = opened(false)
    await inRequest(request, async () => {
      log.info('at once')
      await new Promise((resolve) => setTimeout(resolve, 1))
      log.warn('later')
      outsideRequests(() => log.error('for all requests'))
    })
    log.info('after it')
    const entries = written.map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>)
    expect(entries.map((entry) => [entry.reference, entry.traceId])).toEqual([
      ['r-1', traceId],
      ['r-1', traceId],
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  it('an entry for a terminal, or of a program that is run by hand, has both too', () => {
    const { log, written } = opened(true)
    const lines: string[] = []
    inRequest(request, () => {
      log.info('at once')
      lineLog((line) => lines.push(line)).info('at once')
    })
    const ending = `at once reference=r-1 traceId=${traceId}`
    expect(written[0]).toMatch(new RegExp(`Z INFO {2}${ending}\\n$`))
    expect(lines).toEqual([ending])
  })
})

describe('On a terminal', () => {
  it('each entry is time, level, sentence and fields, and a stack below', () => {
    const { log, written } = opened(true)
    log.warn('The metadata cannot be refreshed', { provider: 'corp', reason: 'no route', place: undefined })
    log.error('A request failed', { reference: 'r-1', stack: 'TypeError: x\n    at y' })
    expect(written[0]).toMatch(
      /^\d{4}-\S+Z WARN {2}The metadata cannot be refreshed provider=corp reason="no route"\n$/,
    )
    expect(written[1]).toMatch(/Z ERROR A request failed reference=r-1\nTypeError: x\n {4}at y\n$/)
  })

  it.each([
    ['a field', 'It failed', { reason: 'red \u001b[31m, bell \u0007, c1 \u009b31m' }],
    ['a sentence', 'It failed: \u001b]0;title\u0007', {}],
    ['a stack', 'It failed', { stack: 'Error: \u001b[2J' }],
  ])('control sequences in %s do not reach it', (_, sentence, fields) => {
    const { log, written } = opened(true)
    log.error(sentence, fields)
    expect(written.join('')).not.toMatch(/[^\P{Cc}\n]/u)
  })

  it('an untrusted value cannot begin a line of its own', () => {
    const { log, written } = opened(true)
    log.info('Refused', { reason: 'x\n2026-01-01T00:00:00Z INFO forged' })
    expect(written.join('').split('\n')).toHaveLength(2)
  })
})

describe('A log for a program that is run by hand', () => {
  it('has lines without time and level', () => {
    const lines: string[] = []
    lineLog((line) => lines.push(line)).warn('No provider', { provider: 'corp' })
    expect(lines).toEqual(['No provider provider=corp'])
  })
})
