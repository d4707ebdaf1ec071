import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import { requireTool } from '../tools.ts'
import { ACCOUNT, newKeys, start, stateFor, USER, wireAnswer, withLocalAws } from './support.ts'

/** botocore presigns, as Vault and the EKS authenticator do; Debian's AWS CLI brings it. */
const PRESIGN = `
import sys
import awscli.botocore.session as botocore
session = botocore.Session()
session.set_credentials(sys.argv[2], sys.argv[3])
sts = session.create_client('sts', endpoint_url=sys.argv[1], region_name='eu-west-1')
if len(sys.argv) > 4:
    sts.meta.events.register('before-sign.sts.GetCallerIdentity', lambda request, **_: request.headers.add_header('x-k8s-aws-id', sys.argv[4]))
print(sts.generate_presigned_url('get_caller_identity', ExpiresIn=60, HttpMethod='GET'))
`

const presign = (...args: readonly string[]): string =>
  execFileSync('/usr/bin/python3', ['-c', PRESIGN, ...args], { encoding: 'utf8' }).trim()

const signedAt = (link: string): Date => {
  const date = new URL(link).searchParams.get('X-Amz-Date') ?? ''
  return new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

describe.skipIf(!requireTool('/usr/bin/aws'))('A presigned GetCallerIdentity', () => {
  let clock = new Date()
  const aws = withLocalAws(async () => start(stateFor(await newKeys()), () => clock))

  const url = (...more: readonly string[]): string => presign(aws.url, USER.accessKeyId, USER.secretAccessKey, ...more)
  const ask = async (link: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(link, { headers })
    return wireAnswer(response.status, await response.text())
  }

  it('says who signed it', holds('A.1 presigned', 'A.1 query'), async () => {
    expect((await ask(url())).element('Arn')).toBe(USER.arn)
  })

  it('holds for fifteen minutes, whatever end it names', holds('A.1 presigned end'), async () => {
    const link = url()
    const signed = signedAt(link)
    const before = clock
    try {
      clock = new Date(signed.getTime() + 15 * 60_000)
      expect((await ask(link)).status).toBe(200)
      clock = new Date(signed.getTime() + 15 * 60_000 + 1)
      expect((await ask(link)).element('Code')).toBe('SignatureDoesNotMatch')
    } finally {
      clock = before
    }
  })

  it('covers a header of the caller, which must come along unchanged', async () => {
    const link = url('my-cluster')
    expect(link).toContain('x-k8s-aws-id')
    expect((await ask(link, { 'x-k8s-aws-id': 'my-cluster' })).element('Arn')).toBe(USER.arn)
    expect((await ask(link, { 'x-k8s-aws-id': 'another' })).element('Code')).toBe('SignatureDoesNotMatch')
    expect((await ask(link)).element('Code')).toBe('SignatureDoesNotMatch')
  })

  it(
    'a presigned GetCallerIdentity is answered in JSON, with the nesting of the XML, to those who ask for it',
    holds('A.1 JSON'),
    async () => {
      const headers = { 'x-k8s-aws-id': 'my-cluster', accept: 'application/json' }
      const response = await fetch(url('my-cluster'), { headers })
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
      expect(await response.json()).toEqual({
        GetCallerIdentityResponse: {
          GetCallerIdentityResult: { Account: ACCOUNT, Arn: USER.arn, UserId: expect.stringMatching(/^AIDA/) },
          ResponseMetadata: { RequestId: response.headers.get('x-amzn-requestid') },
        },
      })
      const refused = await fetch(`${url()}&Extra=1`, { headers })
      expect(await refused.json()).toMatchObject({ Error: { Code: 'SignatureDoesNotMatch', Type: 'Sender' } })
    },
  )

  it('covers every parameter of its query', async () => {
    expect((await ask(`${url()}&Extra=1`)).element('Code')).toBe('SignatureDoesNotMatch')
  })
})
