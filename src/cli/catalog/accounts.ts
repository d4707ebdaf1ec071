/** Accounts of AWS, as the user who runs a command may call them: with their own credentials, or with a role in each. */
import type { STSClient } from '@aws-sdk/client-sts'
import { parseArn } from '../../core/arn.ts'
import { type AwsCall, AwsRefusal, awsCaller, type ClientFor, patiently } from './aws-calls.ts'
import { PullError } from './errors.ts'
import { AUDIT_ROLE } from './permissions.ts'

/** The endpoint, region and credentials of calls to AWS. */
export interface AwsAccess {
  /** The role to assume in other accounts than the caller's. */
  readonly roleName: string | undefined
  /** Of the STS calls. Default: that of the environment. */
  readonly region: string | undefined
  /** Instead of AWS's own endpoints. */
  readonly endpointUrl: string | undefined
  /** What AWS logs the assumed role under. */
  readonly sessionName: string
  readonly env: NodeJS.ProcessEnv
}

export interface Accounts {
  readonly caller: { readonly account: string; readonly partition: string }
  /** Organizations, as the caller. */
  organizations(): Promise<AwsCall>
  /** IAM of that account. Rejects with AwsRefusal where the role cannot be assumed. */
  iam(account: string): Promise<AwsCall>
}

/** Global endpoints by partition: IAM has one in each, and Organizations where it exists. */
const GLOBAL = {
  aws: {
    region: 'us-east-1',
    iam: 'https://iam.amazonaws.com/',
    organizations: 'https://organizations.us-east-1.amazonaws.com/',
  },
  'aws-us-gov': {
    region: 'us-gov-west-1',
    iam: 'https://iam.us-gov.amazonaws.com/',
    organizations: 'https://organizations.us-gov-west-1.amazonaws.com/',
  },
  'aws-cn': {
    region: 'cn-north-1',
    iam: 'https://iam.cn-north-1.amazonaws.com.cn/',
    organizations: 'https://organizations.cn-northwest-1.amazonaws.com.cn/',
  },
} as const

/** With the credentials that the AWS SDK finds. Throws PullError. */
export async function openAccounts(access: AwsAccess): Promise<Accounts> {
  const clientFor = clients(access)
  const { client, ...caller } = await whoCalls(await clientFor(undefined, homeRegion(access)))
  const endpoints = endpointsOf(access, caller.partition)
  return {
    caller,
    organizations: () => awsCaller(clientFor, endpoints.organizations),
    iam: async (account) => {
      if (account === caller.account) return awsCaller(clientFor, endpoints.iam)
      const { AssumeRoleCommand } = await import('@aws-sdk/client-sts')
      const request = {
        RoleArn: `arn:${caller.partition}:iam::${account}:role/${access.roleName ?? AUDIT_ROLE}`,
        RoleSessionName: access.sessionName,
      }
      const { Credentials: taken } = await patiently(() => client.send(new AssumeRoleCommand(request)))
      const {
        AccessKeyId: accessKeyId = '',
        SecretAccessKey: secretAccessKey = '',
        SessionToken: sessionToken = '',
      } = taken ?? {}
      return awsCaller(clientFor, endpoints.iam, { accessKeyId, secretAccessKey, sessionToken })
    },
  }
}

/** Turns a refusal of AWS into PullError `catalog.aws_refused`. */
export function refusedCall(what: string, hint?: string) {
  return (error: unknown): never => {
    if (!(error instanceof AwsRefusal)) throw error
    throw new PullError('catalog.aws_refused', {
      sentence: `AWS refused ${what}: ${error.code}. ${error.message}`.trim(),
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    })
  }
}

/** One client for each signer: it remembers which service it signs for. */
function clients({ endpointUrl, env }: AwsAccess): ClientFor {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const endpoint = endpointUrl ?? env.AWS_ENDPOINT_URL_STS ?? env.AWS_ENDPOINT_URL
  return async (credentials, region) => {
    const { STSClient: Client } = await import('@aws-sdk/client-sts')
    return new Client({
      region,
      // Retried by patiently.
      maxAttempts: 1,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    })
  }
}

function homeRegion({ region, env }: AwsAccess): string {
  return region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1'
}

interface WhoCalls {
  readonly account: string
  readonly partition: string
  readonly client: STSClient
}

async function whoCalls(client: STSClient): Promise<WhoCalls> {
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
  const { Arn = '' } = await patiently(() => client.send(new GetCallerIdentityCommand({}))).catch(
    refusedCall('sts:GetCallerIdentity'),
  )
  const { account = '', partition = 'aws' } = parseArn(Arn) ?? {}
  return { account, partition, client }
}

function endpointsOf({ endpointUrl, env }: AwsAccess, partition: string) {
  const global = GLOBAL[partition as keyof typeof GLOBAL] ?? GLOBAL.aws
  const other = endpointUrl ?? env.AWS_ENDPOINT_URL
  return {
    iam: {
      service: 'iam',
      region: global.region,
      url: endpointUrl ?? env.AWS_ENDPOINT_URL_IAM ?? other ?? global.iam,
    },
    organizations: {
      service: 'organizations',
      region: global.region,
      url: endpointUrl ?? env.AWS_ENDPOINT_URL_ORGANIZATIONS ?? other ?? global.organizations,
    },
  } as const
}
