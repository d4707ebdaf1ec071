import { describe, expect, it } from 'vitest'
import { canReach, evidenceInUse, rolesNamedFor, roleTrust } from '../../src/access/role-trust.ts'
import { awsFacts, gatewayIdentifiers } from '../../src/cli/load-config.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/types.ts'
import { parseRoleArn, type RoleArn } from '../../src/core/arn.ts'
import { samlContext, sessionContext, webIdentityContext } from '../../src/iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../../src/iam/condition-keys/context.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { trustPolicy } from '../../src/iam/generate.ts'
import { lintTrustPolicy } from '../../src/iam/lint.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'

const ACCOUNT = '111122223333'

const roleIn = (partition: string): RoleArn => {
  const role = parseRoleArn(`arn:${partition}:iam::${ACCOUNT}:role/Developer`)
  if (!role) throw new Error('no role')
  return role
}

/** What AWS publishes of its partitions: where it takes responses (aws-facts B.5). */
const recipients = {
  aws: 'https://signin.aws.amazon.com/saml',
  'aws-cn': 'https://signin.amazonaws.cn/saml',
  'aws-us-gov': 'https://signin.amazonaws-us-gov.com/saml',
} as const
type PartitionId = keyof typeof recipients
const partitionIds = ['aws', 'aws-cn', 'aws-us-gov'] as const

interface Session {
  readonly tags: Readonly<Record<string, string>>
  readonly transitive: readonly string[]
  readonly sourceIdentity?: string
}

/** What AWS is shown, key by key. */
interface Shown {
  readonly principal: string
  readonly call: string
  readonly identity: readonly ContextValue[]
  readonly session: Session
}

const samlArn = (partition: string, name: string): string => `arn:${partition}:iam::${ACCOUNT}:saml-provider/${name}`
const oidcArn = (partition: string, host: string): string => `arn:${partition}:iam::${ACCOUNT}:oidc-provider/${host}`

interface Scenario {
  readonly provider: string
  /** Of the rule, besides the provider. */
  readonly when: string
  readonly shown: (partition: PartitionId) => Omit<Shown, 'session'>
  /** The keys by which AWS tells who is meant. */
  readonly decisive: readonly string[]
  /** Keys that say nothing about that. */
  readonly indifferent: readonly string[]
  readonly isOriginal?: true
}

const MAIL = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'
const AFFILIATION = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'

const assertion = (partition: PartitionId, over: Partial<Parameters<typeof samlContext>[0]> = {}) => {
  const providerArn = samlArn(partition, 'fedgate')
  return {
    principal: providerArn,
    call: 'sts:AssumeRoleWithSAML',
    identity: samlContext({
      issuer: 'https://aws.example.com/idp/metadata',
      recipient: recipients[partition],
      nameId: { value: 'alice', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
      attributes: new Map([
        [MAIL, ['alice@example.com']],
        [AFFILIATION, ['member', 'staff']],
      ]),
      providerArn,
      ...over,
    }),
  }
}

const token = (
  partition: PartitionId,
  issuer: string,
  audience: string,
  claims: Readonly<Record<string, unknown>>,
) => ({
  principal: oidcArn(partition, issuer.slice('https://'.length)),
  call: 'sts:AssumeRoleWithWebIdentity',
  identity: webIdentityContext({
    issuer,
    subject: 'alice',
    audience,
    claims: { aud: audience, sub: 'alice', ...claims },
  }),
})

const GATEWAY = 'https://aws.example.com'
const reissuedToken =
  (provider: string, methods: readonly string[] = []) =>
  (partition: PartitionId) =>
    token(partition, GATEWAY, 'sts.amazonaws.com', { amr: [...methods, `provider:${provider}`] })

const scenarios: Readonly<Record<string, Scenario>> = {
  'a response reissued for a SAML provider': {
    provider: 'corp',
    when: 'groups: dev',
    shown: assertion,
    decisive: ['saml:aud', 'saml:iss'],
    indifferent: ['saml:sub', 'saml:mail'],
  },
  'a response reissued for one address': {
    provider: 'corp',
    when: 'email: alice@example.com, groups: dev',
    shown: assertion,
    decisive: ['saml:aud', 'saml:iss', 'saml:mail'],
    indifferent: ['saml:sub'],
  },
  'a response reissued for one subject': {
    provider: 'op',
    when: 'subject: alice',
    shown: assertion,
    decisive: ['saml:aud', 'saml:iss', 'saml:sub'],
    indifferent: ['saml:mail'],
  },
  'a response reissued for the attribute that names people': {
    provider: 'named',
    when: 'uid: alice',
    shown: assertion,
    decisive: ['saml:aud', 'saml:iss', 'saml:sub'],
    indifferent: ['saml:mail'],
  },
  "an identity provider's own response": {
    provider: 'original',
    when: 'eduPersonAffiliation: staff',
    shown: (partition) => {
      const providerArn = samlArn(partition, 'theirs')
      const issuer = 'https://idp.example.com'
      const recipient = 'https://aws.example.com/saml/original/acs'
      return { ...assertion(partition, { issuer, recipient, providerArn }), principal: providerArn }
    },
    decisive: ['saml:aud', 'saml:iss', 'saml:edupersonaffiliation'],
    indifferent: ['saml:mail', 'saml:sub'],
    isOriginal: true,
  },
  'a token reissued for a SAML provider': {
    provider: 'tokens',
    when: 'groups: dev',
    shown: reissuedToken('tokens'),
    decisive: ['aws.example.com:aud', 'aws.example.com:amr'],
    indifferent: ['aws.example.com:sub'],
  },
  'a token reissued for one subject': {
    provider: 'tokens',
    when: 'subject: alice',
    shown: reissuedToken('tokens'),
    decisive: ['aws.example.com:aud', 'aws.example.com:amr', 'aws.example.com:sub'],
    indifferent: [],
  },
  "an OpenID provider's own token": {
    provider: 'own',
    when: 'subject: [alice, bob]',
    shown: (partition) => token(partition, 'https://op.example.com/realm', 'client-2', {}),
    decisive: ['op.example.com/realm:aud', 'op.example.com/realm:sub'],
    indifferent: [],
    isOriginal: true,
  },
  "an OpenID provider's own token, after a second factor": {
    provider: 'own',
    when: 'amr: [mfa, hwk]',
    shown: (partition) => token(partition, 'https://op.example.com/realm', 'client-2', { amr: ['pwd', 'mfa'] }),
    decisive: ['op.example.com/realm:aud', 'op.example.com/realm:amr'],
    indifferent: ['op.example.com/realm:sub'],
    isOriginal: true,
  },
  "Google's own token": {
    provider: 'google',
    when: 'subject: alice',
    shown: (partition) => ({
      ...token(partition, 'https://accounts.google.com', 'client-3', {}),
      principal: 'accounts.google.com',
    }),
    decisive: ['accounts.google.com:aud', 'accounts.google.com:sub'],
    indifferent: [],
    isOriginal: true,
  },
}

const sessions = {
  nothing: { yaml: '', session: { tags: {}, transitive: [] } },
  'a source identity': {
    yaml: 'sourceIdentity: "{subject}"\n',
    session: { tags: {}, transitive: [], sourceIdentity: 'alice' },
  },
  tags: {
    yaml: 'sessionTags: { CostCenter: "{costCenter}", Gateway: fedgate }\n',
    session: { tags: { CostCenter: '42', Gateway: 'fedgate' }, transitive: [] },
  },
  'transitive tags and a source identity': {
    yaml: 'sessionTags: { CostCenter: "{costCenter}", Team: "{ou}" }\ntransitiveTags: [Team]\nsourceIdentity: "{subject}"\n',
    session: { tags: { CostCenter: '42', Team: 'blue' }, transitive: ['Team'], sourceIdentity: 'alice' },
  },
} as const satisfies Record<string, { yaml: string; session: Session }>

const configWith = (access: string, more = ''): Config =>
  parseConfig(
    `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
signing: { key: ./signing.key, certificate: ./signing.crt }
issuer: { key: ./issuer.key }
providers:
  - { id: corp, protocol: saml, metadata: ./idp.xml }
  - { id: named, protocol: saml, metadata: ./idp.xml, subject: uid }
  - { id: op, protocol: oidc, issuer: "https://op.example.com", clientId: client-1, exchange: { via: saml, evidence: reissued } }
  - id: original
    protocol: saml
    metadata: ./idp.xml
    entityId: https://idp.example.com
    exchange: { via: saml, evidence: original, provider: theirs }
  - { id: tokens, protocol: saml, metadata: ./idp.xml, exchange: { via: web-identity, evidence: reissued } }
  - { id: own, protocol: oidc, issuer: "https://op.example.com/realm", clientId: client-2 }
  - { id: google, protocol: oidc, issuer: "https://accounts.google.com", clientId: client-3 }
access:
${access}${more}`,
    { file: '/etc/fedgate/fedgate.yaml', env: {}, readFile: () => '', aws: awsFacts },
  )

const providerOf = (config: Config, id: string) => {
  const provider = config.providers.find((one) => one.id === id)
  if (!provider) throw new Error(`no provider ${id}`)
  return provider
}

const trustOf = (config: Config, id: string, role: RoleArn) =>
  roleTrust(config, gatewayIdentifiers(config), providerOf(config, id), role)

/** All that AWS asks of the policy for one call (aws-facts D.3, E.2). */
const admits = (policy: unknown, { principal, call, identity, session }: Shown): boolean => {
  const tags = new Map(Object.entries(session.tags))
  const { transitive, sourceIdentity } = session
  const carried = { roleSessionName: 'alice', sourceIdentity, tags, transitiveTagKeys: transitive }
  const context = requestContext([...identity, ...sessionContext(carried)])
  const actions = [
    call,
    ...(tags.size > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ]
  const parsed = parseTrustPolicy(policy)
  return actions.every(
    (action) => evaluate(parsed, { principal: { federated: principal }, action, context }).effect === 'allow',
  )
}

const withValues = (shown: Shown, key: string, values: readonly string[]): Shown => {
  if (!shown.identity.some((one) => one.key === key)) throw new Error(`nothing to change: ${key}`)
  return { ...shown, identity: shown.identity.map((one) => (one.key === key ? { ...one, values } : one)) }
}

const withSession = (shown: Shown, session: Partial<Session>): Shown => ({
  ...shown,
  session: { ...shown.session, ...session },
})

const OTHER_CALL: Readonly<Record<string, string>> = {
  'sts:AssumeRoleWithSAML': 'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithWebIdentity': 'sts:AssumeRoleWithSAML',
}

/** Each differs from the intended one in a single claim. */
const neighbours = (shown: Shown, { decisive }: Scenario): readonly (readonly [string, Shown])[] => {
  const { principal, session, call } = shown
  const { tags } = session
  const isTagged = Object.keys(tags).length > 0
  const of = (key: string): readonly string[] => shown.identity.find((one) => one.key === key)?.values ?? []
  return [
    ['the call', { ...shown, call: OTHER_CALL[call] ?? 'sts:AssumeRole' }],
    ['the provider', { ...shown, principal: `${principal}x` }],
    ...(principal.includes(ACCOUNT)
      ? [['the account', { ...shown, principal: principal.replace(ACCOUNT, '999988887777') }] as const]
      : []),
    ...decisive.flatMap((key) => [
      [`another ${key}`, withValues(shown, key, ['another'])] as const,
      [
        `${key} in upper case`,
        withValues(
          shown,
          key,
          of(key).map((value) => value.toUpperCase()),
        ),
      ] as const,
      [
        `a longer ${key}`,
        withValues(
          shown,
          key,
          of(key).map((value) => `${value}/`),
        ),
      ] as const,
      [`no ${key}`, withValues(shown, key, [])] as const,
    ]),
    ['a tag too many', withSession(shown, { tags: { ...tags, Admin: 'true' } })],
    [
      'a transitive tag too many',
      withSession(shown, { tags: { ...tags, CostCenter: '42' }, transitive: ['CostCenter'] }),
    ],
    ...('Gateway' in tags ? [['the fixed tag', withSession(shown, { tags: { ...tags, Gateway: 'x' } })] as const] : []),
    ...(isTagged ? [['a tag in other case', withSession(shown, { tags: { costcenter: '42' } })] as const] : []),
    ...(session.sourceIdentity === undefined
      ? [['a source identity', withSession(shown, { sourceIdentity: 'alice' })] as const]
      : []),
  ]
}

/** Each scenario with each session; the partitions go round, so that each meets every scenario and every session. */
const cases = Object.entries(scenarios).flatMap(([name, scenario], row) =>
  Object.entries(sessions).map(([carries, one], column) => {
    const partition = partitionIds[(row + column) % partitionIds.length] ?? 'aws'
    return { name, scenario, partition, carries, ...one }
  }),
)

it('the cases meet every pair of scenario, partition and session', () => {
  const pairs = (of: (one: (typeof cases)[number]) => string): number => new Set(cases.map(of)).size
  const [scenarioCount, sessionCount] = [Object.keys(scenarios).length, Object.keys(sessions).length]
  expect(pairs(({ name, carries }) => `${name} ${carries}`)).toBe(scenarioCount * sessionCount)
  expect(pairs(({ name, partition }) => `${name} ${partition}`)).toBe(scenarioCount * partitionIds.length)
  expect(pairs(({ partition, carries }) => `${partition} ${carries}`)).toBe(partitionIds.length * sessionCount)
})

describe.each(cases)('The policy for $name in $partition, with $carries', ({ scenario, partition, yaml, session }) => {
  const role = roleIn(partition)
  const config = configWith(
    `  - { when: { provider: ${scenario.provider}, ${scenario.when} }, roles: ["${role.arn}"] }\n`,
    yaml,
  )
  const policy = trustPolicy(trustOf(config, scenario.provider, role).statements)
  // To original evidence the gateway adds nothing.
  const nothing: Session = sessions.nothing.session
  const shown: Shown = { ...scenario.shown(partition), session: scenario.isOriginal ? nothing : session }

  it('the policy admits the intended user', () => {
    expect(admits(policy, shown)).toBe(true)
  })

  it('the policy refuses each call that is one claim off', () => {
    const admitted = neighbours(shown, scenario).filter(([, neighbour]) => admits(policy, neighbour))
    expect(admitted.map(([differs]) => differs)).toEqual([])
  })

  it('the policy asks for nothing else', () => {
    for (const key of scenario.indifferent) expect(admits(policy, withValues(shown, key, ['another']))).toBe(true)
    // A tag of which the user has no value is left out.
    const { CostCenter: _, ...others } = shown.session.tags
    expect(admits(policy, withSession(shown, { tags: others }))).toBe(true)
  })

  it('the policy is one that IAM accepts and lint has nothing against', () => {
    const evidence = evidenceInUse(config, gatewayIdentifiers(config), providerOf(config, scenario.provider), role)
    const findings = lintTrustPolicy(parseTrustPolicy(JSON.stringify(policy)), { evidence })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

describe('Several rules', () => {
  const role = roleIn('aws')
  const rule = (when: string, arn = role.arn): string => `  - { when: { ${when} }, roles: ["${arn}"] }\n`
  const shown = (over: Partial<Shown> = {}): Shown => ({
    ...assertion('aws'),
    session: sessions.nothing.session,
    ...over,
  })
  const policyFor = (access: string, id = 'corp') => trustPolicy(trustOf(configWith(access), id, role).statements)

  it('several rules admit a user who meets one of them', () => {
    const access = rule('provider: corp, mail: bob@example.com') + rule('provider: corp, mail: alice@example.com')
    const policy = policyFor(access)
    expect(policy.Statement).toHaveLength(2)
    expect(admits(policy, shown())).toBe(true)
    expect(admits(policy, withValues(shown(), 'saml:mail', ['carol@example.com']))).toBe(false)
  })

  it('a rule needs no statement for users whom another rule admits', () => {
    const policy = policyFor(rule('provider: corp, mail: bob@example.com') + rule('provider: corp, groups: dev'))
    expect(policy.Statement).toHaveLength(1)
    expect(admits(policy, shown())).toBe(true)
  })

  it('rules that are the same to AWS are one statement', () => {
    expect(policyFor(rule('provider: corp, groups: a') + rule('provider: corp, groups: b')).Statement).toHaveLength(1)
  })

  it('rules for other roles and other providers change nothing', () => {
    const other = rule('provider: corp, groups: dev', 'arn:aws:iam::111122223333:role/Admin')
    const policy = policyFor(
      rule('provider: corp, mail: alice@example.com') + other + rule('provider: op, groups: dev'),
    )
    expect(policy.Statement).toHaveLength(1)
    expect(admits(policy, withValues(shown(), 'saml:mail', ['carol@example.com']))).toBe(false)
  })

  it('the rules list what AWS does not see, and of a pattern it sees nothing', () => {
    const access = rule('provider: corp, groups: dev, mail: "/.*@example.com/"')
    expect(trustOf(configWith(access), 'corp', role).unseen).toEqual(['groups', 'mail'])
  })

  it('two conditions on one list are both asked', () => {
    const policy = policyFor(
      rule('provider: corp, eduPersonAffiliation: staff, "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": "m*mber"'),
    )
    const withAffiliations = (...values: readonly string[]): Shown =>
      withValues(shown(), 'saml:edupersonaffiliation', values)
    expect(admits(policy, withAffiliations('m*mber', 'staff'))).toBe(true)
    expect(admits(policy, withAffiliations('member', 'staff'))).toBe(false)
    expect(admits(policy, withAffiliations('m*mber'))).toBe(false)
  })

  it.each([`\${saml:sub}`, `\${*}`, `a\${$}{b}`, '*', '?'])('a rule keeps a value as it is: %s', (value) => {
    const policy = policyFor(rule(`provider: corp, mail: '${value}'`))
    expect(admits(policy, withValues(shown(), 'saml:mail', [value]))).toBe(true)
    expect(admits(policy, shown())).toBe(false)
    expect(
      admits(
        policy,
        withValues(
          shown(),
          'saml:mail',
          ['alice', '*', '?'].filter((one) => one !== value),
        ),
      ),
    ).toBe(false)
  })

  it('rules tell the identity providers of a federation apart where AWS sees them', () => {
    const policy = policyFor(
      rule('provider: original, idp: ["https://a.example.edu", "https://b.example.edu"]'),
      'original',
    )
    const from = (issuer: string): Shown => {
      const providerArn = samlArn('aws', 'theirs')
      const recipient = 'https://aws.example.com/saml/original/acs'
      return shown({ ...assertion('aws', { issuer, recipient, providerArn }), principal: providerArn })
    }
    expect(admits(policy, from('https://b.example.edu'))).toBe(true)
    expect(admits(policy, from('https://c.example.edu'))).toBe(false)
    const reissued = configWith(rule('provider: corp, idp: "https://a.example.edu"'))
    expect(trustOf(reissued, 'corp', role).unseen).toEqual(['idp'])
  })

  it("rules keep a token's provider and its second factor apart", () => {
    const config = configWith(rule('provider: own, amr: mfa'))
    const provider = { ...providerOf(config, 'own'), exchange: { via: 'web-identity', evidence: 'reissued' } } as const
    const policy = trustPolicy(roleTrust(config, gatewayIdentifiers(config), provider, role).statements)
    const withMethods = (...methods: readonly string[]): Shown =>
      shown(token('aws', GATEWAY, 'sts.amazonaws.com', { amr: methods }))
    expect(admits(policy, withMethods('mfa', 'provider:own'))).toBe(true)
    expect(admits(policy, withMethods('pwd', 'provider:own'))).toBe(false)
    expect(admits(policy, withMethods('mfa', 'provider:op'))).toBe(false)
  })
})

describe('The users of a role', () => {
  const literal = '  - { when: { provider: corp, groups: a }, roles: ["arn:aws:iam::111122223333:role/Developer"] }\n'
  const filled = `  - when: { provider: corp, groups: '/aws-(?<account>[0-9]+)-(?<role>[a-zA-Z]+)/' }
    roles: ["arn:aws:iam::{account}:role/x-{role}"]
`
  const reach = (config: Config, id: string, arn: string): boolean => {
    const role = parseRoleArn(arn)
    return role !== undefined && canReach(providerOf(config, id), config, role)
  }

  it('a role is named by the rules, outright or by a pattern', () => {
    const config = configWith(literal + filled)
    expect(reach(config, 'corp', 'arn:aws:iam::111122223333:role/Developer')).toBe(true)
    expect(reach(config, 'corp', 'arn:aws:iam::444455556666:role/x-Admin')).toBe(true)
    expect(reach(config, 'corp', 'arn:aws:iam::444455556666:role/Admin')).toBe(false)
    expect(reach(config, 'op', 'arn:aws:iam::111122223333:role/Developer')).toBe(false)
    expect(rolesNamedFor(providerOf(config, 'corp'), config).map(({ arn }) => arn)).toEqual([
      'arn:aws:iam::111122223333:role/Developer',
    ])
  })

  it("a role is open to the identity provider's own word where no rule narrows it", () => {
    expect(reach(configWith(literal), 'original', 'arn:aws:iam::111122223333:role/Any')).toBe(true)
    const narrowed = literal.replace('corp', 'original')
    expect(reach(configWith(narrowed), 'original', 'arn:aws:iam::111122223333:role/Any')).toBe(false)
  })

  it('a role in an unknown partition is for no user', () => {
    const role = parseRoleArn('arn:aws-moon:iam::111122223333:role/Developer')
    if (!role) throw new Error('no role')
    expect(trustOf(configWith(literal), 'corp', role).statements).toEqual([])
  })
})
