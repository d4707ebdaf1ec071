// biome-ignore-all lint/suspicious/noTemplateCurlyInString: AWS writes the key of a tag so
import { describe, expect, it } from 'vitest'
import {
  carriedContext,
  conditionKeyOf,
  conditionKeyTable,
  hasGenericKey,
  nameQualifier,
  resourceContext,
  roleAuthorizedByIdp,
  samlAttributeKeys,
  samlContext,
  sessionContext,
  signedCallContext,
  subjectType,
  unsignedCallContext,
  webIdentityContext,
} from '../../src/iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../../src/iam/condition-keys/context.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

const values = (entries: readonly ContextValue[], key: string) => requestContext(entries).get(key.toLowerCase())?.values

const assertion = (attributes: ReadonlyMap<string, readonly string[]> = new Map()) =>
  samlContext({
    issuer: 'https://example.com/saml',
    recipient: 'https://signin.aws.amazon.com/saml',
    nameId: { value: 'alice', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
    attributes,
    providerArn: 'arn:aws:iam::123456789012:saml-provider/MySAMLIdP',
  })

describe('What lives on of a token of Cognito (C.1)', () => {
  const cognito = (...amr: readonly string[]) =>
    carriedContext(
      webIdentityContext({
        issuer: 'https://cognito-identity.amazonaws.com',
        subject: 'eu-west-1:alice',
        audience: 'eu-west-1:pool',
        claims: { amr },
      }),
    )

  it('what remains of a Cognito token is its identity pool where the user was authenticated', () => {
    const carried = cognito('authenticated', 'login.example')
    expect(values(carried, 'cognito-identity.amazonaws.com:aud')).toEqual(['eu-west-1:pool'])
  })

  it('what remains of a Cognito token does not include the identity pool of a guest', () => {
    const carried = cognito('unauthenticated')
    expect(values(carried, 'cognito-identity.amazonaws.com:aud')).toBeUndefined()
    expect(values(carried, 'cognito-identity.amazonaws.com:sub')).toEqual(['eu-west-1:alice'])
  })
})

describe('The keys of an assertion (B.1)', () => {
  it.each([
    ['saml:iss', 'https://example.com/saml'],
    ['saml:aud', 'https://signin.aws.amazon.com/saml'],
    ['saml:sub', 'alice'],
    ['saml:sub_type', 'persistent'],
    ['saml:doc', '123456789012/MySAMLIdP'],
    ['saml:namequalifier', '1uAJanUnBc2XeUkHURMht+xam2c='],
  ])('the keys of an assertion have %s', (key, value) => {
    expect(values(assertion(), key)).toEqual([value])
  })

  it('the keys of an assertion are the 32 that AWS publishes', () => {
    const computed = ['saml:iss', 'saml:aud', 'saml:sub', 'saml:sub_type', 'saml:namequalifier', 'saml:doc']
    const keys = [...computed, ...samlAttributeKeys.map(({ key }) => key)]
    expect(new Set(keys).size).toBe(32)
  })

  it.each([
    ['urn:oid:1.3.6.1.4.1.5923.1.1.1.1', 'saml:edupersonaffiliation', true],
    ['urn:oid:1.3.6.1.4.1.5923.1.1.1.6', 'saml:edupersonprincipalname', false],
    ['urn:oid:1.3.6.1.4.1.5923.1.1.1.7', 'saml:edupersonentitlement', true],
    ['urn:oid:1.3.6.1.4.1.5923.1.1.1.11', 'saml:edupersonassurance', true],
    ['urn:oid:1.3.6.1.4.1.5923.1.2.1.4', 'saml:eduorglegalname', true],
    ['urn:oid:2.5.4.3', 'saml:cn', true],
    ['2.5.4.3', 'saml:commonName', true],
    ['http://schemas.xmlsoap.org/claims/CommonName', 'saml:commonName', true],
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name', 'saml:name', true],
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname', 'saml:givenName', true],
    ['2.4.5.42', 'saml:givenName', true],
    ['urn:oid:2.5.4.42', 'saml:givenName', true],
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname', 'saml:surname', true],
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', 'saml:mail', true],
    ['urn:oid:0.9.2342.19200300.100.1.3', 'saml:mail', true],
    ['0.9.2342.19200300100.1.1', 'saml:uid', true],
    ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', 'saml:primaryGroupSID', true],
    ['urn:oid:2.5.4.45', 'saml:x500UniqueIdentifier', true],
    ['urn:oid:0.9.2342.19200300.100.1.45', 'saml:organizationStatus', true],
  ])('take attribute %s for %s', (name, key, multi) => {
    const context = requestContext(assertion(new Map([[name, ['x']]])))
    expect(context.get(key.toLowerCase())).toMatchObject({ values: ['x'], multi, source: `Attribute ${name}` })
  })

  it('take the first attribute in the document where two feed one key', () => {
    const attributes = new Map([
      ['urn:oid:0.9.2342.19200300.100.1.3', ['first@example.com']],
      ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', ['second@example.com']],
    ])
    expect(values(assertion(attributes), 'saml:mail')).toEqual(['first@example.com'])
  })

  it.each(['mail', 'MAIL', 'urn:oid:2.5.4.3 ', '__proto__'])(
    'the keys of an assertion do not take attribute %j, whose name only looks right',
    (name) => {
      expect(assertion(new Map([[name, ['x']]]))).toEqual(assertion())
    },
  )
})

describe('The subject type (B.3)', () => {
  it.each([
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'transient'],
    [
      'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    ],
    [undefined, 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'],
  ])('the subject type of Format %s is %s', (format, type) => {
    expect(subjectType(format)).toBe(type)
  })
})

it('The name qualifier is the published formula, with its vector (B.2)', () => {
  const provider = 'arn:aws:iam::123456789012:saml-provider/MySAMLIdP'
  expect(nameQualifier('https://example.com/saml', provider)).toBe('1uAJanUnBc2XeUkHURMht+xam2c=')
})

describe('The keys of a token (C.1, C.2)', () => {
  const token = (issuer: string, claims: Readonly<Record<string, unknown>>) =>
    webIdentityContext({ issuer, subject: 'sub-1', audience: 'client-1', claims })

  it('begin with host and path of the issuer', () => {
    const issuer = 'https://oidc.eks.us-east-1.amazonaws.com/id/111122223333'
    expect(values(token(issuer, {}), 'oidc.eks.us-east-1.amazonaws.com/id/111122223333:aud')).toEqual(['client-1'])
  })

  it('keep the port of a local issuer', () => {
    expect(values(token('http://127.0.0.1:8083', {}), '127.0.0.1:8083:sub')).toEqual(['sub-1'])
  })

  it('hold amr as a list', () => {
    const context = requestContext(token('https://op.example', { amr: ['pwd', 'mfa'] }))
    expect(context.get('op.example:amr')).toMatchObject({ values: ['pwd', 'mfa'], multi: true })
  })

  it("expose GitHub's own claims", () => {
    const issuer = 'https://token.actions.githubusercontent.com'
    const entries = token(issuer, { repository: 'acme/shop', ref: 'refs/heads/main' })
    expect(values(entries, 'token.actions.githubusercontent.com:repository')).toEqual(['acme/shop'])
  })

  it('expose no other claim of a generic issuer', () => {
    const claims = { groups: ['admin'], repository: 'acme/shop', email: 'a@example.com' }
    const keys = token('https://op.example', claims).flatMap((entry) => (entry.values.length > 0 ? [entry.key] : []))
    expect(keys).toEqual(['op.example:aud', 'op.example:oaud', 'op.example:sub', 'op.example:email'])
  })

  it.each([
    ['https://token.actions.githubusercontent.com', 'repository_owner_id', 9],
    ['https://token.actions.githubusercontent.com/acme', 'job_workflow_ref', 'acme/shop/.github/workflows/a.yml'],
    ['https://token.actions.acme.ghe.com', 'enterprise_id', '3'],
    ['https://github.com/enterprises/acme', 'actor', 'alice'],
    ['https://gitlab.com', 'ref_protected', true],
    ['https://agent.buildkite.com', 'pipeline_slug', 'deploy'],
    ['https://agent.acme.buildkite.dev', 'cluster_id', 'c-1'],
    ['https://agent.acme.buildkite.site', 'build_branch', 'main'],
    ['https://oidc.circleci.com/org/0a1b', 'oidc.circleci.com/project-id', 'p-1'],
    ['https://idcs-0a1b.identity.oraclecloud.com', 'rpst_id', 'ocid1.x'],
  ])('the keys of a token of %s have its claim %s', (issuer, claim, value) => {
    const key = `${issuer.slice('https://'.length)}:${claim}`
    expect(values(token(issuer, { [claim]: value }), key)).toEqual([String(value)])
    expect(conditionKeyOf(key)).toMatchObject({ multi: false, usableIn: ['trust'] })
    expect(values(token('https://op.example', { [claim]: value }), `op.example:${claim}`)).toBeUndefined()
  })

  it.each([
    ['https://gitlab.example.com', 'project_id'],
    ['https://token.actions.a.b.ghe.com', 'actor'],
    ['https://agent.buildkite.dev', 'pipeline_id'],
    ['https://evil-agent.buildkite.com', 'pipeline_id'],
    ['https://oidc.circleci.com/org/0a1b/x', 'oidc.circleci.com/project-id'],
  ])('the keys of a token of %s, which is none of these, do not have %s', (issuer, claim) => {
    expect(values(token(issuer, { [claim]: 'x' }), `${issuer.slice('https://'.length)}:${claim}`)).toBeUndefined()
  })

  it.each([
    [['a', 'b'], undefined],
    [{ id: 1 }, undefined],
    [null, undefined],
    [12, ['12']],
  ])('the keys of a token make of the claim %j %j', (value, expected) => {
    const entries = token('https://gitlab.com', { project_id: value })
    expect(values(entries, 'gitlab.com:project_id')).toEqual(expected)
  })

  it.each([
    ['the ARN', ROLE, 'true'],
    ['a list with the ARN', ['arn:aws:iam::111122223333:role/Other', ROLE], 'true'],
    ['another role', 'arn:aws:iam::111122223333:role/Other', 'false'],
    ['a wildcard', 'arn:aws:iam::111122223333:role/*', 'false'],
    ['nothing', undefined, 'false'],
  ])('the keys of a token tell whether it names the role: %s', (_, roles, expected) => {
    const claims = roles === undefined ? {} : { 'https://aws.amazon.com/roles': roles }
    expect(roleAuthorizedByIdp(claims, ROLE)).toMatchObject({ key: 'sts:RoleAuthorizedByIdp', values: [expected] })
  })

  it.each([
    ['<issuer>:sub', true],
    ['accounts.google.com:oaud', true],
    ['token.actions.githubusercontent.com:repository_owner_id', false],
    ['www.amazon.com:user_id', false],
    ['saml:sub', undefined],
    ['sts:SourceIdentity', undefined],
  ])('the table says whether every issuer has a key like %s: %s', (key, expected) => {
    const found = conditionKeyTable.find((one) => one.key === key)
    expect(found && hasGenericKey(found)).toBe(expected)
  })

  it('the keys of a token have oaud for Google, which is aud when azp took its place', () => {
    const entries = webIdentityContext({
      issuer: 'https://accounts.google.com',
      subject: '1',
      audience: 'azp-client',
      claims: { aud: 'aud-client', azp: 'azp-client' },
    })
    expect(values(entries, 'accounts.google.com:aud')).toEqual(['azp-client'])
    expect(values(entries, 'accounts.google.com:oaud')).toEqual(['aud-client'])
  })
})

describe('The keys of the session to be (D.5)', () => {
  const entries = sessionContext({
    roleSessionName: 'alice',
    sourceIdentity: undefined,
    tags: new Map([['CostCenter', '4711']]),
    transitiveTagKeys: ['CostCenter'],
  })

  it.each([
    ['sts:RoleSessionName', ['alice']],
    ['aws:RequestTag/CostCenter', ['4711']],
    ['aws:requesttag/costcenter', ['4711']],
    ['aws:TagKeys', ['CostCenter']],
    ['sts:TransitiveTagKeys', ['CostCenter']],
    ['sts:SourceIdentity', undefined],
  ])('the keys of the session to be: %s: %j', (key, expected) => {
    expect(values(entries, key)).toEqual(expected)
  })
})

it('An unsigned call is anonymous (D.5)', () => {
  const now = new Date('2026-11-22T00:00:00Z')
  const entries = unsignedCallContext({
    now,
    sourceIp: '127.0.0.1',
    secureTransport: false,
    userAgent: undefined,
    region: 'eu-west-1',
  })
  expect(values(entries, 'aws:PrincipalType')).toEqual(['Anonymous'])
  expect(values(entries, 'aws:EpochTime')).toEqual(['1795305600'])
  expect(values(entries, 'aws:UserAgent')).toBeUndefined()
})

describe('The keys of a signed call (D.5)', () => {
  const now = new Date('2026-11-22T00:10:00Z')
  const call = { now, sourceIp: '203.0.113.7', secureTransport: true, userAgent: 'cli', region: 'eu-west-1' }
  const user = {
    type: 'User',
    arn: 'arn:aws:iam::111122223333:user/team/alice',
    account: '111122223333',
    userId: 'AIDAEXAMPLE',
    tags: new Map([['Team', 'red']]),
  } as const
  const role = {
    type: 'AssumedRole',
    arn: 'arn:aws:iam::111122223333:role/Dev',
    account: '111122223333',
    userId: 'AROAEXAMPLE:alice',
    tags: new Map(),
    temporary: {
      issuedAt: new Date('2026-11-22T00:00:00Z'),
      mfaAt: undefined,
      sourceIdentity: 'alice',
      federatedProvider: 'arn:aws:iam::111122223333:saml-provider/corp',
      carried: carriedContext(assertion(new Map([['urn:oid:2.5.4.3', ['Alice']]]))),
    },
  } as const

  it.each([
    ['aws:PrincipalArn', ['arn:aws:iam::111122223333:user/team/alice']],
    ['aws:PrincipalAccount', ['111122223333']],
    ['aws:PrincipalType', ['User']],
    ['aws:PrincipalTag/team', ['red']],
    ['aws:userid', ['AIDAEXAMPLE']],
    ['aws:username', ['alice']],
    ['aws:SourceIp', ['203.0.113.7']],
    ['aws:TokenIssueTime', undefined],
    ['aws:MultiFactorAuthPresent', undefined],
  ])('the keys of a signed call of a user: %s is %j', (key, expected) => {
    expect(values(signedCallContext(call, user), key)).toEqual(expected)
  })

  it.each([
    ['aws:PrincipalType', ['AssumedRole']],
    ['aws:userid', ['AROAEXAMPLE:alice']],
    ['aws:username', undefined],
    ['aws:TokenIssueTime', ['2026-11-22T00:00:00.000Z']],
    ['aws:MultiFactorAuthPresent', ['false']],
    ['aws:MultiFactorAuthAge', undefined],
    ['aws:SourceIdentity', ['alice']],
    ['aws:FederatedProvider', ['arn:aws:iam::111122223333:saml-provider/corp']],
    ['saml:sub', ['alice']],
    ['saml:cn', undefined],
    ['saml:aud', undefined],
  ])('the keys of a signed call of a role session: %s is %j', (key, expected) => {
    expect(values(signedCallContext(call, role), key)).toEqual(expected)
  })

  it('tell how long ago the MFA was, in seconds', () => {
    const withMfa = { ...role, temporary: { ...role.temporary, mfaAt: new Date('2026-11-22T00:00:00Z') } }
    expect(values(signedCallContext(call, withMfa), 'aws:MultiFactorAuthPresent')).toEqual(['true'])
    expect(values(signedCallContext(call, withMfa), 'aws:MultiFactorAuthAge')).toEqual(['600'])
  })

  it('the keys of a signed call have the tags of the role to assume under both names', () => {
    const context = resourceContext(new Map([['Team', 'red']]))
    expect(values(context, 'iam:ResourceTag/team')).toEqual(['red'])
    expect(values(context, 'aws:ResourceTag/Team')).toEqual(['red'])
  })
})

describe('The table of keys', () => {
  it.each([
    ['SAML:aud', 'saml:aud'],
    ['saml:edupersonprincipalname', 'saml:edupersonprincipalname'],
    ['op.example:sub', '<issuer>:sub'],
    ['op.example:email', '<issuer>:email'],
    ['accounts.google.com:amr', 'accounts.google.com:amr'],
    ['GITLAB.com:Project_ID', 'gitlab.com:project_id'],
    ['token.actions.githubusercontent.com/acme:sub', '<issuer>:sub'],
    ['token.actions.githubusercontent.com/acme:ref', 'token.actions.githubusercontent.com/${SubPath}:ref'],
    [
      'oidc.circleci.com/org/0a1b:oidc.circleci.com/project-id',
      'oidc.circleci.com/org/${OrgId}:oidc.circleci.com/project-id',
    ],
    ['sts:RequestContext/identitystore:UserId', 'sts:RequestContext/${ContextKey}'],
    ['op.example/tenant/x:aud', '<issuer>:aud'],
    ['127.0.0.1:8083:amr', '<issuer>:amr'],
    ['localhost:8083/realms/x:azp', '<issuer>:azp'],
    ['token.actions.githubusercontent.com:sub', '<issuer>:sub'],
    ['token.actions.githubusercontent.com:repository', 'token.actions.githubusercontent.com:repository'],
    ['accounts.google.com:oaud', 'accounts.google.com:oaud'],
    ['aws:requesttag/Team', 'aws:RequestTag/${TagKey}'],
    ['aws:PrincipalTag/a/b', 'aws:PrincipalTag/${TagKey}'],
    ['aws:TagKeys', 'aws:TagKeys'],
  ])('the table of keys has %s as %s', (key, row) => {
    expect(conditionKeyOf(key)?.key).toBe(row)
  })

  it.each([
    'saml:groups',
    'op.example:groups',
    'op.example:repository',
    'accounts.google.com:azp',
    'www.amazon.com:aud',
    'gitlab.com:repository',
    'token.actions.githubusercontent.com:repository_owner',
    'aws:RequestTags/Team',
    'sub',
    'saml:sub/x',
    '__proto__',
  ])('the table of keys does not have %s', (key) => {
    expect(conditionKeyOf(key)).toBeUndefined()
  })

  it('a name of dots alone is looked up in linear time', { timeout: 10_000 }, () => {
    expect(conditionKeyOf('.'.repeat(1_000_000))).toBeUndefined()
  })

  it('the table of keys has every key once', () => {
    const keys = conditionKeyTable.map(({ key }) => key.toLowerCase())
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('the table of keys has the 32 keys of an assertion (B.1)', () => {
    expect(conditionKeyTable.filter(({ key }) => key.startsWith('saml:'))).toHaveLength(32)
  })

  it.each([
    [
      'sts:AssumeRole',
      ['sts:ExternalId', 'sts:RoleSessionName', 'aws:PrincipalArn', 'saml:sub', 'aws:FederatedProvider'],
    ],
    ['sts:AssumeRoleWithSAML', ['saml:aud', 'saml:doc', 'sts:SourceIdentity', 'iam:ResourceTag/${TagKey}']],
    ['sts:AssumeRoleWithWebIdentity', ['<issuer>:aud', 'cognito-identity.amazonaws.com:amr', 'graph.facebook.com:id']],
    ['sts:AssumeRoot', ['sts:TaskPolicyArn']],
    ['sts:GetWebIdentityToken', ['sts:IdentityTokenAudience', 'sts:SigningAlgorithm', 'sts:DurationSeconds']],
    ['sts:SetContext', ['sts:RequestContextProviders', 'sts:RequestContext/${ContextKey}']],
    ['sts:GetFederationToken', ['aws:RequestTag/${TagKey}', 'aws:TagKeys', 'aws:PrincipalTag/${TagKey}']],
    [
      'sts:TagSession',
      ['aws:RequestTag/${TagKey}', 'aws:TagKeys', 'sts:TransitiveTagKeys', 'aws:PrincipalTag/${TagKey}'],
    ],
  ])('the table of keys has the keys of %s', (action, wanted) => {
    const keys = conditionKeyTable.filter(({ actions }) => actions.includes(action)).map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(wanted))
  })
})
