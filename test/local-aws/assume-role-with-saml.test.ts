import { describe, expect, it } from 'vitest'
import { holds, itEach, row } from '../held/holds.ts'
import {
  ATTRIBUTE,
  attributesFor,
  base64,
  call,
  DENYING_ROLE,
  FOREIGN_PROVIDER,
  GATEWAY_ROLE,
  LONG_ROLE,
  NEGATED_ROLE,
  newKeys,
  OPEN_ROLE,
  PROVIDER,
  RECIPIENT,
  RESERVED_ROLE,
  type ResponseParts,
  ROLE,
  responseXml,
  sign,
  start,
  stateFor,
  TAGGED_ROLE,
  type WireAnswer,
  withLocalAws,
} from './support.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const keys = await newKeys()
const otherKeys = await newKeys()
const aws = withLocalAws(() => start(stateFor(keys), () => NOW))

const assume = (assertion: string, parameters: Readonly<Record<string, string>> = {}): Promise<WireAnswer> =>
  call(aws.url, {
    Action: 'AssumeRoleWithSAML',
    RoleArn: ROLE,
    PrincipalArn: PROVIDER,
    SAMLAssertion: assertion,
    ...parameters,
  })

const assumeWith = (parts: ResponseParts, parameters: Readonly<Record<string, string>> = {}): Promise<WireAnswer> =>
  assume(base64(sign(responseXml(NOW, parts), keys)), parameters)

const seconds = (count: number): Date => new Date(NOW.getTime() + count * 1000)
const withAttributes = (more: Readonly<Record<string, readonly string[]>>, role = ROLE): ResponseParts => ({
  attributes: { ...attributesFor(role), ...more },
})

describe('AssumeRoleWithSAML answers a good response (A.5, B.5)', () => {
  it('AssumeRoleWithSAML answers a good response with credentials of the shape that AWS gives', async () => {
    const answer = await assumeWith({})
    expect(answer.status).toBe(200)
    expect(answer.element('AccessKeyId')).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(answer.element('SecretAccessKey')).toMatch(/^[A-Za-z0-9/+]{40}$/)
    expect(answer.element('Expiration')).toBe('2026-11-22T13:00:00Z')
  })

  it('AssumeRoleWithSAML answers a good response in the envelope of the Query protocol', async () => {
    const { text } = await assumeWith({})
    expect(text).toMatch(
      /^<AssumeRoleWithSAMLResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><AssumeRoleWithSAMLResult><Credentials>/,
    )
    expect(text).toMatch(
      /<ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/AssumeRoleWithSAMLResponse>$/,
    )
  })

  it.each([
    ['Arn', 'arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com'],
    ['Subject', 'alice'],
    ['SubjectType', 'persistent'],
    ['Issuer', 'https://idp.example.com/saml'],
    ['Audience', 'https://signin.aws.amazon.com/saml'],
    ['PackedPolicySize', undefined],
    ['SourceIdentity', undefined],
  ])('AssumeRoleWithSAML answers a good response with %s %s', holds('A.5 SAML answer'), async (name, value) => {
    expect((await assumeWith({})).element(name)).toBe(value)
  })

  it.each([
    ['whose provider comes first in the pair', withAttributes({ [`${ATTRIBUTE}Role`]: [`${PROVIDER},${ROLE}`] })],
    ['whose pair has white space around', withAttributes({ [`${ATTRIBUTE}Role`]: [`\n ${ROLE} , ${PROVIDER}\n`] })],
    [
      'that has other pairs too',
      withAttributes({ [`${ATTRIBUTE}Role`]: [`${LONG_ROLE},${PROVIDER}`, `${ROLE},${PROVIDER}`] }),
    ],
    ['that answers some request: AWS does not look', { inResponseTo: '_unknown' }],
    ['that is 4:59 old', { issuedAt: seconds(-299), notOnOrAfter: seconds(60) }],
  ])('AssumeRoleWithSAML answers a good response: %s', async (_, parts) => {
    expect((await assumeWith(parts)).status).toBe(200)
  })

  it('signed on the Response alone', async () => {
    expect((await assume(base64(sign(responseXml(NOW), keys, 'Response')))).status).toBe(200)
  })

  it('signed on both', async () => {
    expect((await assume(base64(sign(sign(responseXml(NOW), keys), keys, 'Response')))).status).toBe(200)
  })

  it('AssumeRoleWithSAML answers a good response a second time, within its five minutes', async () => {
    const response = base64(sign(responseXml(NOW), keys))
    expect((await assume(response)).status).toBe(200)
    expect((await assume(response)).status).toBe(200)
  })
})

describe('AssumeRoleWithSAML refuses (A.4, B.5)', () => {
  const DISCOVERY =
    /\(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: (\w+); Request ID: [0-9a-f-]{36}; Proxy: null\)$/

  it('AssumeRoleWithSAML refuses what is not base64', holds('A.4 InvalidIdentityToken base64'), async () => {
    const { error } = await assume('not base64!')
    expect(error).toMatch(/^InvalidIdentityToken: Invalid base64 SAMLResponse/)
    expect(error).toMatch(DISCOVERY)
  })

  it.each([
    ['not XML', 'hello'],
    ['not a Response', '<a/>'],
    [
      'two assertions',
      responseXml(NOW).replace(/(<a:Assertion .*<\/a:Assertion>)/, (all) => all + all.replace('"_a"', '"_b"')),
    ],
    ['a DOCTYPE', `<!DOCTYPE x>${responseXml(NOW)}`],
    ['nested 100,000 deep', `${'<a>'.repeat(20_000)}`],
  ])('AssumeRoleWithSAML refuses what is %s', async (_, xml) => {
    expect((await assume(base64(xml))).error).toMatch(/^InvalidIdentityToken: Invalid base64 SAMLResponse/)
  })

  it(
    'AssumeRoleWithSAML refuses a provider that does not exist',
    holds('A.4 InvalidIdentityToken provider'),
    async () => {
      const { error } = await assumeWith({}, { PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/none' })
      expect(error).toMatch(
        /^InvalidIdentityToken: Specified provider doesn't exist \(.*AuthSamlManifestNotFoundException/,
      )
    },
  )

  it('AssumeRoleWithSAML refuses a provider of another account', async () => {
    const { error } = await assumeWith(
      { attributes: attributesFor(ROLE, FOREIGN_PROVIDER) },
      { PrincipalArn: FOREIGN_PROVIDER },
    )
    expect(error).toMatch(/^InvalidIdentityToken: Specified provider doesn't exist/)
  })

  it('AssumeRoleWithSAML refuses another issuer', holds('A.4 InvalidIdentityToken issuer'), async () => {
    expect((await assumeWith({ issuer: 'https://other.example' })).error).toMatch(
      /^InvalidIdentityToken: Issuer not present in specified provider \(Service/,
    )
  })

  it('AssumeRoleWithSAML refuses an unsigned response', holds('A.4 InvalidIdentityToken signature'), async () => {
    expect((await assume(base64(responseXml(NOW)))).error).toBe('InvalidIdentityToken: Response signature invalid')
  })

  it('AssumeRoleWithSAML refuses a response signed with another key', async () => {
    expect((await assume(base64(sign(responseXml(NOW), otherKeys)))).error).toBe(
      'InvalidIdentityToken: Response signature invalid',
    )
  })

  it('AssumeRoleWithSAML refuses a response changed after signing', async () => {
    const changed = sign(responseXml(NOW), keys).replace('>alice<', '>mallory<')
    expect((await assume(base64(changed))).error).toBe('InvalidIdentityToken: Response signature invalid')
  })

  it('a good assertion in a response whose own signature is bad', async () => {
    const changed = sign(sign(responseXml(NOW), keys), keys, 'Response').replace(
      'Version="2.0" IssueInstant',
      'Destination="x" Version="2.0" IssueInstant',
    )
    expect((await assume(base64(changed))).error).toBe('InvalidIdentityToken: Response signature invalid')
  })

  it('AssumeRoleWithSAML refuses a signed assertion wrapped beside a forged one', async () => {
    const signed = sign(responseXml(NOW), keys)
    const original = /<a:Assertion .*<\/a:Assertion>/.exec(signed)?.[0] ?? ''
    const forged = original
      .replace('"_a"', '"_f"')
      .replace('>alice<', '>mallory<')
      .replace(/<ds:Signature|<Signature/, (all) => all)
    const wrapped = signed.replace(original, `${forged}<p:Extensions>${original}</p:Extensions>`)
    expect((await assume(base64(wrapped))).error).toBe('InvalidIdentityToken: Response signature invalid')
  })

  const invalid = 'InvalidIdentityToken'
  const tooOld = 'ExpiredTokenException: Token must be redeemed within 5 minutes of issuance'
  const expired = 'ExpiredTokenException: Response has expired'
  itEach<[ResponseParts, string]>([
    [
      row('another audience', 'A.4 InvalidIdentityToken audience'),
      { audience: 'https://gateway.example' },
      `${invalid}: Response does not contain the required audience.`,
    ],
    [
      'an audience with a trailing slash',
      { audience: 'urn:amazon:webservices/' },
      `${invalid}: Response does not contain the required audience.`,
    ],
    [
      'no audience at all',
      { conditions: '<a:Conditions/>' },
      `${invalid}: Response does not contain the required audience.`,
    ],
    [
      'a response that is no success',
      { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' },
      `${invalid}: Response status is not success`,
    ],
    ['no confirmation', { confirmations: '' }, `${invalid}: Response does not contain a valid subject confirmation.`],
    [
      row('an assertion 5:01 old', 'A.4 ExpiredTokenException SAML'),
      { issuedAt: seconds(-301), notOnOrAfter: seconds(60) },
      tooOld,
    ],
    ['an assertion 5:01 old and past its NotOnOrAfter', { issuedAt: seconds(-301), notOnOrAfter: NOW }, tooOld],
    [
      row('an assertion past its NotOnOrAfter', 'A.4 ExpiredTokenException window'),
      { issuedAt: seconds(-60), notOnOrAfter: NOW },
      expired,
    ],
    ['an assertion of the future', { notBefore: seconds(30) }, `${invalid}: Response is not yet valid`],
    ['a session of the provider that is over', { sessionNotOnOrAfter: seconds(-1) }, expired],
    [
      row('no RoleSessionName', 'A.4 InvalidIdentityToken session name missing'),
      { attributes: { [`${ATTRIBUTE}Role`]: [`${ROLE},${PROVIDER}`] } },
      `${invalid}: RoleSessionName is required in AuthnResponse`,
    ],
    [
      row('a RoleSessionName with a space', 'A.4 InvalidIdentityToken session name'),
      withAttributes({ [`${ATTRIBUTE}RoleSessionName`]: ['a b'] }),
      `${invalid}: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}`,
    ],
    [
      'a RoleSessionName of one character',
      withAttributes({ [`${ATTRIBUTE}RoleSessionName`]: ['a'] }),
      `${invalid}: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}`,
    ],
    [
      'two RoleSessionNames',
      withAttributes({ [`${ATTRIBUTE}RoleSessionName`]: ['alice', 'bob'] }),
      `${invalid}: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}`,
    ],
    [
      row('a source identity of aws:', 'A.4 InvalidIdentityToken source identity'),
      withAttributes({ [`${ATTRIBUTE}SourceIdentity`]: ['aws:x'] }),
      `${invalid}: Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`,
    ],
    [
      'tag keys that differ in case only',
      withAttributes({ [`${ATTRIBUTE}PrincipalTag:a`]: ['1'], [`${ATTRIBUTE}PrincipalTag:A`]: ['2'] }),
      'InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'a transitive key without its tag',
      withAttributes({ [`${ATTRIBUTE}TransitiveTagKeys`]: ['a'] }),
      'InvalidParameterValue: The specified transitive tag key must be included in the requested tags.',
    ],
  ])('AssumeRoleWithSAML refuses %s', async (_, parts, error) => {
    expect((await assumeWith(parts)).error).toBe(error)
  })

  const denied = 'AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML'
  itEach<[ResponseParts, Readonly<Record<string, string>>]>([
    [
      row('a role that does not exist', 'A.4 AccessDenied SAML'),
      {},
      { RoleArn: 'arn:aws:iam::111122223333:role/None' },
    ],
    ['a pair that the Role attribute does not have', { attributes: attributesFor(LONG_ROLE) }, {}],
    [row('a subject without a NameID', 'A.4 AccessDenied SAML'), { nameId: '' }, {}],
    [
      row('a role of Identity Center', 'A.5 SAML reserved roles'),
      { attributes: attributesFor(RESERVED_ROLE) },
      { RoleArn: RESERVED_ROLE },
    ],
    ['a recipient that the trust policy does not name', { recipient: 'https://gateway.example/acs' }, {}],
    [
      row('what the trust policy denies', 'A.4 AccessDenied SAML'),
      { attributes: attributesFor(DENYING_ROLE) },
      { RoleArn: DENYING_ROLE },
    ],
    [
      row('tags without sts:TagSession', 'A.4 AccessDenied TagSession'),
      withAttributes({ [`${ATTRIBUTE}PrincipalTag:a`]: ['1'] }),
      {},
    ],
    [
      row('a source identity without sts:SetSourceIdentity', 'A.4 AccessDenied TagSession'),
      withAttributes({ [`${ATTRIBUTE}SourceIdentity`]: ['alice'] }),
      {},
    ],
  ])('AssumeRoleWithSAML refuses %s, in one word', async (_, parts, parameters) => {
    const answer = await assumeWith(parts, parameters)
    expect([answer.status, answer.error]).toEqual([403, denied])
  })

  const data = (attributes: string): string => `<a:SubjectConfirmationData ${attributes}/>`
  const confirmed = (content: string, method = 'bearer'): string =>
    `<a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:${method}">${content}</a:SubjectConfirmation>`
  const end = `NotOnOrAfter="${seconds(60).toISOString()}"`
  const whole = data(`${end} Recipient="${RECIPIENT}"`)
  it.each([
    ['two confirmations', confirmed(whole) + confirmed(whole)],
    ['a confirmation by holder-of-key', confirmed(whole, 'holder-of-key')],
    ['a confirmation without its data', confirmed('')],
    ['a confirmation without a Recipient', confirmed(data(end))],
    ['a confirmation without an end', confirmed(data(`Recipient="${RECIPIENT}"`))],
  ])('AssumeRoleWithSAML refuses %s', async (_, confirmations) => {
    expect((await assumeWith({ confirmations })).error).toBe(
      `${invalid}: Response does not contain a valid subject confirmation.`,
    )
  })

  it.each([
    ['with an end that has passed', data(`NotOnOrAfter="${NOW.toISOString()}" Recipient="${RECIPIENT}"`), expired],
    [
      'that begins later',
      data(`NotBefore="${seconds(1).toISOString()}" ${end} Recipient="${RECIPIENT}"`),
      `${invalid}: Response is not yet valid`,
    ],
    [
      'whose end is no time',
      data(`NotOnOrAfter="soon" Recipient="${RECIPIENT}"`),
      expect.stringMatching(/^InvalidIdentityToken: Invalid base64/),
    ],
  ])('AssumeRoleWithSAML refuses a confirmation %s', async (_, content, error) => {
    expect((await assumeWith({ confirmations: confirmed(content) })).error).toEqual(error)
  })

  it('an assertion of which one AudienceRestriction is not for AWS', async () => {
    const restriction = (audience: string): string =>
      `<a:AudienceRestriction><a:Audience>${audience}</a:Audience></a:AudienceRestriction>`
    const conditions = `<a:Conditions>${restriction('urn:amazon:webservices')}${restriction('other')}</a:Conditions>`
    expect((await assumeWith({ conditions })).error).toBe(
      `${invalid}: Response does not contain the required audience.`,
    )
  })

  it('AssumeRoleWithSAML refuses an assertion issued more than five minutes ahead', async () => {
    const parts = { issuedAt: seconds(301), notBefore: seconds(-60), notOnOrAfter: seconds(600) }
    expect((await assumeWith(parts)).error).toBe(`${invalid}: Response is not yet valid`)
  })

  it.each([
    ['names no recipient at all', OPEN_ROLE],
    ['only excludes a recipient', NEGATED_ROLE],
  ])('a recipient that is not of AWS where the trust policy %s', async (_, role) => {
    const parts = { recipient: 'https://gateway.example/acs', attributes: attributesFor(role) }
    expect((await assumeWith(parts, { RoleArn: role })).error).toBe(denied)
    expect((await assumeWith({ attributes: attributesFor(role) }, { RoleArn: role })).status).toBe(200)
  })

  // B.5: each partition has its own consumer service and its own name.
  it.each([
    ['Recipient', { recipient: 'https://signin.amazonaws.cn/saml' }, denied],
    ['Recipient', { recipient: 'https://signin.amazonaws-us-gov.com/saml' }, denied],
    [
      'Audience',
      { audience: 'https://signin.amazonaws.cn/saml' },
      `${invalid}: Response does not contain the required audience.`,
    ],
  ])('AssumeRoleWithSAML refuses the %s of another partition', async (_, parts, error) => {
    const attributes = attributesFor(OPEN_ROLE)
    expect((await assumeWith({ ...parts, attributes }, { RoleArn: OPEN_ROLE })).error).toBe(error)
  })

  it('AssumeRoleWithSAML refuses without a reason, which is only in the log', async () => {
    await assumeWith({ recipient: 'https://gateway.example/acs' })
    expect(aws.lines.at(-1)).toContain(
      'Condition.StringEquals.saml:aud: expected https://signin.aws.amazon.com/saml, found https://gateway.example/acs',
    )
  })
})

describe('AssumeRoleWithSAML and what a session carries', () => {
  const tags = { [`${ATTRIBUTE}PrincipalTag:CostCenter`]: ['4711'], [`${ATTRIBUTE}TransitiveTagKeys`]: ['CostCenter'] }

  it('takes a recipient of its own where the trust policy names it', async () => {
    const parts = { recipient: 'https://gateway.example/acs', attributes: attributesFor(GATEWAY_ROLE) }
    expect((await assumeWith(parts, { RoleArn: GATEWAY_ROLE })).element('Audience')).toBe('https://gateway.example/acs')
  })

  it('takes tags where the trust policy permits them, and says what they weigh', async () => {
    const answer = await assumeWith(withAttributes(tags, TAGGED_ROLE), { RoleArn: TAGGED_ROLE })
    expect([answer.status, answer.element('PackedPolicySize')]).toEqual([200, '4'])
  })

  it('refuses tags that weigh too much: nine of 250 characters are 498 percent (D.4)', async () => {
    const nine = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`${ATTRIBUTE}PrincipalTag:T${n + 1}`, ['a'.repeat(250)]]),
    )
    const answer = await assumeWith(withAttributes(nine, TAGGED_ROLE), { RoleArn: TAGGED_ROLE })
    expect(answer.error).toMatch(
      /^PackedPolicyTooLarge: Packed size of session tags consumes 498% of allotted space\.$/,
    )
  })

  it('gives the source identity back', async () => {
    const parts = withAttributes({ [`${ATTRIBUTE}SourceIdentity`]: ['alice'] }, TAGGED_ROLE)
    expect((await assumeWith(parts, { RoleArn: TAGGED_ROLE })).element('SourceIdentity')).toBe('alice')
  })

  itEach<[ResponseParts, Readonly<Record<string, string>>, string]>([
    [
      row('DurationSeconds', 'A.5 SAML twelve hours'),
      { attributes: attributesFor(LONG_ROLE) },
      { DurationSeconds: '43200' },
      '2026-11-23T00:00:00Z',
    ],
    ['an hour when nothing is asked', { attributes: attributesFor(LONG_ROLE) }, {}, '2026-11-22T13:00:00Z'],
    [
      row('a shorter SessionDuration', 'A.5 SAML lifetime'),
      withAttributes({ [`${ATTRIBUTE}SessionDuration`]: ['900'] }, LONG_ROLE),
      {},
      '2026-11-22T12:15:00Z',
    ],
    [
      'never a longer SessionDuration',
      withAttributes({ [`${ATTRIBUTE}SessionDuration`]: ['7200'] }, LONG_ROLE),
      {},
      '2026-11-22T13:00:00Z',
    ],
    [
      row("the end of the provider's session", 'A.5 SAML lifetime'),
      { attributes: attributesFor(LONG_ROLE), sessionNotOnOrAfter: seconds(600) },
      {},
      '2026-11-22T12:10:00Z',
    ],
  ])('lasts for %s', async (_, parts, parameters, expiration) => {
    expect((await assumeWith(parts, { RoleArn: LONG_ROLE, ...parameters })).element('Expiration')).toBe(expiration)
  })
})

describe('AssumeRoleWithSAML and what only the assertion says', () => {
  it(
    'the assertion takes no session name, tag or source identity from a parameter',
    holds('A.5 SAML from the assertion'),
    async () => {
      const answer = await assumeWith(
        {},
        {
          RoleSessionName: 'mallory',
          SourceIdentity: 'mallory',
          'Tags.member.1.Key': 'a',
          'Tags.member.1.Value': '1',
        },
      )
      expect(['Arn', 'SourceIdentity', 'PackedPolicySize'].map((name) => answer.element(name))).toEqual([
        'arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com',
        undefined,
        undefined,
      ])
    },
  )

  it(
    'the assertion lasts no longer than the role allows, and never shorter than was asked',
    holds('A.5 SAML role maximum'),
    async () => {
      expect((await assumeWith({}, { DurationSeconds: '3600' })).element('Expiration')).toBe('2026-11-22T13:00:00Z')
      expect((await assumeWith({}, { DurationSeconds: '3601' })).error).toBe(
        'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      )
    },
  )

  it.each(['899', '43201', 'an hour', ''])('the assertion refuses the SessionDuration "%s"', async (duration) => {
    const { error } = await assumeWith(withAttributes({ [`${ATTRIBUTE}SessionDuration`]: [duration] }))
    expect(error).toMatch(/^InvalidIdentityToken: SessionDuration/)
  })

  it('the assertion has an id of the role and the session name', holds('A.2 assumedRoleIdType'), async () => {
    const id = (await assumeWith({})).element('AssumedRoleId') ?? ''
    expect(id).toMatch(/^AROA[A-Z2-7]{17}:alice@example\.com$/)
    const longest = 'a_Z9+=,.@-'.padEnd(64, 'x')
    const parts = withAttributes({ [`${ATTRIBUTE}RoleSessionName`]: [longest] })
    expect((await assumeWith(parts)).element('AssumedRoleId')).toBe(`${id.slice(0, 22)}${longest}`)
  })

  it('the assertion is refused without a Subject', async () => {
    const xml = responseXml(NOW).replace(/<a:Subject>.*<\/a:Subject>/, '')
    expect((await assume(base64(sign(xml, keys)))).error).toBe(
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML',
    )
  })

  it.each([
    'https://signin.aws.amazon.com/saml',
    'https://eu-west-1.signin.aws.amazon.com/saml',
    'https://signin.aws.amazon.com/static/saml',
  ])('the assertion may be sent to %s, an endpoint of AWS', async (recipient) => {
    const parts = { recipient, attributes: attributesFor(OPEN_ROLE) }
    expect((await assumeWith(parts, { RoleArn: OPEN_ROLE })).element('Audience')).toBe(recipient)
  })
})

describe('A call with which everything is wrong', () => {
  const none = 'arn:aws:iam::111122223333:role/None'
  const noProvider = 'arn:aws:iam::111122223333:saml-provider/none'
  /** What is put right, one after the other, and what is wrong next. */
  const steps: readonly [
    right: string,
    parameters: Readonly<Record<string, string>>,
    parts: ResponseParts,
    next: RegExp,
  ][] = [
    ['nothing', { DurationSeconds: '899' }, {}, /^ValidationError: 1 validation error detected: Value '899'/],
    [
      'the shapes',
      { DurationSeconds: '43200', RoleArn: 'no arn at all, but long' },
      {},
      /^ValidationError: .* is invalid$/,
    ],
    ['the ARNs', { RoleArn: none, SAMLAssertion: 'text' }, {}, /^InvalidIdentityToken: Invalid base64/],
    ['the encoding', { SAMLAssertion: '' }, {}, /^AccessDenied: /],
    ['the role', { RoleArn: ROLE }, {}, /^ValidationError: The requested DurationSeconds/],
    ['the duration', { DurationSeconds: '900' }, {}, /^InvalidIdentityToken: Specified provider/],
    ['the provider', { PrincipalArn: PROVIDER }, {}, /^InvalidIdentityToken: Issuer not present/],
    ['the issuer', {}, { issuer: 'https://idp.example.com/saml' }, /^InvalidIdentityToken: Response does not contain/],
    ['the audience', {}, { audience: 'urn:amazon:webservices' }, /^InvalidIdentityToken: Response signature invalid/],
    ['the signature', { signed: 'yes' }, {}, /^ExpiredTokenException: /],
    ['the times', {}, { issuedAt: NOW }, /^AccessDenied: /],
    [
      'the role pair',
      {},
      withAttributes({ [`${ATTRIBUTE}RoleSessionName`]: ['a b'] }),
      /^InvalidIdentityToken: RoleSessionName/,
    ],
    ['the attributes', {}, { attributes: attributesFor() }, /^AccessDenied: /],
    ['the recipient', {}, { recipient: RECIPIENT }, /^MalformedPolicyDocument: /],
  ]
  const wrong = {
    parameters: { RoleArn: ROLE, PrincipalArn: noProvider, SAMLAssertion: '', Policy: '{' },
    parts: { issuer: 'x', audience: 'x', recipient: 'x', issuedAt: seconds(-900), attributes: {} },
  }

  it.each(steps.map((step, n) => [step[0], n] as const))(
    'a call with several faults is refused for the next one after %s',
    holds('A.1 order'),
    async (_, n) => {
      const done = steps.slice(0, n + 1)
      const { signed, ...parameters } = Object.assign({}, wrong.parameters, ...done.map((step) => step[1]))
      const xml = responseXml(NOW, Object.assign({}, wrong.parts, ...done.map((step) => step[2])))
      const assertion = parameters.SAMLAssertion || base64(signed === 'yes' ? sign(xml, keys) : xml)
      expect((await assume(assertion, { ...parameters, SAMLAssertion: assertion })).error).toMatch(
        steps[n]?.[3] ?? /never/,
      )
    },
  )
})

describe('AssumeRoleWithSAML checks its parameters first (A.2, A.3)', () => {
  it(
    'AssumeRoleWithSAML checks its parameters first and names all that is missing',
    holds('A.5 SAML required'),
    async () => {
      const { error } = await call(aws.url, { Action: 'AssumeRoleWithSAML' })
      expect(error).toBe(
        "ValidationError: 3 validation errors detected: Value at 'roleArn' failed to satisfy constraint: Member must not be null; " +
          "Value at 'principalArn' failed to satisfy constraint: Member must not be null; " +
          "Value at 'sAMLAssertion' failed to satisfy constraint: Member must not be null",
      )
    },
  )

  it.each([
    [
      { DurationSeconds: '899' },
      "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: '43201' },
      "ValidationError: 1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      { DurationSeconds: '3601' },
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    [{ DurationSeconds: 'an hour' }, 'MalformedInput: The parameter DurationSeconds is not an integer'],
    [{ RoleArn: 'nothing-valid-in-here' }, 'ValidationError: nothing-valid-in-here is invalid'],
    [{ RoleArn: 'arn::b:::something/test-role' }, 'ValidationError: arn::b:::something/test-role is invalid'],
    [{ RoleArn: 'arn:a:a::aaaaaaaaaa:' }, 'ValidationError: arn:a:a::aaaaaaaaaa: is invalid'],
    [
      { SAMLAssertion: 'a'.repeat(100_001) },
      "ValidationError: 1 validation error detected: Value at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000",
    ],
    [
      Object.fromEntries(
        Array.from({ length: 11 }, (_, n) => [`PolicyArns.member.${n + 1}.arn`, 'arn:aws:iam::aws:policy/X']),
      ),
      "ValidationError: 1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [{ Policy: '{' }, 'MalformedPolicyDocument: This policy contains invalid Json'],
  ])('%#', async (parameters, error) => {
    expect((await assumeWith({}, parameters as Record<string, string>)).error).toBe(error)
  })
})
