/** The schema of the state file. */
import { z } from 'zod'
import { maxSessionDuration } from '../../aws/facts/limits.ts'
import { partitionOfRegion } from '../../aws/facts/partitions.ts'
import { parseArn, parseRoleArn } from '../../core/arn.ts'
import { MalformedPolicyError } from '../../iam/errors.ts'
import { type PolicyKind, parsePolicy } from '../../iam/policy.ts'
import { decodeBase32 } from '../mfa.ts'
import { isDescribed } from './managed-policies.ts'
import { policyProblem } from './policy-arns.ts'

const roleArn = z.string().refine((text) => parseRoleArn(text) !== undefined, 'expected the ARN of a role')

const policies = z.record(z.string().regex(/^[\w+=,.@-]{1,128}$/), policy('identity')).optional()
const tags = z.record(z.string().min(1).max(128), z.string().max(256)).optional()
const policyArn = z
  .string()
  .regex(/^arn:[a-z-]+:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/, 'expected the ARN of a managed policy')
const accountId = z.string().regex(/^\d{12}$/, 'expected twelve digits in quotes')
const accessKey = { accessKeyId: z.string().regex(/^\w{16,128}$/), secretAccessKey: z.string().min(1) }
const region = z.string().refine((text) => partitionOfRegion(text) !== undefined, 'expected a region')

const mfa = z
  .array(
    z
      .strictObject({
        serial: z.string().regex(/^[\w+=/:,.@-]{9,256}$/, 'expected the ARN or serial number of a device'),
        secret: z
          .string()
          .refine((text) => decodeBase32(text) !== undefined, 'expected base32')
          .optional(),
        code: z
          .string()
          .regex(/^\d{6}$/, 'expected six digits in quotes')
          .optional(),
      })
      .refine(({ secret, code }) => (secret === undefined) !== (code === undefined), 'expected either secret or code'),
  )
  .optional()

const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, 'expected twelve digits in quotes'),
  name: z.string().optional(),
  email: z.string().optional(),
  status: z.enum(['ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED']).optional(),
  ou: z
    .string()
    .regex(/^[^/]+(\/[^/]+){0,4}$/, 'expected names of units, at most five, with slashes between them')
    .optional(),
  tags,
  root: z.strictObject({ ...accessKey, mfa }).optional(),
  deactivatedRegions: z
    .array(region.refine((text) => text !== 'us-east-1', 'us-east-1 cannot be deactivated'))
    .optional(),
  enabledRegions: z.array(region).optional(),
  globalEndpointTokens: z.enum(['v1Token', 'v2Token']).optional(),
  outboundFederation: z.boolean().optional(),
  rootFeatures: z.array(z.enum(['RootCredentialsManagement', 'RootSessions'])).optional(),
  delegatedAdministrator: z.boolean().optional(),
})

const user = z
  .strictObject({
    arn: arnOf(/^user\/.+/, 'a user'),
    ...accessKey,
    moreAccessKeys: z.array(z.strictObject(accessKey)).max(1).optional(),
    mfa,
    policies,
    permissionsBoundary: policyArn.optional(),
    tags,
  })
  .superRefine(policiesAreItsOwn)

const role = z
  .strictObject({
    arn: roleArn,
    trustPolicy: policy('trust'),
    maxSessionDuration: z.int().min(maxSessionDuration.min).max(maxSessionDuration.max).optional(),
    description: z.string().max(1000).optional(),
    policies,
    attachedPolicies: z.array(policyArn).max(25).optional(),
    permissionsBoundary: policyArn.optional(),
    tags,
  })
  .superRefine(policiesAreItsOwn)

const describedPolicy = z.strictObject({
  document: policy('session'),
  description: z.string().max(1000).optional(),
  tags,
  version: z.int().min(1).optional(),
  newestVersion: z.int().min(1).optional(),
})

const samlProvider = z
  .strictObject({
    arn: arnOf(/^saml-provider\/[\w.-]{1,128}$/, 'a SAML provider'),
    metadata: z.string(),
    privateKeys: z.array(z.string()).min(1).max(2).optional(),
    assertionEncryptionMode: z.enum(['Required', 'Allowed']).optional(),
    tags,
  })
  .refine(
    ({ privateKeys, assertionEncryptionMode }) => assertionEncryptionMode === undefined || privateKeys !== undefined,
    'assertionEncryptionMode needs privateKeys',
  )

const oidcProvider = z.strictObject({
  arn: arnOf(/^oidc-provider\/.+/, 'an OpenID provider'),
  url: z.url(),
  clientIds: z.array(z.string().min(1)).max(100),
  thumbprints: z
    .array(z.string().regex(/^[0-9A-Fa-f]{40}$/, 'expected 40 hex digits'))
    .max(5)
    .optional(),
  tags,
})

const accessToken = z.strictObject({
  provider: z.enum(['www.amazon.com', 'graph.facebook.com']),
  token: z.string().min(4),
  of: z.strictObject({ appId: z.string().min(1), userId: z.string().min(1) }).optional(),
})

const identityPool = z.strictObject({
  id: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}:[0-9a-f-]{36}$/, 'expected the ID of an identity pool'),
  account: z.string().regex(/^\d{12}$/, 'expected twelve digits in quotes'),
  logins: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)),
})

const tradeInToken = z.strictObject({
  token: z.string().min(1),
  principal: z.union([roleArn, arnOf(/^user\/.+/, 'a role or user')]),
  policy: policy('session').optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  durationSeconds: z.int().min(900).max(43_200).optional(),
})

const trustedTokenIssuer = z.strictObject({
  account: accountId,
  issuer: z.url(),
  application: z
    .string()
    .regex(/^arn:[a-z-]+:sso::\d{12}:application\/[\w-]+\/[\w-]+$/, 'expected the ARN of an application'),
  audiences: z.array(z.string().min(1)).min(1),
  claim: z.string().min(1).optional(),
})

const bucket = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
  account: accountId,
  region: region.optional(),
  policy: policy('resource').optional(),
  objects: z
    .record(
      z.string().min(1),
      z.union([
        z.string(),
        z.strictObject({ base64: z.base64(), headers: z.record(z.string(), z.string()).optional() }),
      ]),
    )
    .optional(),
})

const instance = z.strictObject({
  id: z.string().regex(/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/, 'expected the ID of an instance'),
  account: accountId,
  region,
  imageId: z
    .string()
    .regex(/^ami-[0-9a-f]{8}(?:[0-9a-f]{9})?$/, 'expected the ID of an image')
    .optional(),
  type: z.string().min(1).optional(),
  state: z.enum(['running', 'stopped']).optional(),
  tags,
})

export const stateSchema = z.strictObject({
  accounts: z.array(account).default([]),
  users: z.array(user).default([]),
  roles: z.array(role).default([]),
  samlProviders: z.array(samlProvider).default([]),
  oidcProviders: z.array(oidcProvider).default([]),
  accessTokens: z.array(accessToken).default([]),
  identityPools: z.array(identityPool).default([]),
  tradeInTokens: z.array(tradeInToken).default([]),
  managedPolicies: z.record(policyArn, managedPolicy()).default({}),
  trustedTokenIssuers: z.array(trustedTokenIssuer).default([]),
  buckets: z.array(bucket).default([]),
  instances: z.array(instance).default([]),
})

export type StateFile = z.infer<typeof stateSchema>

/** A policy document, or its JSON text; what IAM would refuse is reported at its exact place. */
function policy(kind: PolicyKind) {
  return z.union([z.string(), z.record(z.string(), z.unknown())]).superRefine((document, context) => {
    try {
      parsePolicy(document, kind)
    } catch (error) {
      if (!(error instanceof MalformedPolicyError)) throw error
      for (const { path, expected, found } of error.problems)
        context.addIssue({ code: 'custom', path: stepsOf(path), message: `expected ${expected}, found ${found}` })
    }
  })
}

/** A document, or one with a description, tags and the number of its version. */
function managedPolicy() {
  return z.union([z.string(), z.record(z.string(), z.unknown())]).superRefine((value, context) => {
    const { error } = (isDescribed(value) ? describedPolicy : policy('session')).safeParse(value)
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message })
  })
}

interface PolicyHolder {
  readonly arn: string
  readonly attachedPolicies?: readonly string[] | undefined
  readonly permissionsBoundary?: string | undefined
}

function policiesAreItsOwn(
  { arn, attachedPolicies = [], permissionsBoundary }: PolicyHolder,
  context: z.RefinementCtx,
): void {
  const named: readonly (readonly [policy: string, ...path: PropertyKey[]])[] = [
    ...attachedPolicies.map((policy, n) => [policy, 'attachedPolicies', n] as const),
    ...(permissionsBoundary === undefined ? [] : [[permissionsBoundary, 'permissionsBoundary'] as const]),
  ]
  for (const [policy, ...path] of named) {
    const message = policyProblem(policy, arn)
    if (message !== undefined) context.addIssue({ code: 'custom', path, message })
  }
}

/** `Statement[0].Principal` as the path of a value. */
function stepsOf(path: string): PropertyKey[] {
  return path.split(/[.[\]]+/).flatMap((step) => (step === '' ? [] : [/^\d+$/.test(step) ? Number(step) : step]))
}

function arnOf(resource: RegExp, what: string) {
  return z.string().refine((text) => {
    const arn = parseArn(text)
    return arn?.service === 'iam' && /^\d{12}$/.test(arn.account) && resource.test(arn.resource)
  }, `expected the ARN of ${what}`)
}
