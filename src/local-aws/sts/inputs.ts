/**
 * What each STS operation accepts, as its service model defines it (aws-facts A.2): members, and so the violations in
 * an error, are in the model's order. A test compares this table with the model.
 */
import * as limits from '../../aws/facts/limits.ts'
import type { Member, Shape } from '../query/shapes.ts'

const ARN = {
  matches: /^[\t\n\r\u0020-\u007E\u0085\u00A0-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u,
  text: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
}
const POLICY = { matches: /^[\t\n\r\u0020-\u00FF]+$/, text: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' }
const NAME = { matches: limits.roleSessionName.pattern, text: '[\\w+=,.@-]*' }
const EXTERNAL_ID = { matches: /^[A-Za-z0-9_+=,.@:/-]*$/, text: '[\\w+=,.@:\\/-]*' }
const SERIAL_NUMBER = { matches: /^[A-Za-z0-9_+=/:,.@-]*$/, text: '[\\w+=/:,.@-]*' }
const TOKEN_CODE = { matches: /^[0-9]*$/, text: '[\\d]*' }
const KEY_ID = { matches: /^[A-Za-z0-9_]*$/, text: '[\\w]*' }
const TAG_KEY = { matches: limits.sessionTag.key.pattern, text: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' }
const TAG_VALUE = { matches: limits.sessionTag.value.pattern, text: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' }

const arn = text(limits.arn.min, limits.arn.max, ARN)
const sessionName = text(limits.roleSessionName.min, limits.roleSessionName.max, NAME)
const policy = optional('Policy', text(limits.sessionPolicy.min, limits.sessionPolicy.max, POLICY))
const policyArns = optional('PolicyArns', {
  type: 'list',
  of: { type: 'structure', members: [optional('arn', arn)] },
})
const roleDuration = optional('DurationSeconds', integer(limits.roleDuration))
const userDuration = optional('DurationSeconds', integer(limits.userSessionDuration))
const minimumTokenSize = optional('MinimumSessionTokenSize', integer(limits.sessionTokenSize))
const tagKey = text(limits.sessionTag.key.min, limits.sessionTag.key.max, TAG_KEY)
const tagValue = text(limits.sessionTag.value.min, limits.sessionTag.value.max, TAG_VALUE)
const tags = optional('Tags', {
  type: 'list',
  of: { type: 'structure', members: [required('Key', tagKey), required('Value', tagValue)] },
  max: limits.sessionTag.count,
})
const mfa = [
  optional('SerialNumber', text(9, 256, SERIAL_NUMBER)),
  optional('TokenCode', text(6, 6, TOKEN_CODE)),
] as const
const providedContext: Shape = {
  type: 'structure',
  members: [optional('ProviderArn', arn), optional('ContextAssertion', text(4, 2048))],
}

export const inputs = {
  AssumeRole: [
    required('RoleArn', arn),
    required('RoleSessionName', sessionName),
    policyArns,
    // Without a maximum of its own since 2024: only the packed size is limited.
    optional('Policy', text(1, undefined, POLICY)),
    roleDuration,
    tags,
    optional('TransitiveTagKeys', { type: 'list', of: tagKey, max: limits.sessionTag.count }),
    optional('ExternalId', text(2, 1224, EXTERNAL_ID)),
    ...mfa,
    optional('SourceIdentity', text(limits.sourceIdentity.min, limits.sourceIdentity.max, NAME)),
    optional('ProvidedContexts', { type: 'list', of: providedContext, min: 1, max: 5 }),
    minimumTokenSize,
  ],
  AssumeRoleWithSAML: [
    required('RoleArn', arn),
    required('PrincipalArn', arn),
    required('SAMLAssertion', secret(limits.samlAssertion)),
    policyArns,
    policy,
    roleDuration,
    minimumTokenSize,
  ],
  AssumeRoleWithWebIdentity: [
    required('RoleArn', arn),
    required('RoleSessionName', sessionName),
    required('WebIdentityToken', secret(limits.webIdentityToken)),
    optional('ProviderId', text(4, 2048)),
    policyArns,
    policy,
    roleDuration,
    minimumTokenSize,
  ],
  AssumeRoot: [
    required('TargetPrincipal', text(12, 2048)),
    required('TaskPolicyArn', { type: 'structure', members: [optional('arn', arn)] }),
    optional('DurationSeconds', integer(limits.rootDuration)),
    minimumTokenSize,
  ],
  DecodeAuthorizationMessage: [required('EncodedMessage', text(1, 10_240))],
  GetAccessKeyInfo: [required('AccessKeyId', text(16, 128, KEY_ID))],
  GetCallerIdentity: [],
  GetDelegatedAccessToken: [required('TradeInToken', { type: 'text', sensitive: true })],
  GetFederationToken: [required('Name', text(2, 32, NAME)), policy, policyArns, userDuration, tags, minimumTokenSize],
  GetSessionToken: [userDuration, ...mfa, minimumTokenSize],
  GetWebIdentityToken: [
    required('Audience', {
      type: 'list',
      of: text(limits.outboundToken.audience.min, limits.outboundToken.audience.max),
      ...limits.outboundToken.audiences,
    }),
    optional('DurationSeconds', integer(limits.outboundToken.duration)),
    required('SigningAlgorithm', text(5, 5)),
    tags,
  ],
} as const satisfies Readonly<Record<string, readonly Member[]>>

function text(min: number, max?: number, pattern?: { matches: RegExp; text: string }): Shape {
  return {
    type: 'text',
    min,
    ...(max === undefined ? {} : { max }),
    ...(pattern === undefined ? {} : { pattern }),
  }
}

function optional(name: string, shape: Shape): Member {
  return { name, shape }
}

function integer({ min, max }: limits.Range): Shape {
  return { type: 'integer', min, max }
}

function required(name: string, shape: Shape): Member {
  return { name, shape, required: true }
}

function secret({ min, max }: limits.Range): Shape {
  return { type: 'text', min, max, sensitive: true }
}
