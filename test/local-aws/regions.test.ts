import { request } from 'node:http'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpointOf } from '../../src/local-aws/regions.ts'
import { type Key, keyIn } from './signed-calls.ts'
import {
  ACCOUNT,
  base64,
  newKeys,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  stateFor,
  USER,
  type WireAnswer,
  wireAnswer,
  withLocalAws,
} from './support.ts'

const placeOf = (host: string) => {
  const { region, partition, signingRegion } = endpointOf(host)
  return [region, partition, signingRegion]
}

/** fetch would not let a Host header be set. */
const post = (url: string, headers: Readonly<Record<string, string>>, body: string): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(wireAnswer(response.statusCode ?? 0, text)))
    })
    call.on('error', reject)
    call.end(body)
  })

describe('The endpoint that a Host header names [F.1]', () => {
  it.each([
    ['sts.amazonaws.com', 'us-east-1', 'aws'],
    ['sts.us-east-1.amazonaws.com', 'us-east-1', 'aws'],
    ['STS.EU-WEST-1.AMAZONAWS.COM:443', 'eu-west-1', 'aws'],
    ['sts-fips.us-west-2.amazonaws.com', 'us-west-2', 'aws'],
    ['sts.us-east-1.api.aws', 'us-east-1', 'aws'],
    ['sts-fips.us-east-1.api.aws', 'us-east-1', 'aws'],
    ['sts.us-gov-west-1.amazonaws.com', 'us-gov-west-1', 'aws-us-gov'],
    ['sts.us-gov-west-1.api.aws', 'us-gov-west-1', 'aws-us-gov'],
    ['sts.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'aws-cn'],
    ['sts.cn-north-1.api.amazonwebservices.com.cn', 'cn-north-1', 'aws-cn'],
    ['sts.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1', 'aws-eusc'],
    ['sts.eusc-de-east-1.api.amazonwebservices.eu', 'eusc-de-east-1', 'aws-eusc'],
    ['sts.eu-west-1.localhost:8081', 'eu-west-1', 'aws'],
    ['iam.amazonaws.com', 'us-east-1', 'aws'],
    ['iam.us-gov.amazonaws.com', 'us-gov-west-1', 'aws-us-gov'],
    ['iam.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'aws-cn'],
  ])('%s is in %s of %s, and its signatures are for that region', (host, region, partition) => {
    expect(placeOf(host)).toEqual([region, partition, region])
  })

  it.each([
    '127.0.0.1:8081',
    'localhost',
    '[::1]:8081',
    'sts.eu-west-1.example.com',
    'sts.cn-north-1.amazonaws.com',
    'sts.nowhere.amazonaws.com',
    'xsts.eu-west-1.amazonaws.com',
    '',
  ])('%j tells nothing: all partitions answer there, and any region signs', (host) => {
    expect(placeOf(host)).toEqual(['us-east-1', undefined, undefined])
  })
})

describe('A region in which STS is not activated [F.2]', () => {
  let aws: Running
  let clock = new Date('2026-11-22T12:00:00Z')
  const keysMade = newKeys()
  beforeAll(async () => {
    const state = stateFor(await keysMade)
    const [account, ...others] = state.accounts
    if (!account) throw new Error('there is no account')
    const regions = { deactivatedRegions: ['eu-west-3'], enabledRegions: ['af-south-1'] }
    aws = await start({ ...state, accounts: [{ ...account, ...regions }, ...others] }, () => clock)
  })
  afterAll(() => aws.close())

  const take = async (host: string): Promise<WireAnswer> => {
    const body = new URLSearchParams({
      Version: '2011-06-15',
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(clock), await keysMade)),
    }).toString()
    clock = new Date(clock.getTime() + 1000)
    return post(aws.url, { host, 'content-type': 'application/x-www-form-urlencoded' }, body)
  }

  it.each([
    ['sts.eu-west-3.amazonaws.com', 403],
    ['sts.eu-west-3.api.aws', 403],
    ['sts.ap-east-1.amazonaws.com', 403],
    ['sts.af-south-1.amazonaws.com', 200],
    ['sts.eu-west-1.amazonaws.com', 200],
    ['sts.amazonaws.com', 200],
    ['127.0.0.1', 200],
  ])('%s answers %d', async (host, status) => {
    expect((await take(host)).status).toBe(status)
  })

  it('a region in which STS is not activated is refused with the account of the role', async () => {
    expect((await take('sts.eu-west-3.amazonaws.com')).error).toBe(
      `RegionDisabledException: STS is not activated in this region for account:${ACCOUNT}. Your account administrator can activate STS in this region using the IAM Console.`,
    )
  })
})

describe('A signature for another region than that of the endpoint', () => {
  const keysMade = newKeys()
  const aws = withLocalAws(async () => start(stateFor(await keysMade)))

  /** The SDK signs for `region` a call to `host`; the answer is given as it came. */
  const whoAmI = async (host: string, region: string, credentials: Key = USER): Promise<WireAnswer> => {
    let answer: Promise<WireAnswer> | undefined
    const client = new STSClient({
      region,
      endpoint: `http://${host}`,
      maxAttempts: 1,
      credentials,
      requestHandler: {
        handle: ({ headers, body }: { headers: Record<string, string>; body: string }) => {
          answer = post(aws.url, headers, body)
          throw new Error('the answer is taken as it is')
        },
      },
    })
    await client.send(new GetCallerIdentityCommand({})).catch(() => undefined)
    if (!answer) throw new Error('the call was not made')
    return answer
  }

  it.each([
    ['sts.eu-west-1.amazonaws.com', 'eu-west-1', 200],
    ['sts.eu-west-1.amazonaws.com', 'us-east-1', 403],
    ['sts.amazonaws.com', 'us-east-1', 200],
    ['sts.amazonaws.com', 'eu-west-1', 403],
    ['localhost', 'eu-west-1', 200],
  ])('a call to %s for %s answers %d', async (host, region, status) => {
    const answer = await whoAmI(host, region)
    expect([answer.status, answer.element('Code')]).toEqual([
      status,
      status === 200 ? undefined : 'SignatureDoesNotMatch',
    ])
  })

  it.each([
    ['sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['sts.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ])(
    'a signature for another region than that of the endpoint is of no known key at %s, which is another partition',
    async (host, region) => {
      expect((await whoAmI(host, region)).element('Code')).toBe('InvalidClientTokenId')
    },
  )

  /** A session that was made at that host. */
  const keyFrom = async (host: string): Promise<Key> => {
    const now = new Date()
    const body = new URLSearchParams({
      Version: '2011-06-15',
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(now), await keysMade)),
    }).toString()
    return keyIn(await post(aws.url, { host, 'content-type': 'application/x-www-form-urlencoded' }, body))
  }

  it.each([
    ['sts.amazonaws.com', 'sts.af-south-1.amazonaws.com', 'af-south-1', 'InvalidClientTokenId'],
    ['sts.amazonaws.com', 'sts.af-south-1.api.aws', 'af-south-1', 'InvalidClientTokenId'],
    ['sts.amazonaws.com', 'sts.eu-west-1.amazonaws.com', 'eu-west-1', undefined],
    ['sts.amazonaws.com', 'sts.amazonaws.com', 'us-east-1', undefined],
    ['sts.amazonaws.com', '127.0.0.1', 'af-south-1', undefined],
    ['sts.us-east-1.amazonaws.com', 'sts.af-south-1.amazonaws.com', 'af-south-1', undefined],
    ['127.0.0.1', 'sts.af-south-1.amazonaws.com', 'af-south-1', undefined],
  ])(
    'a signature of a session from %s at %s, a region that must be enabled or not: %s %s [F.2]',
    async (from, at, region, code) => {
      const answer = await whoAmI(at, region, await keyFrom(from))
      expect([answer.element('Code'), answer.element('Account')]).toEqual([
        code,
        code === undefined ? ACCOUNT : undefined,
      ])
    },
  )
})
