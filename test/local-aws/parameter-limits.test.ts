import { describe, expect, it } from 'vitest'
import { type HoldingName, holds, itEach, row } from '../held/holds.ts'
import { EVA, roleArn, signedCall, signedState } from './signed-calls.ts'
import { start, withLocalAws } from './support.ts'

const aws = withLocalAws(() => start(signedState()))

type Parameters = Readonly<Record<string, string>>

const calls: Readonly<Record<string, Parameters>> = {
  AssumeRole: { RoleArn: roleArn('ByAccount'), RoleSessionName: 'try' },
  AssumeRoleWithSAML: {
    RoleArn: roleArn('ByAccount'),
    PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/corp',
    SAMLAssertion: 'eA==',
  },
  AssumeRoleWithWebIdentity: { RoleArn: roleArn('ByAccount'), RoleSessionName: 'try', WebIdentityToken: 'a.b.c' },
}

/** What a call with these parameters violates; nothing where its refusal is about something else. */
const violations = async (action: string, more: Parameters): Promise<string> => {
  const { error } = await signedCall(aws.url, EVA, { Action: action, ...calls[action], ...more })
  return /^ValidationError: (\d+ validation errors? detected: .*)$/s.exec(error)?.[1] ?? ''
}

const shortest = (constraint: number): string => `have length greater than or equal to ${constraint}`
const longest = (constraint: number): string => `have length less than or equal to ${constraint}`
const least = (constraint: number): string => `have value greater than or equal to ${constraint}`
const most = (constraint: number): string => `have value less than or equal to ${constraint}`
const pattern = (text: string): string => `satisfy regular expression pattern: ${text}`

const ARN = 'arn:aws:iam::111122223333:role/'
const arnOf = (length: number): string => ARN.padEnd(length, 'x').slice(0, length)
const ARN_PATTERN = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+'

/** The last value that is good on either side, and the first that is not. */
const limits: readonly [action: HoldingName, member: string, good: string, bad: string, must: string][] = [
  [row('AssumeRole', 'A.2 arnType'), 'RoleArn', arnOf(20), arnOf(19), shortest(20)],
  [row('AssumeRole', 'A.2 arnType'), 'RoleArn', arnOf(2048), arnOf(2049), longest(2048)],
  [row('AssumeRole', 'A.2 arnType'), 'RoleArn', `${ARN}\u00e9`, `${ARN}\u0081`, pattern(ARN_PATTERN)],
  [row('AssumeRoleWithSAML', 'A.2 arnType'), 'PrincipalArn', arnOf(20), arnOf(19), shortest(20)],
  [row('AssumeRole', 'A.2 roleSessionNameType'), 'RoleSessionName', 'xy', 'x', shortest(2)],
  [row('AssumeRole', 'A.2 roleSessionNameType'), 'RoleSessionName', 'x'.repeat(64), 'x'.repeat(65), longest(64)],
  [row('AssumeRole', 'A.2 roleSessionNameType'), 'RoleSessionName', 'a_Z9+=,.@-', 'a:b', pattern('[\\w+=,.@-]*')],
  [row('AssumeRole', 'A.2 sourceIdentityType'), 'SourceIdentity', 'xy', 'x', shortest(2)],
  [row('AssumeRole', 'A.2 sourceIdentityType'), 'SourceIdentity', 'x'.repeat(64), 'x'.repeat(65), longest(64)],
  [row('AssumeRole', 'A.2 roleDurationSecondsType'), 'DurationSeconds', '900', '899', least(900)],
  [row('AssumeRole', 'A.2 roleDurationSecondsType'), 'DurationSeconds', '43200', '43201', most(43_200)],
  [row('AssumeRole', 'A.2 externalIdType'), 'ExternalId', 'xy', 'x', shortest(2)],
  [row('AssumeRole', 'A.2 externalIdType'), 'ExternalId', 'x'.repeat(1224), 'x'.repeat(1225), longest(1224)],
  [row('AssumeRole', 'A.2 externalIdType'), 'ExternalId', 'a:/b', 'a b', pattern('[\\w+=,.@:\\/-]*')],
  [row('AssumeRole', 'A.2 serialNumberType'), 'SerialNumber', 'x'.repeat(9), 'x'.repeat(8), shortest(9)],
  [row('AssumeRole', 'A.2 serialNumberType'), 'SerialNumber', 'x'.repeat(256), 'x'.repeat(257), longest(256)],
  [
    row('AssumeRole', 'A.2 serialNumberType'),
    'SerialNumber',
    'arn:aws:iam::1:mfa/x',
    'serial no 1',
    pattern('[\\w+=/:,.@-]*'),
  ],
  [row('AssumeRole', 'A.2 tokenCodeType'), 'TokenCode', '123456', '12345', shortest(6)],
  [row('AssumeRole', 'A.2 tokenCodeType'), 'TokenCode', '123456', '1234567', longest(6)],
  [row('AssumeRole', 'A.2 tokenCodeType'), 'TokenCode', '123456', '12345x', pattern('[\\d]*')],
  [row('AssumeRoleWithWebIdentity', 'A.2 urlType'), 'ProviderId', 'www.amazon.com', 'www', shortest(4)],
  [row('AssumeRoleWithWebIdentity', 'A.2 urlType'), 'ProviderId', 'x'.repeat(2048), 'x'.repeat(2049), longest(2048)],
  [
    row('AssumeRoleWithSAML', 'A.2 sessionPolicyDocumentType'),
    'Policy',
    'x'.repeat(2048),
    'x'.repeat(2049),
    longest(2048),
  ],
  [
    row('AssumeRole', 'A.2 sessionPolicyDocumentType'),
    'Policy',
    '{"\u00ff":1}',
    '{"\u0100":1}',
    pattern('[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'),
  ],
]

describe('The limits of parameters', () => {
  itEach(limits)('%s limits %s', async (action, member, good, bad, must) => {
    const path = member.charAt(0).toLowerCase() + member.slice(1)
    expect(await violations(action, { [member]: good })).toBe('')
    expect(await violations(action, { [member]: bad })).toBe(
      `1 validation error detected: Value '${bad}' at '${path}' failed to satisfy constraint: Member must ${must}`,
    )
  })

  itEach([
    [row('AssumeRoleWithSAML', 'A.2 SAMLAssertionType', 'A.3 sensitive'), 'SAMLAssertion', 4, 100_000],
    [row('AssumeRoleWithWebIdentity', 'A.2 clientTokenType', 'A.3 sensitive'), 'WebIdentityToken', 4, 20_000],
  ])('%s limits %s and repeats it in no error', async (action, member, min, max) => {
    const path = member.charAt(0).toLowerCase() + member.slice(1)
    const told = (must: string) =>
      `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${must}`
    expect(await violations(action, { [member]: 'x'.repeat(min) })).toBe('')
    expect(await violations(action, { [member]: 'x'.repeat(max) })).toBe('')
    expect(await violations(action, { [member]: 'x'.repeat(min - 1) })).toBe(told(shortest(min)))
    expect(await violations(action, { [member]: 'x'.repeat(max + 1) })).toBe(told(longest(max)))
  })

  itEach([
    [
      row('Tags', 'A.2 tagListType'),
      50,
      (n: number) => ({ [`Tags.member.${n}.Key`]: `k${n}`, [`Tags.member.${n}.Value`]: '' }),
    ],
    [
      row('TransitiveTagKeys', 'A.2 tagKeyListType'),
      50,
      (n: number) => ({ [`TransitiveTagKeys.member.${n}`]: `k${n}` }),
    ],
    [
      row('ProvidedContexts', 'A.2 ProvidedContextsListType'),
      5,
      (n: number) => ({ [`ProvidedContexts.member.${n}.ContextAssertion`]: 'x'.repeat(4) }),
    ],
    [
      row('PolicyArns', 'A.2 PolicyArns'),
      10,
      (n: number) => ({ [`PolicyArns.member.${n}.arn`]: `arn:aws:iam::aws:policy/P${n}` }),
    ],
  ])('%s may have at most %s members', async (name, count, member) => {
    const some = (length: number): Parameters =>
      Object.assign({}, ...Array.from({ length }, (_, n) => member(n + 1))) as Parameters
    const path = name.charAt(0).toLowerCase() + name.slice(1)
    expect(await violations('AssumeRole', some(count))).toBe('')
    expect(await violations('AssumeRole', some(count + 1))).toBe(
      `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${longest(count)}`,
    )
  })

  itEach([
    [row('Tags.member.1.Key', 'A.2 tagKeyType'), 'tags.1.member.key', 'k'.repeat(128), 'k'.repeat(129), longest(128)],
    [
      row('Tags.member.1.Value', 'A.2 tagValueType'),
      'tags.1.member.value',
      'v'.repeat(256),
      'v'.repeat(257),
      longest(256),
    ],
    [
      row('ProvidedContexts.member.1.ContextAssertion', 'A.2 ProvidedContextsListType'),
      'providedContexts.1.member.contextAssertion',
      'x'.repeat(2048),
      'x'.repeat(2049),
      longest(2048),
    ],
  ])('%s is limited', async (name, path, good, bad, must) => {
    const around = name.startsWith('Tags') ? { 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': '' } : {}
    expect(await violations('AssumeRole', { ...around, [name]: good })).toBe('')
    expect(await violations('AssumeRole', { ...around, [name]: bad })).toBe(
      `1 validation error detected: Value '${bad}' at '${path}' failed to satisfy constraint: Member must ${must}`,
    )
  })

  it('a policy of AssumeRole has none', holds('A.2 unrestrictedSessionPolicyDocumentType'), async () => {
    expect(await violations('AssumeRole', { Policy: 'x'.repeat(5000) })).toBe('')
  })

  it(
    'all that is missing is named at once, and without a value',
    holds('A.3 null', 'A.3 several', 'A.3 one', 'A.3 member'),
    async () => {
      const { error } = await signedCall(aws.url, EVA, { Action: 'AssumeRole', DurationSeconds: '1' })
      expect(error).toBe(
        [
          "ValidationError: 3 validation errors detected: Value at 'roleArn' failed to satisfy constraint: Member must not be null",
          "Value at 'roleSessionName' failed to satisfy constraint: Member must not be null",
          "Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        ].join('; '),
      )
    },
  )

  itEach([
    [row('of a text that is too short', 'A.3 length at least'), 'RoleSessionName', 'x', shortest(2)],
    [row('of a text that is too long', 'A.3 length at most'), 'RoleSessionName', 'x'.repeat(65), longest(64)],
    [row('of a number that is too small', 'A.3 value at least'), 'DurationSeconds', '-1', least(900)],
    [row('of a number that is too large', 'A.3 value at most'), 'DurationSeconds', '99999', most(43_200)],
    [
      row('of a character that may not be there', 'A.3 pattern'),
      'RoleSessionName',
      'Session1:2',
      pattern('[\\w+=,.@-]*'),
    ],
  ])('tells the constraint in words: %s', async (_, member, value, must) => {
    expect(await violations('AssumeRole', { [member]: value })).toMatch(
      new RegExp(`Member must ${must.replace(/[[\]\\*+.]/g, '\\$&')}$`),
    )
  })

  it.each(['1.5', '1e3', '', ' 900', '0x384'])('a number that is none: %j', async (value) => {
    const { error } = await signedCall(aws.url, EVA, {
      Action: 'AssumeRole',
      ...calls.AssumeRole,
      DurationSeconds: value,
    })
    expect(error).toBe('MalformedInput: The parameter DurationSeconds is not an integer')
  })
})
