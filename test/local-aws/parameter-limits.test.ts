import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EVA, roleArn, signedCall, signedState } from './signed-calls.ts'
import { type Running, start } from './support.ts'

let aws: Running
beforeAll(async () => {
  aws = await start(signedState())
})
afterAll(() => aws.close())

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
const limits: readonly [id: string, action: string, member: string, good: string, bad: string, must: string][] = [
  ['A.2 arnType', 'AssumeRole', 'RoleArn', arnOf(20), arnOf(19), shortest(20)],
  ['A.2 arnType', 'AssumeRole', 'RoleArn', arnOf(2048), arnOf(2049), longest(2048)],
  ['A.2 arnType', 'AssumeRole', 'RoleArn', `${ARN}\u00e9`, `${ARN}\u0081`, pattern(ARN_PATTERN)],
  ['A.2 arnType', 'AssumeRoleWithSAML', 'PrincipalArn', arnOf(20), arnOf(19), shortest(20)],
  ['A.2 roleSessionNameType', 'AssumeRole', 'RoleSessionName', 'xy', 'x', shortest(2)],
  ['A.2 roleSessionNameType', 'AssumeRole', 'RoleSessionName', 'x'.repeat(64), 'x'.repeat(65), longest(64)],
  ['A.2 roleSessionNameType', 'AssumeRole', 'RoleSessionName', 'a_Z9+=,.@-', 'a:b', pattern('[\\w+=,.@-]*')],
  ['A.2 sourceIdentityType', 'AssumeRole', 'SourceIdentity', 'xy', 'x', shortest(2)],
  ['A.2 sourceIdentityType', 'AssumeRole', 'SourceIdentity', 'x'.repeat(64), 'x'.repeat(65), longest(64)],
  ['A.2 roleDurationSecondsType', 'AssumeRole', 'DurationSeconds', '900', '899', least(900)],
  ['A.2 roleDurationSecondsType', 'AssumeRole', 'DurationSeconds', '43200', '43201', most(43_200)],
  ['A.2 externalIdType', 'AssumeRole', 'ExternalId', 'xy', 'x', shortest(2)],
  ['A.2 externalIdType', 'AssumeRole', 'ExternalId', 'x'.repeat(1224), 'x'.repeat(1225), longest(1224)],
  ['A.2 externalIdType', 'AssumeRole', 'ExternalId', 'a:/b', 'a b', pattern('[\\w+=,.@:\\/-]*')],
  ['A.2 serialNumberType', 'AssumeRole', 'SerialNumber', 'x'.repeat(9), 'x'.repeat(8), shortest(9)],
  ['A.2 serialNumberType', 'AssumeRole', 'SerialNumber', 'x'.repeat(256), 'x'.repeat(257), longest(256)],
  [
    'A.2 serialNumberType',
    'AssumeRole',
    'SerialNumber',
    'arn:aws:iam::1:mfa/x',
    'serial no 1',
    pattern('[\\w+=/:,.@-]*'),
  ],
  ['A.2 tokenCodeType', 'AssumeRole', 'TokenCode', '123456', '12345', shortest(6)],
  ['A.2 tokenCodeType', 'AssumeRole', 'TokenCode', '123456', '1234567', longest(6)],
  ['A.2 tokenCodeType', 'AssumeRole', 'TokenCode', '123456', '12345x', pattern('[\\d]*')],
  ['A.2 urlType', 'AssumeRoleWithWebIdentity', 'ProviderId', 'www.amazon.com', 'www', shortest(4)],
  ['A.2 urlType', 'AssumeRoleWithWebIdentity', 'ProviderId', 'x'.repeat(2048), 'x'.repeat(2049), longest(2048)],
  ['A.2 sessionPolicyDocumentType', 'AssumeRoleWithSAML', 'Policy', 'x'.repeat(2048), 'x'.repeat(2049), longest(2048)],
  [
    'A.2 sessionPolicyDocumentType',
    'AssumeRole',
    'Policy',
    '{"\u00ff":1}',
    '{"\u0100":1}',
    pattern('[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'),
  ],
]

describe('The limits of parameters', () => {
  it.each(limits)('[%s] %s %s', async (_, action, member, good, bad, must) => {
    const path = member.charAt(0).toLowerCase() + member.slice(1)
    expect(await violations(action, { [member]: good })).toBe('')
    expect(await violations(action, { [member]: bad })).toBe(
      `1 validation error detected: Value '${bad}' at '${path}' failed to satisfy constraint: Member must ${must}`,
    )
  })

  it.each([
    ['A.2 SAMLAssertionType', 'AssumeRoleWithSAML', 'SAMLAssertion', 4, 100_000],
    ['A.2 clientTokenType', 'AssumeRoleWithWebIdentity', 'WebIdentityToken', 4, 20_000],
  ])('[%s] [A.3 sensitive] %s %s, which no error repeats', async (_, action, member, min, max) => {
    const path = member.charAt(0).toLowerCase() + member.slice(1)
    const told = (must: string) =>
      `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${must}`
    expect(await violations(action, { [member]: 'x'.repeat(min) })).toBe('')
    expect(await violations(action, { [member]: 'x'.repeat(max) })).toBe('')
    expect(await violations(action, { [member]: 'x'.repeat(min - 1) })).toBe(told(shortest(min)))
    expect(await violations(action, { [member]: 'x'.repeat(max + 1) })).toBe(told(longest(max)))
  })

  it.each([
    [
      'A.2 tagListType',
      50,
      'Tags',
      (n: number) => ({ [`Tags.member.${n}.Key`]: `k${n}`, [`Tags.member.${n}.Value`]: '' }),
    ],
    ['A.2 tagKeyListType', 50, 'TransitiveTagKeys', (n: number) => ({ [`TransitiveTagKeys.member.${n}`]: `k${n}` })],
    [
      'A.2 ProvidedContextsListType',
      5,
      'ProvidedContexts',
      (n: number) => ({ [`ProvidedContexts.member.${n}.ContextAssertion`]: 'x'.repeat(4) }),
    ],
    [
      'A.2 PolicyArns',
      10,
      'PolicyArns',
      (n: number) => ({ [`PolicyArns.member.${n}.arn`]: `arn:aws:iam::aws:policy/P${n}` }),
    ],
  ])('[%s] at most %i %s', async (_, count, name, member) => {
    const some = (length: number): Parameters =>
      Object.assign({}, ...Array.from({ length }, (_, n) => member(n + 1))) as Parameters
    const path = name.charAt(0).toLowerCase() + name.slice(1)
    expect(await violations('AssumeRole', some(count))).toBe('')
    expect(await violations('AssumeRole', some(count + 1))).toBe(
      `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${longest(count)}`,
    )
  })

  it.each([
    ['A.2 tagKeyType', 'Tags.member.1.Key', 'tags.1.member.key', 'k'.repeat(128), 'k'.repeat(129), longest(128)],
    ['A.2 tagValueType', 'Tags.member.1.Value', 'tags.1.member.value', 'v'.repeat(256), 'v'.repeat(257), longest(256)],
    [
      'A.2 ProvidedContextsListType',
      'ProvidedContexts.member.1.ContextAssertion',
      'providedContexts.1.member.contextAssertion',
      'x'.repeat(2048),
      'x'.repeat(2049),
      longest(2048),
    ],
  ])('[%s] %s', async (_, name, path, good, bad, must) => {
    const around = name.startsWith('Tags') ? { 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': '' } : {}
    expect(await violations('AssumeRole', { ...around, [name]: good })).toBe('')
    expect(await violations('AssumeRole', { ...around, [name]: bad })).toBe(
      `1 validation error detected: Value '${bad}' at '${path}' failed to satisfy constraint: Member must ${must}`,
    )
  })

  it('a policy of AssumeRole has none [A.2 unrestrictedSessionPolicyDocumentType]', async () => {
    expect(await violations('AssumeRole', { Policy: 'x'.repeat(5000) })).toBe('')
  })

  it('all that is missing is named at once, and without a value [A.3 null] [A.3 several] [A.3 one] [A.3 member]', async () => {
    const { error } = await signedCall(aws.url, EVA, { Action: 'AssumeRole', DurationSeconds: '1' })
    expect(error).toBe(
      [
        "ValidationError: 3 validation errors detected: Value at 'roleArn' failed to satisfy constraint: Member must not be null",
        "Value at 'roleSessionName' failed to satisfy constraint: Member must not be null",
        "Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      ].join('; '),
    )
  })

  it.each([
    ['[A.3 length at least] of a text that is too short', 'RoleSessionName', 'x', shortest(2)],
    ['[A.3 length at most] of a text that is too long', 'RoleSessionName', 'x'.repeat(65), longest(64)],
    ['[A.3 value at least] of a number that is too small', 'DurationSeconds', '-1', least(900)],
    ['[A.3 value at most] of a number that is too large', 'DurationSeconds', '99999', most(43_200)],
    ['[A.3 pattern] of a character that may not be there', 'RoleSessionName', 'Session1:2', pattern('[\\w+=,.@-]*')],
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
