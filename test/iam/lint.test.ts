import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EvidenceInUse } from '../../src/iam/lint/facts.ts'
import { lintRules, lintTrustPolicy } from '../../src/iam/lint.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import { document, SAML_PROVIDER, statement } from './support.ts'

const RECIPIENT = 'https://signin.aws.amazon.com/saml'
const ISSUER = 'id.example.com'
const OIDC_PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`
const GITHUB = 'token.actions.githubusercontent.com'
const GITHUB_PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${GITHUB}`

const saml: EvidenceInUse = {
  kind: 'saml',
  provider: SAML_PROVIDER,
  audience: RECIPIENT,
  tags: false,
  sourceIdentity: false,
}
const token: EvidenceInUse = { ...saml, kind: 'web-identity', provider: OIDC_PROVIDER, audience: 'client' }

const AUD = { 'saml:aud': RECIPIENT }
const samlStatement = (condition: Readonly<Record<string, unknown>> = {}, more: object = {}) =>
  statement({ Condition: { StringEquals: AUD, ...condition }, ...more })

const webStatement = (
  condition: Readonly<Record<string, unknown>>,
  { federated = OIDC_PROVIDER, ...more }: { federated?: string; Effect?: string } = {},
) =>
  statement({
    Principal: { Federated: federated },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
    ...more,
  })

const WEB = { StringEquals: { [`${ISSUER}:aud`]: 'client', 'sts:RoleSessionName': 'x' } }
const github = (sub: object) =>
  webStatement(
    { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com', 'sts:RoleSessionName': 'x' }, ...sub },
    { federated: GITHUB_PROVIDER },
  )

const found = (policy: unknown, evidence: readonly EvidenceInUse[] = []) =>
  lintTrustPolicy(parseTrustPolicy(policy), { evidence }).map(({ code, path }) => [code, path])

const sentence = (policy: unknown, evidence: readonly EvidenceInUse[] = []) =>
  lintTrustPolicy(parseTrustPolicy(policy), { evidence }).map((finding) => `${finding.sentence} ${finding.hint}`)

const C = 'Statement[0].Condition'

describe('A trust policy that leaves nothing to say', () => {
  it.each([
    ['for SAML', document(samlStatement()), [saml]],
    ['for an OpenID provider', document(webStatement(WEB)), [token]],
    [
      'with the audience in a Deny',
      document(statement(), statement({ Effect: 'Deny', Condition: { StringNotEquals: AUD } })),
      [saml],
    ],
    [
      'for one repository of GitHub',
      document(github({ StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/octo-repo:*' } })),
      [],
    ],
    [
      'with tags in a statement of their own',
      document(
        samlStatement(),
        statement({
          Action: 'sts:TagSession',
          Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team'], 'sts:TransitiveTagKeys': ['Team'] } },
        }),
      ),
      [{ ...saml, tags: true }],
    ],
    [
      'that asks for a list as a list',
      document(samlStatement({ 'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': 'staff' } })),
      [saml],
    ],
    ['for an AWS account', document(statement({ Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' })), []],
    [
      'with a key of which AWS has not said when it is there',
      document(samlStatement({ StringLike: { 'aws:PrincipalTag/Team': 'x' } })),
      [saml],
    ],
  ] as const)('a trust policy that leaves nothing to say: %s', (_, policy, evidence) => {
    expect(found(policy, evidence)).toEqual([])
  })
})

describe('The named principal', () => {
  it.each([
    ['everybody', { Principal: '*' }, 'trust.anybody', 'Statement[0].Principal'],
    ['everybody, written as AWS', { Principal: { AWS: '*' } }, 'trust.anybody', 'Statement[0].Principal'],
    [
      'a role that was deleted',
      { Principal: { AWS: 'AROACKCEVSQ6C2EXAMPLE', Federated: SAML_PROVIDER } },
      'trust.deleted_principal',
      'Statement[0].Principal.AWS',
    ],
  ])('a principal may not be %s', (_, more, code, path) => {
    expect(found(document(samlStatement({}, more)), [saml])).toEqual([[code, path]])
  })

  it.each([
    ['of another account', 'arn:aws:iam::999988887777:saml-provider/corp', 'it is in account 999988887777'],
    ['of another partition', 'arn:aws-cn:iam::111122223333:saml-provider/corp', 'it is in partition aws-cn'],
    ['in other case', 'arn:aws:iam::111122223333:saml-provider/Corp', 'it differs by upper and lower case'],
    ['with a 0 for an o', 'arn:aws:iam::111122223333:saml-provider/c0rp', 'it is written with other letters'],
  ])('a principal may not be a SAML provider %s', (_, federated, how) => {
    const policy = document(samlStatement({}, { Principal: { Federated: federated } }))
    expect(found(policy, [saml])).toEqual([['trust.lookalike_provider', 'Statement[0].Principal.Federated']])
    expect(sentence(policy, [saml])[0]).toContain(`${federated} looks like ${SAML_PROVIDER}, but ${how}.`)
  })

  it.each([
    ['with a slash at its end', `${ISSUER}/`, 'it differs by a slash at the end'],
    ['with a letter of another script', 'id.ехample.com', 'it is written with other letters'],
    ['with another domain behind it', `${ISSUER}.evil.test`, 'it ends in another domain'],
    ['with something before it', `evil-${ISSUER}`, 'it has something before it'],
    ['with two letters swapped', 'id.exmaple.com', 'it differs by a letter or two'],
  ])('a principal may not be an issuer %s', (_, host, how) => {
    const federated = `arn:aws:iam::111122223333:oidc-provider/${host}`
    const policy = document(webStatement({ StringEquals: { 'sts:RoleSessionName': 'x' } }, { federated }))
    const lookalike = lintTrustPolicy(parseTrustPolicy(policy), { evidence: [token] })[0]
    expect(lookalike).toMatchObject({ code: 'trust.lookalike_provider', severity: 'error' })
    expect(lookalike?.sentence).toContain(how)
  })

  /** C.1 says without, Auth0's customers write it with. */
  it.each(['', '/'])('a principal may be an issuer that ends in a slash, with "%s" at the end', (slash) => {
    const federated = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}${slash}`
    const Condition = { StringEquals: { [`${ISSUER}${slash}:aud`]: 'client', 'sts:RoleSessionName': 'x' } }
    const inUse = { ...token, issuer: `https://${ISSUER}/` }
    expect(found(document(webStatement(Condition, { federated })), [inUse])).toEqual([])
  })

  it('a principal may not look like a well-known issuer', () => {
    const host = 'token.actions.githubusercontent.co'
    const policy = document(webStatement(WEB, { federated: `arn:aws:iam::111122223333:oidc-provider/${host}` }))
    expect(found(policy)).toContainEqual(['trust.lookalike_provider', 'Statement[0].Principal.Federated'])
  })

  it('a principal may be a second SAML provider of the account, whatever its name', () => {
    const both = { Principal: { Federated: [SAML_PROVIDER, `${SAML_PROVIDER.replace('corp', 'Corp')}`] } }
    expect(found(document(samlStatement({}, both)), [saml])).toEqual([])
  })

  it('a principal may not be an OpenID provider of another account', () => {
    const federated = 'arn:aws:iam::999988887777:oidc-provider/login.other.test'
    const policy = document(webStatement(WEB), { ...webStatement({}, { federated }), Action: 'sts:TagSession' })
    expect(found(policy, [token])).toEqual([['trust.foreign_account', 'Statement[1].Principal.Federated']])
  })

  it('a principal must be the provider in use', () => {
    const policy = document(
      samlStatement({}, { Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/partner' } }),
    )
    expect(found(policy, [saml])).toEqual([['trust.provider_missing', 'Statement']])
  })

  it('says which of several is meant', () => {
    const other = 'arn:aws:iam::999988887777:saml-provider/corp'
    const policy = document(samlStatement({}, { Principal: { Federated: [SAML_PROVIDER, other] } }))
    expect(found(policy, [saml])).toEqual([['trust.lookalike_provider', 'Statement[0].Principal.Federated[1]']])
  })

  it.each([
    ['a SAML provider with the call for tokens', SAML_PROVIDER, 'sts:AssumeRoleWithWebIdentity'],
    ['a SAML provider with the signed call', SAML_PROVIDER, 'sts:AssumeRole'],
    ['an OpenID provider with the call for assertions', OIDC_PROVIDER, 'sts:AssumeRoleWithSAML'],
  ])('fits the action: not %s', (_, federated, action) => {
    const policy = document(statement({ Principal: { Federated: federated }, Action: action }))
    expect(found(policy)).toEqual([['trust.action_mismatch', 'Statement[0].Action']])
  })
})

describe('The audience', () => {
  it.each([
    ['missing', statement(), C],
    ['any', statement({ Condition: { StringLike: { 'saml:aud': '*' } } }), C],
    ['only excluded', statement({ Condition: { StringNotEquals: { 'saml:aud': 'x' } } }), C],
  ])('the audience is a warning where it is %s', (_, one, path) => {
    const findings = lintTrustPolicy(parseTrustPolicy(document(one)), { evidence: [] })
    expect(findings).toContainEqual(expect.objectContaining({ code: 'trust.no_audience', severity: 'warning', path }))
  })

  it('the audience is an error where IAM has no list of client ids', () => {
    const policy = document(
      webStatement(
        { StringEquals: { 'accounts.google.com:sub': '1', 'sts:RoleSessionName': 'x' } },
        { federated: 'accounts.google.com' },
      ),
    )
    expect(lintTrustPolicy(parseTrustPolicy(policy), { evidence: [] })).toEqual([
      expect.objectContaining({ code: 'trust.no_audience', severity: 'error', path: C }),
    ])
  })

  /** C.3, as far as it is known. */
  it.each(['api.pulumi.com/oidc', 'sandboxes.cloud', 'oidc.vercel.com'])(
    'the audience is an error where anyone can get tokens: %s',
    (issuer) => {
      const federated = `arn:aws:iam::111122223333:oidc-provider/${issuer}`
      const asked = { [`${issuer}:sub`]: 'me', 'sts:RoleSessionName': 'x' }
      const open = document(webStatement({ StringEquals: asked }, { federated }))
      expect(lintTrustPolicy(parseTrustPolicy(open), { evidence: [] })).toContainEqual(
        expect.objectContaining({ code: 'trust.no_audience', severity: 'error', path: C }),
      )
      const closed = document(webStatement({ StringEquals: { ...asked, [`${issuer}:aud`]: 'c' } }, { federated }))
      expect(found(closed)).toEqual([])
    },
  )

  it('the audience may be asked for by the other name of Google', () => {
    const asked = { 'accounts.google.com:sub': '1', 'accounts.google.com:oaud': 'c', 'sts:RoleSessionName': 'x' }
    expect(found(document(webStatement({ StringEquals: asked }, { federated: 'accounts.google.com' })))).toEqual([])
  })

  it.each([
    ['the Audience in place of the Recipient', 'urn:amazon:webservices'],
    ['the recipient of another partition', 'https://signin.amazonaws.cn/saml'],
    ['a slash too many', `${RECIPIENT}/`],
  ])('the audience of SAML is the recipient in use: not %s', (_, audience) => {
    const policy = document(statement({ Condition: { StringEquals: { 'SAML:aud': audience } } }))
    expect(found(policy, [saml])).toEqual([['trust.audience_mismatch', `${C}.StringEquals.SAML:aud`]])
    expect(sentence(policy, [saml])[0]).toContain(
      `asks for SAML:aud ${audience}; what the gateway shows AWS has ${RECIPIENT}`,
    )
  })

  it('the audience of a token is the client id in use', () => {
    const asked = { StringEquals: { [`${ISSUER}:aud`]: 'other', 'sts:RoleSessionName': 'x' } }
    expect(found(document(webStatement(asked)), [token])).toEqual([
      ['trust.audience_mismatch', `${C}.StringEquals.${ISSUER}:aud`],
    ])
  })

  it('the audience may be another one in a further statement', () => {
    const other = statement({ Condition: { StringEquals: { 'saml:aud': 'https://gateway.test/acs' } } })
    expect(found(document(other, samlStatement()), [saml])).toEqual([])
  })
})

describe('The subject', () => {
  it.each([
    ['not asked for', {}, 'error', C],
    ['anybody', { StringLike: { [`${GITHUB}:sub`]: '*' } }, 'error', `${C}.StringLike.${GITHUB}:sub`],
  ])('the subject of a shared issuer may not be %s', (_, asked, severity, path) => {
    expect(lintTrustPolicy(parseTrustPolicy(document(github(asked))), { evidence: [] })).toEqual([
      expect.objectContaining({ code: 'trust.no_subject', severity, path }),
    ])
  })

  /** C.3, and AWS's own table ("Identity-provider controls for shared OIDC providers"). */
  it.each([
    'token.actions.githubusercontent.com',
    'vstoken.actions.githubusercontent.com',
    'oidc-configuration.audit-log.githubusercontent.com',
    'gitlab.com',
    'agent.buildkite.com',
    'app.terraform.io',
    'oidc.codefresh.io',
    'scalr.io',
    'studio.datachain.ai/api',
    'tokens.cloud.shisho.dev',
    'proidc.upbound.io',
  ])('the subject must be required where anyone can get tokens: %s', (issuer) => {
    const federated = `arn:aws:iam::111122223333:oidc-provider/${issuer}`
    const asked = { [`${issuer}:aud`]: 'c', 'sts:RoleSessionName': 'x' }
    const open = document(webStatement({ StringEquals: asked }, { federated }))
    expect(lintTrustPolicy(parseTrustPolicy(open), { evidence: [] })).toEqual([
      expect.objectContaining({ code: 'trust.no_subject', severity: 'error', path: C }),
    ])
    const closed = document(webStatement({ StringEquals: { ...asked, [`${issuer}:sub`]: 'me' } }, { federated }))
    expect(found(closed)).toEqual([])
  })

  /** C.3: Microsoft's one tenant serves every customer, and the name of the session says whose call it is. */
  it.each(['', '/'])('the subject of Microsoft Sentinel is in the session name, issuer ending in "%s"', (slash) => {
    const issuer = `sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d${slash}`
    const federated = `arn:aws:iam::111122223333:oidc-provider/${issuer}`
    const asked = { [`${issuer}:aud`]: 'api://sentinel', [`${issuer}:sub`]: 'the same for all' }
    const open = document(webStatement({ StringEquals: asked }, { federated }))
    expect(lintTrustPolicy(parseTrustPolicy(open), { evidence: [] })).toContainEqual(
      expect.objectContaining({
        code: 'trust.no_subject',
        path: C,
        hint: expect.stringContaining('sts:RoleSessionName'),
      }),
    )
    const ours = { StringEquals: asked, StringLike: { 'sts:RoleSessionName': 'MicrosoftSentinel_*' } }
    expect(found(document(webStatement(ours, { federated })))).toEqual([])
  })

  it.each(['repo:*', 'repo:octo-org*', 'repo:*/octo-repo:*', 'repo:octo?org/octo-repo'])(
    'the subject of a shared issuer names its owner in full: not %s',
    (sub) => {
      expect(found(document(github({ StringLike: { [`${GITHUB}:sub`]: sub } })))).toEqual([
        ['trust.subject_too_wide', `${C}.StringLike.${GITHUB}:sub`],
      ])
    },
  )

  it('the subject of Google is a warning: anyone can have an account there', () => {
    const asked = { StringEquals: { 'accounts.google.com:aud': 'c', 'sts:RoleSessionName': 'x' } }
    const policy = document(webStatement(asked, { federated: 'accounts.google.com' }))
    expect(lintTrustPolicy(parseTrustPolicy(policy), { evidence: [] })).toEqual([
      expect.objectContaining({ code: 'trust.no_subject', severity: 'warning', path: C }),
    ])
  })

  it('the subject is not determined by excluding others', () => {
    const policy = document(github({ StringNotLike: { [`${GITHUB}:sub`]: 'repo:evil/*' } }))
    expect(found(policy)).toEqual([['trust.negated_alone', `${C}.StringNotLike.${GITHUB}:sub`]])
  })

  it('the subject may exclude some of those that it names', () => {
    const policy = document(
      github({
        StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/*' },
        StringNotLike: { [`${GITHUB}:sub`]: 'repo:octo-org/test:*' },
      }),
    )
    expect(found(policy)).toEqual([])
  })
})

describe('What the session carries', () => {
  it.each([
    ['tags', 'trust.no_tag_session', { ...saml, tags: true }],
    ['a source identity', 'trust.no_set_source_identity', { ...saml, sourceIdentity: true }],
  ])('needs a permission: %s', (_, code, evidence) => {
    expect(found(document(samlStatement()), [evidence])).toEqual([[code, 'Statement[0].Action']])
    const action = code === 'trust.no_tag_session' ? 'sts:TagSession' : 'sts:SetSourceIdentity'
    expect(found(document(samlStatement(), statement({ Action: action })), [evidence])).toEqual([])
  })

  it('needs the permission for the same provider', () => {
    const others = statement({ Principal: { Federated: OIDC_PROVIDER }, Action: 'sts:TagSession' })
    expect(found(document(samlStatement(), others), [{ ...saml, tags: true }])).toEqual([
      ['trust.no_tag_session', 'Statement[0].Action'],
    ])
  })

  it('the session has a name that anyone with a token chooses, unless it is pinned', () => {
    const policy = document(webStatement({ StringEquals: { [`${ISSUER}:aud`]: 'client' } }))
    expect(lintTrustPolicy(parseTrustPolicy(policy), { evidence: [token] })).toEqual([
      expect.objectContaining({ code: 'trust.session_name_open', severity: 'info', path: C }),
    ])
  })
})

describe('A key', () => {
  it.each([
    ['of assertions in a call with a token', 'saml:sub', 'it is there for sts:AssumeRoleWithSAML'],
    ['of another issuer', 'login.other.test:sub', 'the statement is about another issuer'],
    ['of AssumeRole', 'sts:ExternalId', 'it is there for sts:AssumeRole'],
    ['of callers who sign', 'aws:PrincipalArn', 'it is there for sts:AssumeRole, sts:GetFederationToken'],
    ['of organizations', 'aws:PrincipalOrgID', 'the call is not signed, and not made by a service'],
    ['of temporary credentials', 'aws:MultiFactorAuthPresent', 'it is there for sts:AssumeRole'],
    ['of bearer tokens', 'sts:DurationSeconds', 'it is there for sts:GetServiceBearerToken'],
    ['that there is not', 'sts:Audience', 'AWS knows no such key'],
  ])('%s is never filled', (_, key, why) => {
    const policy = document(webStatement({ ...WEB, StringLike: { [key]: 'x' } }))
    expect(found(policy, [token])).toEqual([['trust.key_never_filled', `${C}.StringLike.${key}`]])
    expect(sentence(policy, [token])[0]).toContain(`AWS never fills ${key} in this call: ${why}`)
  })

  it('a key of a token in a call with an assertion is never filled', () => {
    const policy = document(samlStatement({ StringLike: { [`${ISSUER}:sub`]: 'x' } }))
    expect(found(policy, [saml])).toEqual([['trust.key_never_filled', `${C}.StringLike.${ISSUER}:sub`]])
  })

  it.each([
    ['saml:edupersonafiliation', 'saml:edupersonaffiliation'],
    ['saml:subtype', 'saml:sub_type'],
    ['sts:RoleSesionName', 'sts:RoleSessionName'],
  ])('a key that is misspelt has a suggestion: %s', (key, meant) => {
    const policy = document(samlStatement({ StringLike: { [key]: 'x' } }))
    expect(found(policy, [saml])).toEqual([['trust.key_misspelt', `${C}.StringLike.${key}`]])
    expect(sentence(policy, [saml])[0]).toContain(`Did you mean ${meant}?`)
  })

  it('a key of a misspelt issuer has a suggestion', () => {
    const policy = document(webStatement({ ...WEB, StringLike: { 'id.exampel.com:sub': 'x' } }))
    expect(found(policy, [token])).toEqual([['trust.key_misspelt', `${C}.StringLike.id.exampel.com:sub`]])
  })

  it.each([`${ISSUER}:groups`, `${ISSUER}:repository_owner_id`])('a key is not made of every claim: %s', (key) => {
    const policy = document(webStatement({ ...WEB, 'ForAnyValue:StringEquals': { [key]: 'x' } }))
    expect(found(policy, [token])).toEqual([['trust.claim_is_no_key', `${C}.ForAnyValue:StringEquals.${key}`]])
    expect(sentence(policy, [token])[0]).toContain('only of ')
  })

  it.each([
    ['gitlab.com', 'project_id', 'proyect_id'],
    ['agent.acme.buildkite.dev', 'pipeline_id', 'pipeline_idd'],
    ['token.actions.githubusercontent.com', 'repository_owner_id', 'repositry_owner_id'],
    ['oidc.circleci.com/org/0a1b', 'oidc.circleci.com/project-id', 'oidc.circleci.com/projectid'],
  ])('a key of %s is known as %s, and has a suggestion if it is misspelt', (issuer, claim, misspelt) => {
    const provider = `arn:aws:iam::111122223333:oidc-provider/${issuer}`
    const conditions = { StringEquals: { [`${issuer}:aud`]: 'x', [`${issuer}:sub`]: 'y', [`${issuer}:${claim}`]: '1' } }
    const asking = (Condition: unknown) =>
      document(webStatement(Condition as Readonly<Record<string, unknown>>, { federated: provider }))
    expect(found(asking(conditions), []).filter(([code = '']) => /^trust\.(key|claim)_/.test(code))).toEqual([])
    const wrong = { StringEquals: { ...conditions.StringEquals, [`${issuer}:${misspelt}`]: '1' } }
    expect(found(asking(wrong), []).flat()).toContain('trust.key_misspelt')
    expect(sentence(asking(wrong), []).join()).toContain(`${issuer}:${claim}?`)
  })

  it.each([
    ['sts:RoleAuthorizedByIdp', 'sts:AssumeRoleWithWebIdentity'],
    ['sts:TaskPolicyArn', 'sts:AssumeRoot'],
    ['sts:IdentityTokenAudience', 'sts:GetWebIdentityToken'],
    ['sts:RequestContextProviders', 'sts:SetContext'],
  ])('a key of other calls is never filled for an assertion: %s, which is there for %s', (key, action) => {
    const policy = document(samlStatement({ 'ForAnyValue:StringEquals': { [key]: 'x' } }))
    expect(found(policy, [saml])).toContainEqual(['trust.key_never_filled', `${C}.ForAnyValue:StringEquals.${key}`])
    expect(sentence(policy, [saml]).join()).toContain(action)
  })

  it('a key is not made of every attribute', () => {
    const policy = document(samlStatement({ 'ForAnyValue:StringEquals': { 'saml:groups': 'admins' } }))
    expect(found(policy, [saml])).toEqual([['trust.claim_is_no_key', `${C}.ForAnyValue:StringEquals.saml:groups`]])
  })

  it('a key of an issuer with a port is read with it', () => {
    const local = 'arn:aws:iam::111122223333:oidc-provider/127.0.0.1:8083'
    const policy = document(
      webStatement(
        {
          StringEquals: { '127.0.0.1:8083:aud': 'c', 'sts:RoleSessionName': 'x' },
          StringLike: { '127.0.0.1:8083:groups': 'x' },
        },
        { federated: local },
      ),
    )
    expect(found(policy)).toEqual([['trust.claim_is_no_key', `${C}.StringLike.127.0.0.1:8083:groups`]])
  })

  it('a key is checked in a Deny too, which would exclude every caller', () => {
    const deny = webStatement({ StringNotEquals: { [`${ISSUER}:groups`]: 'x' } }, { Effect: 'Deny' })
    expect(found(document(webStatement(WEB), deny), [token])).toEqual([
      ['trust.claim_is_no_key', `Statement[1].Condition.StringNotEquals.${ISSUER}:groups`],
    ])
  })
})

describe('An operator', () => {
  it('an operator of all values holds for none', () => {
    const asked = { 'ForAllValues:StringEquals': { 'saml:edupersonaffiliation': 'staff' } }
    const path = `${C}.ForAllValues:StringEquals.saml:edupersonaffiliation`
    expect(found(document(samlStatement(asked)), [saml])).toEqual([['trust.for_all_of_none', path]])
    const guarded = { ...asked, Null: { 'saml:edupersonaffiliation': 'false' } }
    expect(found(document(samlStatement(guarded)), [saml])).toEqual([])
  })

  it('an operator of all values does not limit tags in the statement that takes the role', () => {
    const asked = { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'Team' } }
    const policy = document(samlStatement(asked, { Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'] }))
    expect(found(policy, [saml])).toEqual([['trust.for_all_of_none', `${C}.ForAllValues:StringEquals.aws:TagKeys`]])
  })

  it('an operator with IfExists holds without the key', () => {
    const policy = document(samlStatement({ StringEqualsIfExists: { 'saml:sub': 'alice' } }))
    expect(found(policy, [saml])).toEqual([['trust.if_exists', `${C}.StringEqualsIfExists.saml:sub`]])
  })

  it('an operator for one value does not suit a list', () => {
    const policy = document(samlStatement({ StringLike: { 'saml:edupersonaffiliation': 'staff' } }))
    expect(found(policy, [saml])).toEqual([
      ['trust.list_without_set_operator', `${C}.StringLike.saml:edupersonaffiliation`],
    ])
  })

  it('an operator for a list does not suit one value', () => {
    const policy = document(samlStatement({ 'ForAnyValue:StringEquals': { 'saml:sub': 'alice' } }))
    expect(found(policy, [saml])).toEqual([['trust.set_operator_on_single', `${C}.ForAnyValue:StringEquals.saml:sub`]])
  })

  it('an operator without wildcards takes an asterisk for itself', () => {
    const asked = {
      StringEquals: {
        [`${GITHUB}:aud`]: 'c',
        [`${GITHUB}:sub`]: 'repo:octo-org/octo-repo:*',
        'sts:RoleSessionName': 'x',
      },
    }
    expect(found(document(webStatement(asked, { federated: GITHUB_PROVIDER })))).toEqual([
      ['trust.wildcard_taken_literally', `${C}.StringEquals.${GITHUB}:sub`],
    ])
  })

  it('an operator may be given an asterisk on purpose', () => {
    expect(found(document(samlStatement({ StringEqualsIgnoreCase: { 'saml:sub': `a\${*}` } })), [saml])).toEqual([])
  })
})

describe('The published guides', () => {
  const folder = join(import.meta.dirname, '../fixtures/iam/published')
  const doubts: Readonly<Record<string, readonly string[]>> = {
    'adfs.json': [],
    'amazon.json': ['warning trust.no_subject'],
    'cognito-authenticated.json': [],
    'eks-service-account.json': [],
    'external-id.json': [],
    'facebook.json': ['warning trust.no_subject'],
    'github-actions-branch.json': [],
    'github-actions.json': [],
    'gitlab.json': [],
    'google.json': ['warning trust.no_subject'],
    'okta.json': [],
    // AWS's own example: whoever has no affiliation at all gets in.
    'saml-affiliation.json': ['error trust.for_all_of_none'],
    'saml-session-tags.json': [],
  }

  it('the published guides are complete', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .toSorted(),
    ).toEqual(Object.keys(doubts).toSorted())
  })

  it.each(Object.entries(doubts))('the published guides: %s: %j', (file, expected) => {
    const { policy } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { policy: unknown }
    const findings = lintTrustPolicy(parseTrustPolicy(policy), { evidence: [] })
    const shown = findings.filter(({ severity }) => severity !== 'info').map((one) => `${one.severity} ${one.code}`)
    expect(shown).toEqual(expected)
  })
})

describe('Every rule', () => {
  it('every rule has a sentence and a next step', () => {
    for (const { sentence: text, hint } of Object.values(lintRules)) {
      expect(text).toMatch(/^[A-Z].*[.]$/)
      expect(hint).toMatch(/^[A-Za-z].*[.]$/)
    }
  })
})
