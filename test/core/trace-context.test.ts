/** The two headers of W3C Trace Context: read strictly, as anyone can send them. */
import { describe, expect, it } from 'vitest'
import { parseTraceContext } from '../../src/core/tracing/trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`

describe('traceparent', () => {
  it('traceparent is passed on as it is, and its trace is known', () => {
    expect(parseTraceContext(PARENT, undefined)).toEqual({ traceId: TRACE, traceparent: PARENT })
  })

  it.each([
    ['with what a later version adds', `cc-${TRACE}-b7ad6b7169203331-01-what-the-future-says`, '01'],
    ['with flags of a later version', `cc-${TRACE}-b7ad6b7169203331-0e`, '00'],
  ])('traceparent of a later version is passed on as version 00: %s', (_, header, flags) => {
    expect(parseTraceContext(header, undefined)?.traceparent).toBe(`00-${TRACE}-b7ad6b7169203331-${flags}`)
  })

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['has the version that is forbidden', `ff-${TRACE}-b7ad6b7169203331-01`],
    ['has more than version 00 allows', `${PARENT}-more`],
    ['is in capitals', PARENT.toUpperCase()],
    ['has a trace of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['has a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['is too short', `00-${TRACE}-b7ad6b7169203331`],
    ['was sent twice', `${PARENT}, ${PARENT}`],
    ['begins a line of its own', `${PARENT}\nx: y`],
  ])('traceparent is ignored if it %s', (_, header) => {
    expect(parseTraceContext(header, 'vendor=value')).toBeUndefined()
  })
})

describe('tracestate', () => {
  const passedOn = (tracestate: string): string | undefined => parseTraceContext(PARENT, tracestate)?.tracestate

  it.each([
    'rojo=00f067aa0ba902b7',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'rojo=1 , congo=2,,',
    '1tenant@vendor=x y',
    Array.from({ length: 32 }, (_, n) => `k${n}=v`).join(','),
  ])('tracestate is passed on as it is: %s', (tracestate) => {
    expect(passedOn(tracestate)).toBe(tracestate)
  })

  it.each([
    ['is empty', ''],
    ['has no value', 'rojo'],
    ['has a key in capitals', 'Rojo=1'],
    ['has a key twice', 'rojo=1,rojo=2'],
    ['has 33 members', Array.from({ length: 33 }, (_, n) => `k${n}=v`).join(',')],
    ['is longer than 512 characters', `rojo=${'x'.repeat(250)},congo=${'x'.repeat(250)},more=1234567`],
    ['has a character outside of ASCII', 'rojo=é'],
    ['has a value with an equals sign', 'rojo=1=2'],
  ])('tracestate is left out if it %s, and traceparent is not', (_, tracestate) => {
    expect(parseTraceContext(PARENT, tracestate)).toEqual({ traceId: TRACE, traceparent: PARENT })
  })
})
