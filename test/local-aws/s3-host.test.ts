/** The bucket that a host names: hosts come from strangers, before anything is verified. */
import { describe, expect, it } from 'vitest'
import { s3RequestOf } from '../../src/local-aws/services/s3/request.ts'

const bucketIn = (host: string): string =>
  s3RequestOf({ method: 'GET', path: '/key', query: '', headers: { host }, body: Buffer.alloc(0) } as never).bucket

describe('the host of a request for S3', () => {
  it.each([
    ['team-data.s3.eu-west-1.amazonaws.com', 'team-data'],
    ['team-data.s3.us-gov-west-1.amazonaws.com', 'team-data'],
    ['team-data.s3-fips.dualstack.us-east-1.amazonaws.com', 'team-data'],
    ['team-data.localhost:8081', 'team-data'],
    ['s3.eu-west-1.amazonaws.com', 'key'],
  ])('the host %s names %s', (host, bucket) => {
    expect(bucketIn(host)).toBe(bucket)
  })

  it('a host of many labels is read at once, whatever it looks like', { timeout: 10_000 }, () => {
    for (const label of ['-a', '.a', '--', '-a-']) expect(bucketIn(`aaa.s3${label.repeat(60)}!`), label).toBe('key')
    expect(bucketIn(`aaa.s3${'-a'.repeat(5_000)}`)).toBe('key')
  })
})
