/** Conditional reads of an object: what decides, and in which order (RFC 9110 section 13.2.2). */
import { expect } from 'vitest'
import { newObject } from '../../src/local-aws/services/s3/buckets.ts'
import { isUnchanged } from '../../src/local-aws/services/s3/conditions.ts'
import { ServiceError } from '../../src/local-aws/services/service-error.ts'
import { itEach, row } from '../held/holds.ts'

/** A Sunday; S3 tells whole seconds only. */
const CHANGED = new Date('2026-11-29T12:00:00.700Z')
const NOW = new Date('2026-11-30T12:00:00Z')
const object = newObject('key', Buffer.from('x'), {}, CHANGED)
const [BEFORE, THEN, LATER] = [
  'Sun, 29 Nov 2026 11:59:59 GMT',
  'Sun, 29 Nov 2026 12:00:00 GMT',
  'Mon, 30 Nov 2026 12:00:01 GMT',
]

const statusFor = (headers: Readonly<Record<string, string>>): number => {
  try {
    return isUnchanged(headers, object, NOW) ? 304 : 200
  } catch (error) {
    if (error instanceof ServiceError) return error.status
    throw error
  }
}

itEach<[Readonly<Record<string, string>>, number]>([
  [row('changed since', 'A.8 s3 dates'), { 'if-modified-since': BEFORE }, 200],
  [row('not changed since', 'A.8 s3 dates'), { 'if-modified-since': THEN }, 304],
  ['a date to come', { 'if-modified-since': LATER }, 200],
  ['the date of RFC 850', { 'if-modified-since': 'Sunday, 29-Nov-26 12:00:00 GMT' }, 304],
  ['the date of asctime', { 'if-modified-since': 'Sun Nov 29 12:00:00 2026' }, 304],
  ['no HTTP date', { 'if-modified-since': '2026-11-29T12:00:00Z' }, 200],
  ['no day of the calendar', { 'if-unmodified-since': 'Sun, 31 Feb 2026 12:00:00 GMT' }, 200],
  ['no time of the day', { 'if-unmodified-since': 'Sun, 01 Feb 2026 25:00:00 GMT' }, 200],
  [row('changed, not to be', 'A.8 s3 dates'), { 'if-unmodified-since': BEFORE }, 412],
  [row('unchanged, as wanted', 'A.8 s3 dates'), { 'if-unmodified-since': THEN }, 200],
  [row('the tag before a date', 'A.8 s3 dates'), { 'if-match': object.etag, 'if-unmodified-since': BEFORE }, 200],
  [row('another tag before a date', 'A.8 s3 dates'), { 'if-none-match': '"other"', 'if-modified-since': THEN }, 200],
  ['a failed date before the tag', { 'if-unmodified-since': BEFORE, 'if-none-match': object.etag }, 412],
  ['both kinds that hold', { 'if-match': '*', 'if-none-match': object.etag }, 304],
])('a read under a condition answers for %s', (_, headers, status) => {
  expect(statusFor(headers)).toBe(status)
})
