import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { changed, parse, sample } from './sample.ts'

const smallest = `baseUrl: http://localhost:8080/
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: local }
providers: [{ id: corp, protocol: saml, metadata: "http://127.0.0.1:8082/metadata" }]
`

describe('a configuration', () => {
  it('a configuration has durations in seconds', () => {
    expect(parse(sample)).toMatchObject({
      session: { idleSeconds: 1800, lifetimeSeconds: 28_800 },
      sts: { timeoutSeconds: 5 },
      providers: [{ clockSkewSeconds: 60 }, {}],
      roles: [{ maxSessionSeconds: 3600 }],
    })
  })

  it.each(['1h30m', '1h 30m', '90m'])('reads %s as it is shown on pages, and as users write it', (shown) => {
    expect(parse(changed('maxSessionDuration: 1h', `maxSessionDuration: ${shown}`))).toMatchObject({
      roles: [{ maxSessionSeconds: 5400 }],
    })
  })

  it('a configuration has absolute paths, from the folder of its file', () => {
    expect(parse(`${sample}audit: { file: logs/audit.jsonl }\n`)).toMatchObject({
      file: '/etc/fedgate/fedgate.yaml',
      folder: '/etc/fedgate',
      signing: [{ key: '/etc/fedgate/certs/signing.key', certificate: '/etc/fedgate/certs/signing.crt' }],
      providers: [{ metadata: { kind: 'file', path: '/etc/fedgate/idp.xml' } }, {}],
      audit: { file: '/etc/fedgate/logs/audit.jsonl' },
    })
  })

  it('shows no secret', () => {
    const shown = `${inspect(parse(sample), { depth: 9 })}${JSON.stringify(parse(sample))}`
    expect(shown).not.toMatch(/0123456789abcdef|secret-1/)
    expect(parse(sample).session.secrets[0].reveal()).toBe('0123456789abcdef0123456789abcdef')
  })

  it('a configuration has its public origin without a trailing slash', () => {
    expect(parse(smallest).baseUrl).toBe('http://localhost:8080')
  })

  it("a configuration has our own entityID for an identity provider: the SP metadata's URL unless it is given", () => {
    expect(parse(sample).providers[0]).toMatchObject({ spEntityId: 'https://aws.example.com/saml/corp/metadata' })
    const given = changed('clockSkew: 60s', 'spEntityId: urn:amazon:webservices')
    expect(parse(given).providers[0]).toMatchObject({ spEntityId: 'urn:amazon:webservices' })
  })

  it.each([
    ['pairwise-id', 'urn:oasis:names:tc:SAML:attribute:pairwise-id'],
    ['subject-id', 'urn:oasis:names:tc:SAML:attribute:subject-id'],
    ['urn:oasis:names:tc:SAML:attribute:subject-id', 'urn:oasis:names:tc:SAML:attribute:subject-id'],
    ['uid', 'uid'],
  ])('finds the subject %s under the name that is sent', (written, name) => {
    const [provider] = parse(changed('clockSkew: 60s', `subject: ${written}`)).providers
    expect(provider).toMatchObject({ subject: { kind: 'attribute', name } })
  })

  it('a configuration has the longest validity of metadata in seconds, and none unless it is given', () => {
    expect(parse(sample).providers[0]).not.toHaveProperty('metadataMaxValiditySeconds')
    const given = parse(changed('clockSkew: 60s', 'metadataMaxValidity: 14d'))
    expect(given.providers[0]).toMatchObject({ metadataMaxValiditySeconds: 14 * 86_400, requireValidUntil: false })
  })

  it("our entityID is AWS's own audience where AWS sees the assertion", () => {
    const original = changed('clockSkew: 60s', 'exchange: { via: saml, evidence: original }')
    expect(parse(original).providers[0]).toMatchObject({
      spEntityId: 'urn:amazon:webservices',
      exchange: { via: 'saml', evidence: 'original', provider: 'corp', stsDecrypts: false },
    })
  })

  it('reissues for the SAML provider fedgate unless another is named', () => {
    const named = changed('clockSkew: 60s', 'exchange: { via: saml, evidence: reissued, provider: sso }')
    const exchanges = [sample, named].map((text) => parse(text).providers[0]?.exchange)
    expect(exchanges).toEqual([
      { via: 'saml', evidence: 'reissued', provider: 'fedgate' },
      { via: 'saml', evidence: 'reissued', provider: 'sso' },
    ])
  })

  it('asks an identity provider for nothing special and believes nothing special of it', () => {
    expect(parse(sample).providers[0]).toMatchObject({
      discovery: false,
      signRequests: 'auto',
      authnContext: [],
      maxAssertionAgeSeconds: 600,
      allowIdpInitiated: false,
      wantAssertionsEncrypted: false,
      acceptCbcWithoutSignedResponse: false,
    })
    expect(parse(sample).providers[0]).not.toHaveProperty('nameIdFormat')
  })

  it.each([
    ['persistent', 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
    ['emailAddress', 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'],
    ['urn:example:format', 'urn:example:format'],
  ])('asks for the NameID format %s as %s', (written, format) => {
    expect(parse(changed('clockSkew: 60s', `nameIdFormat: ${written}`)).providers[0]).toMatchObject({
      nameIdFormat: format,
    })
  })

  it('takes metadata from a Metadata Query service', () => {
    const mdq = changed('metadata: ./idp.xml', 'metadata: { mdq: "https://mdq.example.org/" }\n    entityId: x')
    expect(parse(mdq).providers[0]).toMatchObject({ metadata: { kind: 'mdq', url: 'https://mdq.example.org' } })
  })

  it('a configuration has its keys in the order of the file', () => {
    const files = { '/etc/fedgate/b.key': '', '/etc/fedgate/b.crt': '' }
    const pairs =
      '\n  - { key: certs/signing.key, certificate: certs/signing.crt }\n  - { key: b.key, certificate: b.crt }'
    const { signing, encryption } = parse(
      `${changed('signing:\n  key: ./certs/signing.key\n  certificate: ./certs/signing.crt', `signing:${pairs}`)}encryption: { key: b.key, certificate: b.crt }\n`,
      { files },
    )
    expect(signing).toMatchObject([{ key: '/etc/fedgate/certs/signing.key' }, { key: '/etc/fedgate/b.key' }])
    expect(encryption?.map(({ certificate }) => certificate)).toEqual(['/etc/fedgate/b.crt'])
  })

  it('knows the line of each access rule', () => {
    const lines = parse(sample).access.map(({ line }) => sample.split('\n')[line - 1]?.trim())
    expect(lines).toEqual([expect.stringContaining('groups: aws-admins'), expect.stringContaining('groups: "/^aws-')])
  })

  it('a configuration with the local AWS and no key makes one beside itself', () => {
    const made = (purpose: string) => [
      {
        key: `/etc/fedgate/certs/${purpose}.key`,
        certificate: `/etc/fedgate/certs/${purpose}.crt`,
        createIfMissing: true,
      },
    ]
    expect(parse(smallest)).toMatchObject({ signing: made('signing'), encryption: made('encryption') })
  })

  it('makes no key where one is named', () => {
    expect(parse(sample).signing).toMatchObject([{ createIfMissing: false }])
    expect(parse(sample).encryption).toBeUndefined()
  })

  it('puts the local AWS on the next port', () => {
    expect(parse(smallest).localAws.listen).toEqual({ host: '127.0.0.1', port: 8081 })
    expect(parse(`${smallest}listen: { port: 0 }\n`).localAws.listen.port).toBe(0)
  })

  it.each([
    ['aws', { kind: 'aws' }, { kind: 'aws' }],
    [
      'https://sts.example.com/x/',
      { kind: 'url', url: 'https://sts.example.com/x' },
      { kind: 'url', url: 'https://sts.example.com' },
    ],
  ])('a configuration with STS at %s has the console sign-in follow', (endpoint, target, signIn) => {
    expect(parse(changed('endpoint: aws', `endpoint: ${endpoint}`)).sts).toMatchObject({ target, signIn })
  })

  it('authenticates as a public client without a secret or key, and with a secret as the provider offers', () => {
    expect(parse(sample).providers[1]).toMatchObject({ clientAuth: { kind: 'secret' } })
    expect(parse(changed('    clientSecret: secret-1\n', '')).providers[1]).toMatchObject({
      clientAuth: { kind: 'none' },
    })
  })

  it('authenticates with a key of its own by its path and name', () => {
    const text = changed('clientSecret: secret-1', 'privateKey: ./client.key\n    privateKeyId: key-1')
    expect(parse(text, { files: { '/etc/fedgate/client.key': 'key' } }).providers[1]).toMatchObject({
      clientAuth: { kind: 'key', privateKey: '/etc/fedgate/client.key', keyId: 'key-1' },
    })
  })

  it('signs with that key as the file says, by the thumbprints of its certificate', () => {
    const key = 'privateKey: ./client.key\n    privateKeyAlgorithm: PS256\n    privateKeyCertificate: ./client.crt'
    const files = { '/etc/fedgate/client.key': 'key', '/etc/fedgate/client.crt': 'certificate' }
    expect(parse(changed('clientSecret: secret-1', key), { files }).providers[1]).toMatchObject({
      clientAuth: { kind: 'key', algorithm: 'PS256', certificate: '/etc/fedgate/client.crt' },
    })
  })

  it('trusts no further audience unless the file names it', () => {
    expect(parse(sample).providers[1]).toMatchObject({ trustedAudiences: [] })
    const text = changed('clientSecret: secret-1', 'clientSecret: secret-1\n    trustedAudiences: [project-1]')
    expect(parse(text).providers[1]).toMatchObject({ trustedAudiences: ['project-1'] })
  })

  it('asks an OpenID provider as the file says', () => {
    const wishes = `prompt: login consent
    maxAge: 1h
    acrValues: [mfa]
    authorizationParams: { hd: example.com }
    par: always
    responseMode: form_post
    userinfo: false`
    expect(
      parse(changed('clientSecret: secret-1', `clientSecret: secret-1\n    ${wishes}`)).providers[1],
    ).toMatchObject({
      prompt: 'login consent',
      maxAgeSeconds: 3600,
      acrValues: ['mfa'],
      authorizationParams: { hd: 'example.com' },
      par: 'always',
      responseMode: 'form_post',
      userinfo: false,
    })
  })

  it.each([
    [
      0,
      'clockSkew: 60s',
      '{ via: saml, evidence: reissued }',
      { via: 'saml', evidence: 'reissued', provider: 'fedgate' },
    ],
    [0, 'clockSkew: 60s', '{ via: web-identity, evidence: reissued }', { via: 'web-identity', evidence: 'reissued' }],
    [1, 'clientId: client-1', '{ via: saml, evidence: reissued, provider: gate }', { via: 'saml', provider: 'gate' }],
    [
      1,
      'clientId: client-1',
      '{ via: web-identity, evidence: reissued }',
      { via: 'web-identity', evidence: 'reissued' },
    ],
  ])('exchanges the sign-ins of provider %s, %s, by %s', (index, beside, exchange, expected) => {
    const text = changed(beside, `${beside}\n    exchange: ${exchange}`).replace('endpoint: aws', 'endpoint: local')
    expect(parse(text).providers[index]?.exchange).toMatchObject(expected)
  })

  it('reads how long ago a sign-in may be for a role', () => {
    expect(parse(changed('alias: admin', 'alias: admin\n    maxAuthAge: 15m')).roles[0]).toMatchObject({
      maxAuthAgeSeconds: 900,
    })
  })

  it('keeps the order of several session secrets: the first signs', () => {
    const [a, b] = ['a'.repeat(32), 'b'.repeat(32)]
    const { secrets } = parse(changed('secret: 0123456789abcdef0123456789abcdef', `secret: [${a}, ${b}]`)).session
    expect(secrets.map((secret) => secret.reveal())).toEqual([a, b])
  })
})

describe('an access rule', () => {
  const conditionFor = (value: string) => {
    const [rule] = parse(changed('groups: aws-admins', `groups: ${value}`)).access
    const [match] = rule?.when.conditions[0]?.anyOf ?? []
    if (!match) throw new Error('no condition')
    return match
  }
  const matches = (value: string, text: string): boolean => {
    const match = conditionFor(value)
    return match.kind === 'pattern' ? match.pattern.match(text) !== undefined : match.value === text
  }

  it('keeps the provider apart from the attributes', () => {
    expect(parse(sample).access[0]?.when).toEqual({
      provider: ['corp'],
      conditions: [{ attribute: 'groups', anyOf: [{ kind: 'text', value: 'aws-admins' }] }],
    })
  })

  it('takes a value with one slash, like a Keycloak group, as text', () => {
    expect(conditionFor('/aws')).toEqual({ kind: 'text', value: '/aws' })
  })

  it.each([
    ['"/aws-.*/"', 'aws-dev', true],
    ['"/aws-.*/"', 'my-aws-dev', false],
    ['"/aws/"', 'aws-dev', false],
    ['"/a|b/"', 'ax', false],
    ['"/a|b/"', 'b', true],
    ['"/aws/"', 'aws\n', false],
    ['"/aws/"', 'AWS', false],
  ])('an access rule with %s must match the whole value: %j is %s', (pattern, value, outcome) => {
    expect(matches(pattern, value)).toBe(outcome)
  })

  it('gives the same answer every time', () => {
    const match = conditionFor('"/a+/"')
    if (match.kind !== 'pattern') throw new Error('no pattern')
    expect([match.pattern.match('aaa'), match.pattern.match('aaa')]).toEqual([{}, {}])
  })
})

describe('a role pattern', () => {
  it.each([
    ['arn:aws:iam::*:role/Admin', 'arn:aws:iam::111122223333:role/Admin', true],
    ['arn:aws:iam::*:role/Admin', 'arn:aws:iam::111122223333:role/Administrator', false],
    ['arn:aws:iam::*:role/A.min', 'arn:aws:iam::111122223333:role/Admin', false],
    ['arn:aws:iam::*:role/A?min', 'arn:aws:iam::111122223333:role/Admin', true],
    ['arn:aws:iam::*:role/a+b', 'arn:aws:iam::111122223333:role/a+b', true],
  ])('%s on %s: %s', (match, arn, outcome) => {
    const [settings] = parse(changed('"arn:aws:iam::*:role/Admin"', `"${match}"`)).roles
    expect(settings?.pattern.test(arn)).toBe(outcome)
  })
})
