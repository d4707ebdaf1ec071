/** What is decided before anything is sent, and how long an answer is waited for. */
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { StsError } from '../../src/aws/errors.ts'
import { createStsClient, type RoleRequest } from '../../src/aws/sts/client.ts'
import { Secret } from '../../src/core/secret.ts'
import { answering, answeringHalf, halfAnswers } from './half-answers.ts'

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

/** What STS answers where all is well, and what it answers where it is not. */
const credentials = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2026-11-22T13:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
const wireError = (code: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`

describe('a call to STS that fails', () => {
  const failures: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ['answers 500', (response) => response.writeHead(500).end(wireError('InternalFailure'))],
    ['answers 503', (response) => response.writeHead(503).end(wireError('ServiceUnavailable'))],
    ['resets the connection', (response) => response.socket?.resetAndDestroy()],
    ['throttles', (response) => response.writeHead(400).end(wireError('Throttling'))],
    ['cannot reach the provider', (response) => response.writeHead(400).end(wireError('IDPCommunicationError'))],
  ]

  it.each(failures)(
    'a call to STS that fails is made a third time, after a while each, where STS %s',
    async (_what, fail) => {
      const { origin, times, close } = await answering((response, n) =>
        n < 2 ? fail(response) : response.writeHead(200, { 'Content-Type': 'text/xml' }).end(credentials),
      )
      try {
        const { exchange } = createStsClient({ endpoint: origin, fips: false, timeoutSeconds: 10 })
        await expect(exchange(request('eu-west-1'))).resolves.toMatchObject({
          credentials: { accessKeyId: 'ASIAEXAMPLE' },
        })
        const [first = 0, second = 0, third = 0] = times
        expect(times).toHaveLength(3)
        // At least a twentieth of the timeout, then at least a tenth.
        expect(second - first).toBeGreaterThanOrEqual(450)
        expect(third - second).toBeGreaterThanOrEqual(950)
      } finally {
        close()
      }
    },
  )

  it.each(failures)(
    'a call to STS that fails is not made a fourth time, nor for longer than the timeout, where STS %s',
    async (_what, fail) => {
      const { origin, times, close } = await answering((response) => fail(response))
      try {
        const { exchange } = createStsClient({ endpoint: origin, fips: false, timeoutSeconds: 1 })
        await expect(exchange(request('eu-west-1'))).rejects.toBeInstanceOf(StsError)
        expect(times.length).toBeLessThanOrEqual(3)
      } finally {
        close()
      }
    },
  )

  it('a call to STS is made once where AWS refuses', async () => {
    const { origin, times, close } = await answering((response) =>
      response.writeHead(403).end(wireError('AccessDenied')),
    )
    try {
      const { exchange } = createStsClient({ endpoint: origin, fips: false, timeoutSeconds: 5 })
      await expect(exchange(request('eu-west-1'))).rejects.toMatchObject({ code: 'sts.access_denied' })
      expect(times).toHaveLength(1)
    } finally {
      close()
    }
  })
})

describe('a call to STS', () => {
  it.each(['eu-west-1', 'cn-north-1'])('goes nowhere with FIPS in %s, which has no such endpoint', async (region) => {
    const { exchange } = createStsClient({ fips: true, timeoutSeconds: 1 })
    await expect(exchange(request(region))).rejects.toMatchObject({ code: 'sts.fips_unavailable', found: region })
  })

  it.each([true, false])('goes nowhere in an unknown region, FIPS %s', async (fips) => {
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
