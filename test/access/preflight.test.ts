/** AWS's list of causes, one broken thing each. Expected values are those of aws-facts, named beside the case. */
import { describe, expect, it } from 'vitest'
import { fixSentence, reasonSentence } from '../../src/access/preflight/explanation.ts'
import type { PreflightFacts, PresentedAssertion, PresentedToken } from '../../src/access/preflight/facts.ts'
import { preflight } from '../../src/access/preflight.ts'
import { parseRoleArn, type RoleArn } from '../../src/core/arn.ts'
import { samlContext, webIdentityContext } from '../../src/iam/condition-keys/condition-keys.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const ACCOUNT = '111122223333'
const SAML_PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`
const OIDC_PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example.com`
const RECIPIENT = 'https://signin.aws.amazon.com/saml'

const roleOf = (arn: string): RoleArn => {
  const role = parseRoleArn(arn)
  if (!role) throw new Error(arn)
  return role
}
const role = roleOf(`arn:aws:iam::${ACCOUNT}:role/Developer`)
const govRole = roleOf(`arn:aws-us-gov:iam::${ACCOUNT}:role/Developer`)
const GOV_PROVIDER = `arn:aws-us-gov:iam::${ACCOUNT}:saml-provider/corp`

const policyOf = (...Statement: readonly unknown[]) => parseTrustPolicy({ Version: '2012-10-17', Statement })
const ACTIONS = ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity']
const samlAllow = {
  Effect: 'Allow',
  Principal: { Federated: SAML_PROVIDER },
  Action: ACTIONS,
  Condition: { StringEquals: { 'SAML:aud': RECIPIENT } },
}
const tokenAllow = {
  Effect: 'Allow',
  Principal: { Federated: OIDC_PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { 'id.example.com:aud': 'fedgate', 'id.example.com:sub': 'alice' } },
}

const nameId = { value: 'alice', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' }
const assertionOf = (recipient: string, affiliations: readonly string[] = ['staff']) =>
  samlContext({
    issuer: 'https://corp.example/metadata',
    recipient,
    nameId,
    attributes: new Map([['urn:oid:1.3.6.1.4.1.5923.1.1.1.1', affiliations]]),
    providerArn: SAML_PROVIDER,
  })

/** A provider's own assertion, all well. */
const assertion: PresentedAssertion = {
  kind: 'saml',
  principal: SAML_PROVIDER,
  identity: assertionOf(RECIPIENT),
  recipient: RECIPIENT,
  audiences: ['urn:amazon:webservices'],
  nameId,
  rolePairs: [{ role, providerArn: SAML_PROVIDER }],
  confirmationCount: 1,
  isReadable: true,
  length: 100_000,
  life: { issuedAt: NOW, expiresAt: new Date('2026-11-22T12:05:00Z') },
}

const claims = { iss: 'https://id.example.com', aud: 'fedgate', sub: 'alice' }
/** A provider's own token, all well. */
const token: PresentedToken = {
  kind: 'web-identity',
  principal: OIDC_PROVIDER,
  issuer: claims.iss,
  identity: webIdentityContext({ issuer: claims.iss, subject: 'alice', audience: 'fedgate', claims }),
  subject: 'alice',
  audiences: ['fedgate'],
  statedAudiences: ['fedgate'],
  clientId: 'fedgate',
  algorithm: 'RS256',
  length: 20_000,
  life: { issuedAt: NOW, expiresAt: new Date('2026-11-22T12:10:00Z') },
}

const session = {
  roleSessionName: 'alice@example.com',
  sourceIdentity: 'alice',
  tags: new Map([['CostCenter', '4711']]),
  transitiveTagKeys: ['CostCenter'],
  packedSizePercent: 4,
}

const common = {
  role,
  durationSeconds: 3600,
  maxSessionSeconds: 3600,
  call: { now: NOW, region: 'eu-west-1', secureTransport: true },
}
const bySaml: PreflightFacts = { ...common, session, evidence: assertion, trustPolicy: policyOf(samlAllow) }
const byToken: PreflightFacts = {
  ...common,
  session: { ...session, sourceIdentity: undefined, tags: new Map(), transitiveTagKeys: [] },
  evidence: token,
  trustPolicy: policyOf(tokenAllow),
}

const saml = (changes: Partial<PreflightFacts>) => preflight({ ...bySaml, ...changes })
const shownSaml = (changes: Partial<PresentedAssertion>) => saml({ evidence: { ...assertion, ...changes } })
const inFile = {
  issuer: 'https://idp.example',
  responseIssuer: undefined,
  registeredIssuer: 'https://idp.example',
  status: 'Success',
  audienceRestrictions: [],
}
const TIMES = [
  ['iat', NOW.getTime() / 1000],
  ['exp', NOW.getTime() / 1000 + 3600],
] as const
const shownToken = (changes: Partial<PresentedToken>) => preflight({ ...byToken, evidence: { ...token, ...changes } })
/** A session that needs nothing but the call itself. */
const bare = { ...session, sourceIdentity: undefined, tags: new Map(), transitiveTagKeys: [] }
const trusting = (...statements: readonly unknown[]) => saml({ session: bare, trustPolicy: policyOf(...statements) })
const inSession = (changes: Partial<PreflightFacts['session']>) => saml({ session: { ...session, ...changes } })

describe('all is well', () => {
  it.each([
    ['a response', bySaml],
    ['a token', byToken],
  ])('a preflight allows a role with %s', (_, facts) => {
    const { outcome, verdict, decidedBy } = preflight(facts)
    expect({ outcome, decidedBy }).toEqual({ outcome: 'allowed', decidedBy: undefined })
    expect(verdict.filter((finding) => finding.outcome !== 'pass')).toEqual([])
  })

  // B.4, C.6: the ends of each range.
  it.each([
    ['a SessionDuration of 15 minutes', shownSaml({ durations: ['900'] })],
    ['a SessionDuration of twelve hours', shownSaml({ durations: ['43200'] })],
    ['times in whole seconds', shownToken({ times: new Map([...TIMES, ['nbf', 1795348800]]) })],
    ['a token that names the role', shownToken({ authorizedRoles: [role.arn] })],
    ['a subject of 255 characters', shownToken({ subject: 's'.repeat(255) })],
  ])('a preflight allows a role with %s', (_, { outcome }) => {
    expect(outcome).toBe('allowed')
  })

  it('a preflight shows what AWS will see, with its source', () => {
    expect(preflight(bySaml).context).toEqual(
      expect.arrayContaining([
        { key: 'saml:aud', values: [RECIPIENT], multi: false, source: 'SubjectConfirmationData/@Recipient' },
        expect.objectContaining({ key: 'aws:RequestTag/CostCenter', values: ['4711'] }),
        expect.objectContaining({ key: 'sts:SourceIdentity', values: ['alice'] }),
      ]),
    )
  })

  it('a preflight does not state the source address of the call', () => {
    const keys = preflight(bySaml).context.map(({ key }) => key)
    expect(keys.filter((key) => /SourceIp|UserAgent/.test(key))).toEqual([])
  })
})

const elsewhere = 'arn:aws:iam::444455556666'
const ELSEWHERE = `${elsewhere}:oidc-provider/id.example.com`
const REDEEMED = { issuedAt: new Date('2026-11-22T11:54:59Z'), expiresAt: new Date('2026-11-22T11:59:59Z') }

describe.each([
  // A.5: AWSReservedSSO_ roles are for Identity Center.
  [
    'roleTakesFederation',
    saml({
      role: roleOf(`arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_Admin`),
      evidence: { ...assertion, rolePairs: undefined },
    }),
  ],
  // A.2: 900..43200, and not above the role's own MaxSessionDuration.
  ['durationIsAllowed', saml({ durationSeconds: 899 })],
  ['durationIsAllowed', saml({ durationSeconds: 3601 })],
  // C.5: looked up in the role's account.
  [
    'providerIsInRolesAccount',
    preflight({
      ...byToken,
      evidence: { ...token, principal: ELSEWHERE },
      trustPolicy: policyOf({ ...tokenAllow, Principal: { Federated: ELSEWHERE } }),
    }),
  ],
  // A.2: SAMLAssertionType, clientTokenType.
  ['evidenceFits', shownSaml({ length: 100_001 })],
  ['evidenceFits', shownToken({ length: 20_001 })],
  // C.6
  ['algorithmIsTaken', shownToken({ algorithm: 'PS256' })],
  ['algorithmIsTaken', shownToken({ algorithm: 'EdDSA' })],
  // A.4, C.5: keys are looked up by their names.
  ['keyIsNamed', shownToken({ isKeyNamed: false })],
  ['assertionIsReadable', shownSaml({ isReadable: false })],
  // B.5
  ['audienceIsTaken', shownSaml({ audiences: ['https://aws.example.com/saml/corp/metadata'] })],
  ['audienceIsTaken', shownSaml({ audiences: ['urn:amazon:webservices:govcloud'] })],
  ['hasOneConfirmation', shownSaml({ confirmationCount: 2 })],
  ['hasOneConfirmation', shownSaml({ isConfirmed: false })],
  ['evidenceIsCurrent', shownSaml({ life: REDEEMED })],
  ['subjectIsNamed', shownSaml({ nameId: undefined })],
  // B.4
  ['roleIsInAssertion', shownSaml({ rolePairs: [] })],
  ['roleIsInAssertion', shownSaml({ rolePairs: [{ role, providerArn: `${SAML_PROVIDER}2` }] })],
  // C.7: a token that names roles is for no other.
  ['roleIsNamedByToken', shownToken({ authorizedRoles: [`${role.arn}2`] })],
  ['roleIsNamedByToken', shownToken({ authorizedRoles: [] })],
  // C.4, C.6
  ['audienceIsTaken', shownToken({ audiences: ['other'], statedAudiences: ['other'] })],
  ['evidenceIsCurrent', shownToken({ life: REDEEMED })],
  ['subjectIsNamed', shownToken({ subject: undefined })],
  // C.6: integers only.
  ['timesAreIntegers', shownToken({ times: new Map([...TIMES, ['exp', 1795348800.5]]) })],
  ['timesAreIntegers', shownToken({ times: new Map<string, unknown>([...TIMES, ['iat', '1795348800']]) })],
  // B.5: the Issuer is the entityID of the metadata in IAM.
  ['issuerIsRegistered', shownSaml({ unverified: { ...inFile, issuer: 'https://other.example' } })],
  ['responseIsSuccess', shownSaml({ unverified: { ...inFile, status: 'Responder' } })],
  // B.4: one integer, 900 to 43200.
  ['assertedDurationIsLegal', shownSaml({ durations: ['899'] })],
  ['assertedDurationIsLegal', shownSaml({ durations: ['43201'] })],
  ['assertedDurationIsLegal', shownSaml({ durations: ['an hour'] })],
  ['assertedDurationIsLegal', shownSaml({ durations: ['3600', '3600'] })],
  // A.2: roleSessionNameType, sourceIdentityType.
  ['sessionNameIsLegal', inSession({ roleSessionName: 'a' })],
  ['sessionNameIsLegal', inSession({ roleSessionName: 'alice archer' })],
  ['sessionNameIsLegal', inSession({ roleSessionName: 'a'.repeat(65) })],
  ['sourceIdentityIsLegal', inSession({ sourceIdentity: 'aws:alice' })],
  ['sourceIdentityIsLegal', inSession({ sourceIdentity: 'alice archer' })],
  ['sourceIdentityIsLegal', inSession({ sourceIdentity: undefined, whyNoSourceIdentity: 'email is missing' })],
  // D.1
  ['sessionTagsAreLegal', inSession({ tags: new Map([['k'.repeat(129), 'v']]), transitiveTagKeys: [] })],
  ['sessionTagsAreLegal', inSession({ tags: new Map([['CostCenter', 'v'.repeat(257)]]) })],
  ['sessionTagsAreLegal', inSession({ tags: new Map([['CostCenter', 'a;b']]) })],
  ['sessionTagsAreLegal', inSession({ tags: new Map([['aws:x', 'v']]), transitiveTagKeys: [] })],
  ['sessionTagsAreLegal', inSession({ tags: new Map([...'ab'].map((key) => [key, 'v'])), transitiveTagKeys: ['c'] })],
  [
    'sessionTagsAreLegal',
    inSession({ tags: new Map(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v'])), transitiveTagKeys: [] }),
  ],
  [
    'sessionTagsAreLegal',
    inSession({ tags: new Map(['Cost', 'cost'].map((key) => [key, 'v'])), transitiveTagKeys: [] }),
  ],
  // D.3
  ['tagsArePermitted', saml({ trustPolicy: policyOf({ ...samlAllow, Action: [ACTIONS[0], ACTIONS[2]] }) })],
  ['sourceIdentityIsPermitted', saml({ trustPolicy: policyOf({ ...samlAllow, Action: ACTIONS.slice(0, 2) }) })],
  // E.1 to E.3
  ['providerIsInPrincipal', trusting({ ...samlAllow, Principal: { Federated: `${SAML_PROVIDER}2` } })],
  ['actionIsAllowed', trusting({ ...samlAllow, Action: 'sts:AssumeRoleWithWebIdentity' })],
  ['conditionsHold', trusting({ ...samlAllow, Condition: { StringEquals: { 'saml:sub': 'bob' } } })],
  ['noStatementDenies', trusting(samlAllow, { ...samlAllow, Effect: 'Deny' })],
])('%s', (name, judged) => {
  it('the preflight names it as the only failure', () => {
    const failed = judged.verdict.filter(({ outcome }) => outcome === 'fail').map((finding) => finding.name)
    expect(judged.outcome).toBe('denied')
    expect(failed).toContain(name)
    expect(failed.filter((each) => !each.includes('Statement['))).toEqual([name])
  })

  it('the preflight gives a reason and what to change', () => {
    expect(reasonSentence(judged)).toMatch(/^(AWS requires: |Statement\[).+\.$/s)
    expect(fixSentence(judged)).toMatch(/\.$/)
  })
})

describe.each([
  ['no trust policy is known', 'trustPolicyIsKnown', saml({ trustPolicy: undefined })],
  // E.1, I.5: docs speak of the account that owns the provider.
  [
    'a SAML provider is of another account',
    'providerIsInRolesAccount',
    saml({
      evidence: {
        ...assertion,
        principal: `${elsewhere}:saml-provider/corp`,
        rolePairs: [{ role, providerArn: `${elsewhere}:saml-provider/corp` }],
      },
      trustPolicy: policyOf({ ...samlAllow, Principal: { Federated: `${elsewhere}:saml-provider/corp` } }),
    }),
  ],
  // C.4: documented for Google only.
  ['azp is not the client', 'audienceIsTaken', shownToken({ audiences: ['app'] })],
  // A.4, I.2: the bound on iat is not known.
  [
    'a token is older than a day',
    'evidenceIsCurrent',
    shownToken({ life: { issuedAt: new Date('2026-11-21T11:59:59Z'), expiresAt: new Date('2026-11-22T13:00:00Z') } }),
  ],
  // C.6: a subject of more than 255 characters.
  ['the subject is longer than STS can tell', 'subjectIsNamed', shownToken({ subject: 's'.repeat(256) })],
  // D.4, I.3: the algorithm is not published.
  ['tags weigh too much by the estimate', 'sessionTagsFit', inSession({ packedSizePercent: 101 })],
  // B.5: Recipients beyond AWS's own.
  [
    'nothing in the policy names a Recipient that is not of AWS',
    'recipientIsTaken',
    saml({
      evidence: {
        ...assertion,
        recipient: 'https://aws.example.com/saml/corp/acs',
        identity: assertionOf('https://aws.example.com/saml/corp/acs'),
      },
      trustPolicy: policyOf({ ...samlAllow, Condition: { StringEquals: { 'saml:sub': 'alice' } } }),
    }),
  ],
  // E.4: "unsupported by docs".
  [
    'a list meets no set operator',
    'conditionsHold',
    saml({
      evidence: { ...assertion, identity: assertionOf(RECIPIENT, ['staff', 'member']) },
      trustPolicy: policyOf({ ...samlAllow, Condition: { StringEquals: { 'saml:edupersonaffiliation': 'staff' } } }),
    }),
  ],
  // B.5: what AWS is called in GovCloud is not confirmed [K].
  [
    'AWS is called in GovCloud as it is elsewhere',
    'audienceIsTaken',
    saml({
      role: govRole,
      evidence: {
        ...assertion,
        principal: GOV_PROVIDER,
        recipient: 'https://signin.amazonaws-us-gov.com/saml',
        identity: assertionOf('https://signin.amazonaws-us-gov.com/saml'),
        rolePairs: [{ role: govRole, providerArn: GOV_PROVIDER }],
      },
      trustPolicy: policyOf({
        ...samlAllow,
        Principal: { Federated: GOV_PROVIDER },
        Condition: { StringEquals: { 'saml:aud': 'https://signin.amazonaws-us-gov.com/saml' } },
      }),
    }),
  ],
  // B.5: the consumer service of another partition.
  [
    'the Recipient is of another partition and the policy names none',
    'recipientIsTaken',
    saml({
      evidence: {
        ...assertion,
        recipient: 'https://signin.amazonaws.cn/saml',
        identity: assertionOf('https://signin.amazonaws.cn/saml'),
      },
      trustPolicy: policyOf({ ...samlAllow, Condition: { StringEquals: { 'saml:sub': 'alice' } } }),
    }),
  ],
  // C.6: `nbf` is honoured [K].
  [
    'the token is valid from a second after now on',
    'evidenceIsCurrent',
    shownToken({ times: new Map([...TIMES, ['nbf', NOW.getTime() / 1000 + 1]]) }),
  ],
  // E.4: an absent key, ForAnyValue and IfExists.
  [
    'ForAnyValue with IfExists asks for a key that is absent',
    'conditionsHold',
    saml({
      trustPolicy: policyOf({ ...samlAllow, Condition: { 'ForAnyValue:StringEqualsIfExists': { 'saml:cn': 'a' } } }),
    }),
  ],
  [
    'an Allow asks for the address of the caller',
    'conditionsHold',
    saml({ trustPolicy: policyOf({ ...samlAllow, Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }) }),
  ],
  [
    'a Deny asks for the address of the caller',
    'noStatementDenies',
    saml({
      trustPolicy: policyOf(samlAllow, {
        ...samlAllow,
        Effect: 'Deny',
        Condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      }),
    }),
  ],
  [
    "an Allow asks for a tag of the role's",
    'conditionsHold',
    saml({ trustPolicy: policyOf({ ...samlAllow, Condition: { StringEquals: { 'aws:ResourceTag/Team': 'x' } } }) }),
  ],
])('when %s', (_, name, judged) => {
  it(`the answer is unknown, by ${name}`, () => {
    expect(judged.outcome).toBe('unknown')
    expect(judged.verdict.find(({ outcome }) => outcome === 'unknown' || outcome === 'fail')?.name).toBe(name)
    expect(reasonSentence(judged)).toMatch(/\.$/)
  })
})

describe('a key that is unknown beforehand', () => {
  const byAddress = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }

  it('a condition on a key that is unknown beforehand does not spoil an Allow that needs none of it', () => {
    expect(saml({ trustPolicy: policyOf({ ...samlAllow, Condition: byAddress }, samlAllow) }).outcome).toBe('allowed')
  })

  it('a condition on a key that is unknown beforehand does not soften a Deny that needs none of it', () => {
    const deny = { ...samlAllow, Effect: 'Deny' }
    expect(saml({ trustPolicy: policyOf({ ...samlAllow, Condition: byAddress }, deny) }).outcome).toBe('denied')
  })

  it('a condition on a key that is unknown beforehand does not hide a condition that fails for certain', () => {
    const Condition = { ...byAddress, StringEquals: { 'saml:sub': 'bob' } }
    const { outcome, decidedBy } = saml({ trustPolicy: policyOf({ ...samlAllow, Condition }) })
    expect({ outcome, name: decidedBy?.name }).toEqual({
      outcome: 'denied',
      name: 'Statement[0].Condition.StringEquals.saml:sub',
    })
  })
})

describe('the deciding finding', () => {
  it('the deciding finding is the condition of the statement that came nearest, with the value had and the value wanted', () => {
    const near = { ...samlAllow, Condition: { StringEquals: { 'SAML:aud': RECIPIENT, 'saml:sub': 'bob' } } }
    const far = { ...samlAllow, Condition: { StringEquals: { 'saml:iss': 'x', 'saml:sub': 'y', 'saml:doc': 'z' } } }
    expect(saml({ trustPolicy: policyOf(far, near) }).decidedBy).toEqual({
      name: 'Statement[1].Condition.StringEquals.saml:sub',
      outcome: 'fail',
      expected: 'bob',
      found: 'alice',
      source: 'NameID',
    })
  })

  it('the deciding finding is what AWS asks first, where several things are wrong', () => {
    const many = saml({ durationSeconds: 1, trustPolicy: policyOf({ ...samlAllow, Effect: 'Deny' }) })
    expect(many.decidedBy?.name).toBe('durationIsAllowed')
  })

  it('says of a kept file that its age is no matter, and that it would be', () => {
    const { outcome, verdict } = shownSaml({ life: REDEEMED, isKept: true })
    const finding = verdict.find(({ name }) => name === 'evidenceIsCurrent')
    expect({ outcome, finding }).toEqual({
      outcome: 'allowed',
      finding: expect.objectContaining({ outcome: 'pass', warning: expect.stringContaining('too old for AWS') }),
    })
  })
})

describe('the reason in a sentence', () => {
  it('names statement, key, both values and where the value came from', () => {
    const Condition = { StringEquals: { 'SAML:aud': `${RECIPIENT}/` } }
    expect(reasonSentence(saml({ trustPolicy: policyOf({ ...samlAllow, Condition }) }))).toBe(
      `Statement[0] of the role's trust policy requires SAML:aud to be ${RECIPIENT}/ (StringEquals), but AWS sees ${RECIPIENT}; only a trailing slash differs (from SubjectConfirmationData/@Recipient).`,
    )
  })

  it('says so where AWS sees no such key', () => {
    const Condition = { StringEquals: { 'saml:groups': 'aws-dev' } }
    const judged = saml({ trustPolicy: policyOf({ ...samlAllow, Condition }) })
    expect(reasonSentence(judged)).toBe(
      "Statement[0] of the role's trust policy requires saml:groups to be aws-dev (StringEquals), but AWS sees no such key in this call.",
    )
    expect(fixSentence(judged)).toContain('Use a key that AWS sees')
  })

  it('the reason in a sentence is absent where AWS allows the role', () => {
    expect([reasonSentence(preflight(bySaml)), fixSentence(preflight(bySaml))]).toEqual([undefined, undefined])
  })
})
