/** botocore's service models against the answers of EC2, S3 and CodeArtifact. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { ec2Operations } from '../../../src/local-aws/services/ec2/operations.ts'
import { s3Operations } from '../../../src/local-aws/services/s3/operations.ts'
import { AWS } from '../../local-aws/cli.ts'
import { ACCOUNT, start, USER } from '../../local-aws/support.ts'
import { requireTool } from '../../tools.ts'
import { FOLDER } from './program.ts'

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

it.skipIf(!requireTool(AWS))('each answer of EC2, S3 and CodeArtifact is what the service model says', async () => {
  const user = { ...USER, secretAccessKey: new Secret(USER.secretAccessKey), policies: { everything } }
  const instances = [{ id: 'i-0123456789abcdef0', account: ACCOUNT, region: 'eu-west-1', state: 'stopped' as const }]
  const none = { accounts: [], roles: [], samlProviders: [], oidcProviders: [] }
  const aws = await start({ ...none, users: [user], instances })
  try {
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: USER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
    }
    const { stdout } = await promisify(execFile)('/usr/bin/python3', [join(FOLDER, 'services.py'), aws.url], { env })
    const report = JSON.parse(stdout) as readonly (readonly [operation: string, problems: string])[]
    expect(report.filter(([, problems]) => problems !== '')).toEqual([])
    expect(report.map(([operation]) => operation).toSorted()).toEqual(
      [
        'codeartifact GetAuthorizationToken',
        ...[...ec2Operations.keys()].map((name) => `ec2 ${name}`),
        ...Object.keys(s3Operations).map((name) => `s3 ${name}`),
      ].toSorted(),
    )
  } finally {
    await aws.close()
  }
})
