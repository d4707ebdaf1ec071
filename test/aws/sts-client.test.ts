/** What is decided before anything is sent, and how long an answer is waited for. */
import { describe, expect, it } from 'vitest'
import { StsError } from '../../src/aws/errors.ts'
import { createStsClient, type RoleRequest } from '../../src/aws/sts/client.ts'
import { Secret } from '../../src/core/secret.ts'
import { answeringHalf, halfAnswers } from './half-answers.ts'

const request = (region: string): RoleRequest => ({
  kind: 'web-identity',
  roleArn: 'arn:aws:iam::111122223333:role/Developer',
  durationSeconds: 3600,
  region,
  policyArns: [],
  policy: undefined,
  sessionName: 'alice',
  token: new Secret('a.b.c'),
})

describe('a call to STS', () => {
  it.each(['eu-west-1', 'cn-north-1'])('goes nowhere with FIPS in %s, which has no such endpoint', async (region) => {
    const { exchange } = createStsClient({ fips: true, timeoutSeconds: 1 })
    await expect(exchange(request(region))).rejects.toMatchObject({ code: 'sts.fips_unavailable', found: region })
  })

  it.each([true, false])('goes nowhere in a region that nobody knows, FIPS %s', async (fips) => {
    const { exchange } = createStsClient({ fips, timeoutSeconds: 1 })
    await expect(exchange(request('nowhere'))).rejects.toMatchObject({ code: 'sts.region_unknown', found: 'nowhere' })
  })

  it.each(halfAnswers)('ends with an error of ours when STS %s', async (_, goOn) => {
    const { origin, close } = await answeringHalf(goOn)
    try {
      const { exchange } = createStsClient({ endpoint: origin, fips: false, timeoutSeconds: 0.5 })
      await expect(exchange(request('eu-west-1'))).rejects.toBeInstanceOf(StsError)
    } finally {
      close()
    }
  })

  it('reads no more than a megabyte of an answer', async () => {
    let sent = 0
    const { origin, close } = await answeringHalf((response) => {
      const more = (): void => {
        sent += 65_536
        if (response.write(' '.repeat(65_536))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    try {
      const { exchange } = createStsClient({ endpoint: origin, fips: false, timeoutSeconds: 30 })
      await expect(exchange(request('eu-west-1'))).rejects.toMatchObject({ found: expect.stringContaining('octets') })
      expect(sent).toBeLessThan(64 * 1024 * 1024)
    } finally {
      close()
    }
  })
})
