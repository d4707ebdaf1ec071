import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { requireTool } from '../tools.ts'
import { ACCOUNT, start, USER } from './support.ts'

const run = promisify(execFile)
const page = readFileSync(new URL('../../docs/local-aws.md', import.meta.url), 'utf8')
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

/** Every command of the page after the first, which starts what is running here already. */
const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].slice(1).map(([, text = '']) => text)

describe.skipIf(!requireTool('/usr/bin/aws'))('docs/local-aws.md', () => {
  it('docs/local-aws.md is a walk that works with the AWS CLI alone', { timeout: 300_000 }, async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:user/admin`
    const admin = { ...USER, arn, secretAccessKey: new Secret(USER.secretAccessKey), policies: { everything } }
    const state = { accounts: [], users: [admin], roles: [], samlProviders: [], oidcProviders: [] }
    const aws = await start(state, undefined, { encodedMessages: true })
    const home = mkdtempSync(join(tmpdir(), 'fedgate-walk-'))
    try {
      const script = commands.join('\n').replaceAll('http://127.0.0.1:8081', aws.url)
      const { stdout, stderr } = await run('/bin/bash', ['-euc', script], {
        cwd: home,
        env: {
          PATH: '/usr/bin:/bin',
          HOME: home,
          AWS_ACCESS_KEY_ID: USER.accessKeyId,
          AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_PAGER: '',
          AWS_MAX_ATTEMPTS: '1',
        },
      })
      const told = stdout.split('\n')
      expect(told.filter((line) => /^(?:arn:|Auditor$)/.test(line)).slice(0, 6)).toEqual([
        arn,
        `arn:aws:iam::${ACCOUNT}:role/Auditor`,
        `arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/me`,
        'Auditor',
        `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
        `arn:aws:iam::${ACCOUNT}:role/Developer`,
      ])
      const denial = JSON.parse(told.find((line) => line.startsWith('{"allowed"')) ?? '{}')
      expect(denial).toMatchObject({ allowed: false, context: { action: 'iam:ListRoles' } })
      expect(stdout).toMatch(
        /An error occurred \(AccessDenied\) when calling the ListRoles operation.*is not authorized to perform: iam:ListRoles/,
      )
      const [, ofEc2 = '{}'] = told.filter((line) => line.startsWith('{"allowed"'))
      expect(JSON.parse(ofEc2)).toMatchObject({ allowed: false, context: { action: 'ec2:StopInstances' } })
      expect(stderr).toMatch(/AccessDenied.*ListBuckets operation.*s3:ListAllMyBuckets/)
      expect(stderr).toMatch(
        /AccessDenied.*ListObjectsV2 operation.*s3:ListBucket on resource: "arn:aws:s3:::team-data"/,
      )
      expect(stdout).toMatch(/^[-\d: ]+ team-data\nhello\nstopping$/m)
      expect(stderr).toContain('DryRunOperation')
      expect(stderr).toMatch(
        /An error occurred \(InvalidIdentityToken\) when calling the AssumeRoleWithSAML operation.*: Invalid base64 SAMLResponse/,
      )
      const trail = stdout.slice(stdout.indexOf('{"Records"'), stdout.lastIndexOf('}') + 1)
      const { Records } = JSON.parse(trail) as { Records: readonly { readonly eventName: string }[] }
      expect(Records.map(({ eventName }) => eventName)).toEqual([
        'AssumeRoleWithSAML',
        'CreateRole',
        'CreateSAMLProvider',
      ])
      expect(told.at(-2)).toBe(arn)
      const events = await (await fetch(`${aws.url}/cloudtrail?limit=1`)).json()
      expect(events).toMatchObject({ Records: [{ eventName: 'GetCallerIdentity', awsRegion: 'eu-west-1' }] })
    } finally {
      await aws.close()
      rmSync(home, { recursive: true })
    }
  })
})
