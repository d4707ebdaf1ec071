/**
 * STS: the two calls that need no AWS credentials, because the identity provider's signature authorizes them. Knows
 * requests and responses of AWS, not the user or the reason. Reads no AWS environment, profile or metadata service.
 */
import type { Credentials as SdkCredentials, STSClient } from '@aws-sdk/client-sts'
import type { Credentials } from '../../core/credentials.ts'
import type { Secret } from '../../core/secret.ts'
import { Secret as SecretValue } from '../../core/secret.ts'
import { StsError } from '../errors.ts'
import { stsEndpoint } from '../facts/partitions.ts'
import { withRetries } from '../retries.ts'
import { stsErrorOf } from './answer.ts'
import { boundAnswers } from './bounded-answer.ts'
import { passTraceOn } from './pass-trace-on.ts'

export interface StsSettings {
  /** Replaces AWS's own endpoint of the region: the local AWS, or a VPC endpoint. */
  readonly endpoint?: string
  /** FIPS endpoints only. */
  readonly fips: boolean
  /** For the whole call, with up to three attempts. */
  readonly timeoutSeconds: number
}

interface RoleToAssume {
  readonly roleArn: string
  readonly durationSeconds: number
  readonly region: string
  /** Managed policies that limit the session. */
  readonly policyArns: readonly string[]
  /** The same inline: JSON. */
  readonly policy: string | undefined
}

export type RoleRequest =
  | (RoleToAssume & { readonly kind: 'saml'; readonly providerArn: string; readonly samlResponse: Secret })
  | (RoleToAssume & {
      readonly kind: 'web-identity'
      readonly sessionName: string
      readonly token: Secret
      /** For an access token: whose it is. */
      readonly providerId?: string
    })

export interface AssumedRole {
  readonly credentials: Credentials
  readonly assumedRoleArn: string
  readonly requestId: string | undefined
  /** How much of AWS's limit for tags and policies is used, in percent; undefined if there are none. */
  readonly packedPolicySize: number | undefined
  readonly sourceIdentity: string | undefined
}

const THROTTLED: ReadonlySet<unknown> = new Set(['Throttling', 'ThrottlingException', 'IDPCommunicationError'])

/** Exchanges evidence for a role's credentials. Throws StsError for every other outcome. */
export function createStsClient(settings: StsSettings): { exchange(request: RoleRequest): Promise<AssumedRole> } {
  const clients = new Map<string, Promise<STSClient>>()
  const clientFor = (region: string): Promise<STSClient> => {
    const known = clients.get(region) ?? clientOf(settings, region)
    clients.set(region, known)
    return known
  }
  return {
    exchange: async (request) => {
      const client = await clientFor(request.region)
      // The SDK's own time limit covers only the head of a response: the body could take forever.
      const answer = await withRetries(settings.timeoutSeconds * 1000, isPassing, (signal) =>
        send(client, request, signal),
      ).catch((error: unknown) => {
        throw stsErrorOf(error)
      })
      return {
        credentials: credentialsOf(answer.Credentials),
        assumedRoleArn: answer.AssumedRoleUser?.Arn ?? '',
        requestId: answer.$metadata.requestId,
        packedPolicySize: answer.PackedPolicySize,
        sourceIdentity: answer.SourceIdentity,
      }
    },
  }
}

/** Loaded at the first exchange, because the SDK is the slowest import of the program. */
async function clientOf(settings: StsSettings, region: string): Promise<STSClient> {
  // The SDK's warning about future Node versions is for us, who pin it, not for operators.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { STSClient: Client } = await import('@aws-sdk/client-sts')
  const client = new Client({
    region,
    endpoint: settings.endpoint ?? endpointOf(region, settings),
    // Retried here (retries.ts): the SDK retries after milliseconds, and not for long.
    maxAttempts: 1,
    // Both calls are unsigned. If one ever needed a signature, it fails here instead of asking the metadata service.
    credentials: async () => {
      throw new Error('fedgate signs no AWS request')
    },
    defaultsMode: 'standard',
    // The endpoint was chosen above.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    requestHandler: {
      connectionTimeout: settings.timeoutSeconds * 1000,
      requestTimeout: settings.timeoutSeconds * 1000,
      throwOnRequestTimeout: true,
    },
  })
  return passTraceOn(boundAnswers(client))
}

/** Our own table of hosts instead of the SDK's, whose rule invents FIPS hosts for regions that have none. */
function endpointOf(region: string, { fips }: StsSettings): string {
  const endpoint = stsEndpoint(region, { fips })
  if (endpoint !== undefined) return endpoint
  const code = fips && stsEndpoint(region) !== undefined ? 'sts.fips_unavailable' : 'sts.region_unknown'
  throw new StsError(code, { found: region, source: 'region' })
}

/** Whether a retry may succeed: AWS failed or was busy, could not reach the provider, or was not reached. */
function isPassing(failure: unknown): boolean {
  const { Code, $metadata } = (failure ?? {}) as { Code?: unknown; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  return status === undefined || status >= 500 || status === 429 || THROTTLED.has(Code)
}

async function send(client: STSClient, request: RoleRequest, abortSignal: AbortSignal) {
  const { AssumeRoleWithSAMLCommand, AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts')
  const role = {
    RoleArn: request.roleArn,
    DurationSeconds: request.durationSeconds,
    ...(request.policyArns.length > 0 && { PolicyArns: request.policyArns.map((arn) => ({ arn })) }),
    ...(request.policy !== undefined && { Policy: request.policy }),
  }
  switch (request.kind) {
    case 'saml':
      return client.send(
        new AssumeRoleWithSAMLCommand({
          ...role,
          PrincipalArn: request.providerArn,
          SAMLAssertion: request.samlResponse.reveal(),
        }),
        { abortSignal },
      )
    case 'web-identity':
      return client.send(
        new AssumeRoleWithWebIdentityCommand({
          ...role,
          RoleSessionName: request.sessionName,
          WebIdentityToken: request.token.reveal(),
          ...(request.providerId !== undefined && { ProviderId: request.providerId }),
        }),
        { abortSignal },
      )
  }
}

function credentialsOf(answer: SdkCredentials | undefined): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
    throw new StsError('sts.failed', { expected: 'credentials in the answer', found: 'an answer without them' })
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: new SecretValue(SecretAccessKey),
    sessionToken: new SecretValue(SessionToken),
    expiration: Expiration,
  }
}
