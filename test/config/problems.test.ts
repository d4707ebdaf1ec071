import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/cli/load-config.ts'
import { changed, parse, problemsOf, sample } from './sample.ts'

/** The place of a piece of the text, as messages show it. */
const at = (text: string, piece: string): string => {
  const before = text.slice(0, text.indexOf(piece)).split('\n')
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`
}

describe('the sample', () => {
  it('the sample is valid', () => {
    expect(problemsOf(sample)).toEqual([])
  })
})

type Mistake = readonly [
  mistake: string,
  from: string,
  to: string,
  /** Where in the text the problem is. */
  piece: string,
  path: string,
  sts?: string,
  rulesFor?: string,
]

const GOOGLE = 'issuer: https://accounts.google.com'
const TENANT = '0c1d2e3f-1111-4222-8333-444455556666'

/** In the provider with the id google. */
const presetMistakes: readonly Mistake[] = (
  [
    ['no issuer and no preset', 'label: Google', 'id: google', 'issuer'],
    ['an unknown preset', 'preset: gogle', 'gogle', 'preset'],
    [
      'an issuer that is not of the family',
      'preset: entra\n    issuer: https://example.com',
      'https://example.com',
      'issuer',
    ],
    ['a preset without its parameter', 'preset: entra', 'id: google', 'tenant'],
    ['a parameter of another preset', 'preset: google\n    tenant: contoso', 'tenant', 'tenant'],
    ['a tenant by its domain name', 'preset: entra\n    tenant: contoso.onmicrosoft.com', 'contoso', 'tenant'],
    [
      'original evidence of all tenants',
      'preset: entra\n    tenant: common\n    exchange: { via: web-identity, evidence: original }',
      'original',
      'exchange.evidence',
    ],
    [
      'a context that Entra ID does not answer',
      `preset: entra\n    tenant: ${TENANT}\n    acrValues: [mfa]`,
      '[mfa]',
      'acrValues',
    ],
    [
      'an Okta domain with a scheme',
      'preset: okta\n    domain: https://example.okta.com',
      'https://example.okta.com',
      'domain',
    ],
    ['an Okta admin domain', 'preset: okta\n    domain: example-admin.okta.com', 'example-', 'domain'],
    [
      'an Auth0 issuer without its slash',
      'preset: auth0\n    issuer: https://example.auth0.com',
      'https://example.auth0.com',
      'issuer',
    ],
    ['a user pool without its region', 'preset: cognito\n    userPoolId: AbCdEf', 'AbCdEf', 'userPoolId'],
    [
      'the realm of the administrators',
      'preset: keycloak\n    domain: sso.example.com\n    realm: master',
      'master',
      'realm',
    ],
    [
      'gitlab.com with original evidence',
      'preset: gitlab\n    exchange: { via: web-identity, evidence: original }',
      'original',
      'exchange.evidence',
    ],
    ['the age of a sign-in without ID token', 'preset: amazon\n    maxAge: 1h', '1h', 'maxAge'],
    [
      'an issuer without ID token',
      'preset: facebook\n    issuer: https://www.facebook.com',
      'https://www.facebook.com',
      'issuer',
    ],
    [
      'an API in clear text',
      'preset: amazon\n    endpoints: { api: "http://api.amazon.com" }',
      '"http:',
      'endpoints.api',
    ],
    [
      'an identity pool without original evidence',
      `${GOOGLE}\n    exchange: { via: saml, evidence: reissued, identityPoolId: "eu-west-1:${TENANT}" }`,
      '"eu-west-1',
      'exchange.identityPoolId',
    ],
  ] as const
).map(([mistake, to, piece, path]) => [mistake, GOOGLE, to, piece, `providers[1].${path}`])

const mistakes: readonly Mistake[] = [
  ['an unknown key', 'idle: 30m', 'idel: 30m', 'idel', 'session.idel'],
  [
    'a condition on roles without a catalogue',
    '["arn:aws:iam::111122223333:role/Admin"]',
    '[{ name: Admin }]',
    '{ name: Admin }',
    'access[0].roles[0]',
  ],
  [
    'a condition on roles that matches every role',
    'access:',
    'catalog: ./catalog.json\naccess:\n  - { when: { provider: corp }, roles: [{}] }',
    '{}]',
    'access[0].roles[0]',
  ],
  [
    'a separator without the key of a tag',
    'access:',
    'catalog: ./catalog.json\naccess:\n  - { when: { provider: corp }, roles: [{ name: Admin, separator: ":" }] }',
    '{ name: Admin, sep',
    'access[0].roles[0]',
  ],
  [
    'an unknown condition on roles',
    'access:',
    'catalog: ./catalog.json\naccess:\n  - { when: { provider: corp }, roles: [{ nmae: Admin }] }',
    'nmae',
    'access[0].roles[0].nmae',
  ],
  ['an unknown key at the top', 'sessionName:', 'sesionName:', 'sesionName', 'sesionName'],
  ['an unknown key of a provider', 'clockSkew: 60s', 'clockskew: 60s', 'clockskew', 'providers[0].clockskew'],
  ['a key of the other protocol', 'clockSkew: 60s', 'issuer: x', 'issuer: x', 'providers[0].issuer'],
  ['a wrong choice', 'clockSkew: 60s', 'signature: respons', 'respons', 'providers[0].signature'],
  ['an unknown protocol', 'protocol: oidc', 'protocol: odic', 'odic', 'providers[1].protocol'],
  ['a wrong type', 'port: 8080', 'port: high', 'high', 'listen.port'],
  ['a port out of range', 'port: 8080', 'port: 80800', '80800', 'listen.port'],
  ['a number where text belongs', 'clientId: client-1', 'clientId: 1234', '1234\n', 'providers[1].clientId'],
  ['a duration without a unit', 'idle: 30m', 'idle: 30', '30\n', 'session.idle'],
  ['a duration out of range', 'clockSkew: 60s', 'clockSkew: 10m', '10m', 'providers[0].clockSkew'],
  ['an age without end', 'clockSkew: 60s', 'maxAssertionAge: 2d', '2d', 'providers[0].maxAssertionAge'],
  [
    'a validity of metadata out of range',
    'clockSkew: 60s',
    'metadataMaxValidity: 400d',
    '400d',
    'providers[0].metadataMaxValidity',
  ],
  ['an idle time beyond the lifetime', 'idle: 30m', 'idle: 9h', '9h', 'session.idle'],
  [
    'a session duration that IAM does not know',
    'maxSessionDuration: 1h',
    'maxSessionDuration: 13h',
    '13h',
    'roles[0].maxSessionDuration',
  ],
  ['a base URL with a path', 'https://aws.example.com', 'https://aws.example.com/sso', 'https:', 'baseUrl'],
  ['a base URL in clear text', 'https://aws.example.com', 'http://aws.example.com', 'http:', 'baseUrl'],
  ['a base URL with a password', 'https://aws.example.com', 'https://u:p@aws.example.com', 'https:', 'baseUrl'],
  ['a short session secret', '0123456789abcdef0123456789abcdef', 'hunter2', 'hunter2', 'session.secret'],
  ['the pseudo-region of STS', 'region: eu-west-1\n', 'region: aws-global\n', 'aws-global', 'sts.region'],
  ['an STS in clear text', 'endpoint: aws', 'endpoint: http://sts.example.com', 'http:', 'sts.endpoint'],
  ['the local sign-in without the local AWS', 'endpoint: aws', 'signIn: local', 'local', 'sts.signIn'],
  ['a missing key file', 'signing.key\n', 'other.key\n', './certs/other.key', 'signing.key'],
  ['missing metadata', './idp.xml', './none.xml', './none.xml', 'providers[0].metadata'],
  ['metadata in clear text', './idp.xml', 'http://idp.example.com/m', 'http:', 'providers[0].metadata'],
  ['a provider id with capitals', 'id: google', 'id: Google', 'Google', 'providers[1].id'],
  ['a provider id twice', 'id: google', 'id: corp', 'corp\n    protocol: oidc', 'providers[1].id'],
  ['a provider id that an address of the gateway needs', 'id: google', 'id: finish', 'finish', 'providers[1].id'],
  [
    'an issuer in clear text',
    'https://accounts.google.com',
    'http://accounts.google.com',
    'http:',
    'providers[1].issuer',
  ],
  [
    'a loopback issuer that is not allowed',
    'https://accounts.google.com',
    'http://127.0.0.1:9',
    'http:',
    'providers[1].issuer',
  ],
  ...presetMistakes,
  [
    'insecure http for the world',
    'clientId: client-1',
    'clientId: client-1\n    allowInsecureHttp: true',
    'true',
    'providers[1].allowInsecureHttp',
  ],
  [
    'a secret for a public client',
    'clientId: client-1',
    'clientId: client-1\n    tokenEndpointAuthMethod: none',
    'none',
    'providers[1].tokenEndpointAuthMethod',
  ],
  ['scopes without openid', '[openid, email]', '[email]', '[email]', 'providers[1].scopes'],
  [
    'an algorithm that AWS does not take',
    '[openid, email]',
    '[openid]\n    idTokenAlgs: [PS256]',
    '[PS256]',
    'providers[1].idTokenAlgs',
  ],
  [
    'an algorithm that needs a secret, without one',
    'clientSecret: secret-1',
    'exchange: { via: saml, evidence: reissued }\n    idTokenAlgs: [HS256]',
    '[HS256]',
    'providers[1].idTokenAlgs',
  ],
  [
    'a secret and a key',
    'clientSecret: secret-1',
    'clientSecret: secret-1\n    privateKey: ./certs/../idp.xml',
    './certs/../idp.xml',
    'providers[1].privateKey',
  ],
  [
    'a client key that is not there',
    'clientSecret: secret-1',
    'privateKey: ./nowhere.pem',
    './nowhere.pem',
    'providers[1].privateKey',
  ],
  [
    'an algorithm of a client key that is not there',
    'clientSecret: secret-1',
    'clientSecret: secret-1\n    privateKeyAlgorithm: PS256',
    'PS256',
    'providers[1].privateKeyAlgorithm',
  ],
  [
    'a certificate of a client key that cannot be read',
    'clientSecret: secret-1',
    'privateKey: ./certs/../idp.xml\n    privateKeyCertificate: ./nowhere.crt',
    './nowhere.crt',
    'providers[1].privateKeyCertificate',
  ],
  [
    'private_key_jwt without a key',
    'clientId: client-1',
    'clientId: client-1\n    tokenEndpointAuthMethod: private_key_jwt',
    'private_key_jwt',
    'providers[1].tokenEndpointAuthMethod',
  ],
  [
    "a further parameter that is the protocol's own",
    'clientId: client-1',
    'clientId: client-1\n    authorizationParams: { redirect_uri: x }',
    'redirect_uri: x',
    'providers[1].authorizationParams.redirect_uri',
  ],
  [
    'a prompt that could never sign anybody in',
    'clientId: client-1',
    'clientId: client-1\n    prompt: none',
    'none',
    'providers[1].prompt',
  ],
  [
    "a provider's original token as a SAML response",
    'clientId: client-1',
    'clientId: client-1\n    exchange: { via: saml, evidence: original }',
    'saml, evidence: original',
    'providers[1].exchange.via',
  ],
  [
    'a SAML provider in IAM for an exchange that needs none',
    'clientId: client-1',
    'clientId: client-1\n    exchange: { via: web-identity, evidence: original, provider: gate }',
    'gate',
    'providers[1].exchange.provider',
  ],
  [
    'evidence across protocols',
    'clockSkew: 60s',
    'exchange: { via: web-identity, evidence: original }',
    'web-identity',
    'providers[0].exchange.via',
  ],
  [
    'evidence of an unknown kind',
    'clockSkew: 60s',
    'exchange: { via: saml, evidence: originel }',
    'originel }',
    'providers[0].exchange.evidence',
  ],
  [
    'a decryption key at AWS for evidence that is reissued',
    'clockSkew: 60s',
    'stsDecrypts: true',
    'true',
    'providers[0].stsDecrypts',
    'local',
  ],
  [
    'original evidence that AWS could not read',
    'clockSkew: 60s',
    'wantAssertionsEncrypted: true\n    exchange: { via: saml, evidence: original }',
    'true\n    exchange',
    'providers[0].wantAssertionsEncrypted',
    'local',
  ],
  [
    'encrypted assertions without a key to open them',
    'clockSkew: 60s',
    'wantAssertionsEncrypted: true',
    'baseUrl',
    'encryption',
  ],
  [
    'one entity for a person to choose',
    'clockSkew: 60s',
    'discovery: true\n    exchange: { via: saml, evidence: original }\n    entityId: https://idp.example.com',
    'https://idp',
    'providers[0].entityId',
  ],
  [
    'sign-ins that begin somewhere in a federation',
    'clockSkew: 60s',
    'discovery: true\n    exchange: { via: saml, evidence: original }\n    allowIdpInitiated: true',
    'true\n  - id',
    'providers[0].allowIdpInitiated',
  ],
  [
    'roles that a whole federation may grant',
    'clockSkew: 60s',
    'discovery: true\n    rolesFromAssertion: true',
    'true\n  - id',
    'providers[0].rolesFromAssertion',
    'aws',
    'provider: corp, idp: https://idp.example.com,',
  ],
  [
    'a query service without a question',
    'metadata: ./idp.xml',
    'metadata: { mdq: "https://mdq.example.org" }',
    '"https://mdq',
    'providers[0].metadata.mdq',
  ],
  [
    'a query service in clear text',
    'metadata: ./idp.xml',
    'metadata: { mdq: "http://mdq.example.org" }\n    entityId: x',
    '"http://mdq',
    'providers[0].metadata.mdq',
  ],
  [
    'an unknown key of one form of several',
    'metadata: ./idp.xml',
    'metadata: { mdq: "https://mdq.example.org", mdk: x }\n    entityId: x',
    'mdk',
    'providers[0].metadata.mdk',
  ],
  ['a wrong form of several', 'metadata: ./idp.xml', 'metadata: [./idp.xml]', '[./idp', 'providers[0].metadata'],
  [
    'a missing certificate of the federation',
    'clockSkew: 60s',
    'metadataCertificate: ./federation.crt',
    './federation',
    'providers[0].metadataCertificate',
  ],
  ['a NameID format that is none', 'clockSkew: 60s', 'nameIdFormat: email', 'email', 'providers[0].nameIdFormat'],
  [
    'an authentication context that is no URI',
    'clockSkew: 60s',
    'authnContext: [2fa]',
    '2fa',
    'providers[0].authnContext[0]',
  ],
  [
    'a comparison of authentication contexts without a ranking',
    'clockSkew: 60s',
    'authnContext: ["urn:weak"]\n    authnContextComparison: minimum',
    '"urn:weak"',
    'providers[0].authnContext[0]',
  ],
  [
    'a comparison with nothing to compare with',
    'clientId: client-1',
    'clientId: client-1\n    acrComparison: minimum',
    'minimum',
    'providers[1].acrComparison',
  ],
  [
    'something better than the best authentication context',
    'clientId: client-1',
    'clientId: client-1\n    acrValues: ["2"]\n    acrRanking: ["1", "2"]\n    acrComparison: better',
    '["2"]',
    'providers[1].acrValues',
  ],
  [
    'a role with an authentication context that no provider can be asked for',
    'maxSessionDuration: 1h',
    'authnContext: ["amr:mfa"]',
    '["amr:mfa"]',
    'roles[0].authnContext',
  ],
  [
    'a filter of identity providers where nobody chooses',
    'clockSkew: 60s',
    'idps: { assuranceCertification: sirtfi }',
    'idps',
    'providers[0].idps',
  ],
  [
    'a discovery service in clear text',
    'clockSkew: 60s',
    'discovery: true\n    exchange: { via: saml, evidence: original }\n    discoveryService: http://ds.example.org/ds/',
    'http://ds',
    'providers[0].discoveryService',
  ],
  [
    'a pattern for what a federation states',
    'groups: aws-admins',
    'registrationAuthority: "/.*/"',
    '"/.*/"',
    'access[0].when.registrationAuthority',
  ],
  [
    'a second key that is not there',
    'key: ./certs/signing.key\n  certificate: ./certs/signing.crt',
    '- { key: ./certs/signing.key, certificate: ./certs/signing.crt }\n  - { key: ./new.key, certificate: ./certs/signing.crt }',
    './new.key',
    'signing[1].key',
  ],
  [
    'a key without its certificate',
    'key: ./certs/signing.key\n  certificate: ./certs/signing.crt',
    'key: ./certs/signing.key',
    'signing:',
    'signing.certificate',
  ],
  ['an account id without quotes', '"111122223333": {', '111122223333: {', '111122223333: {', 'accounts.111122223333'],
  [
    'an account id with a leading zero and no quotes',
    '"111122223333": {',
    '012345678901: {',
    '012345678901',
    'accounts.012345678901',
  ],
  ['an account id of eleven digits', '"111122223333": {', '"11112222333": {', '"11112222333"', 'accounts.11112222333'],
  [
    'an alias twice',
    'maxSessionDuration: 1h',
    'maxSessionDuration: 1h\n  - { match: "arn:aws:iam::*:role/B", alias: admin }',
    'admin }',
    'roles[1].alias',
  ],
  ['a session name without a placeholder', '"{email}"', 'everybody', 'everybody', 'sessionName'],
  ['a session name that AWS does not take', '"{email}"', '"{email}/x"', '"{email}/x"', 'sessionName'],
]

const named = <Row extends readonly [string, ...(string | undefined)[]]>(rows: readonly Row[]) =>
  rows.map((row) => [row[0], row] as const)

const textWith = ([, from, to, , , sts = 'aws', rulesFor = 'provider: corp,']: Mistake): string =>
  changed(from, to).replace('endpoint: aws', `endpoint: ${sts}`).replaceAll('provider: corp,', rulesFor)

describe('one mistake', () => {
  it.each(named(mistakes))('%s is one problem with its place and its path', (_, mistake) => {
    const [, , , piece, path] = mistake
    const text = textWith(mistake)
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    const [place, found] = problems[0]?.split(' ') ?? []
    expect([place, found]).toEqual([`${at(text, piece)}`, `${path}:`])
  })
})

type GrantMistake = readonly [mistake: string, from: string, to: string, path: string]

const grantMistakes: readonly GrantMistake[] = [
  [
    'a rule that reaches a provider with reissued evidence without naming it',
    '{ provider: corp, groups: aws-admins }',
    '{ groups: aws-admins }',
    'access[0].when',
  ],
  ['a rule with nothing to hold', '{ provider: corp, groups: aws-admins }', '{}', 'access[0].when'],
  [
    'a rule for no provider at all',
    '{ provider: corp, groups: aws-admins }',
    '{ provider: [], groups: x }',
    'access[0].when.provider',
  ],
  [
    'a rule for a provider that is not there',
    '{ provider: corp, groups: aws-admins }',
    '{ provider: crop, groups: x }',
    'access[0].when.provider',
  ],
  [
    'a provider as a pattern',
    '{ provider: corp, groups: aws-admins }',
    '{ provider: "/.*/", groups: x }',
    'expected the id of a provider',
  ],
  [
    'a rule that reaches a provider where people choose, without saying whom',
    'clockSkew: 60s',
    'discovery: true',
    'access[0].when',
  ],
  [
    'an identity provider as a pattern',
    '{ provider: corp, groups: aws-admins }',
    '{ provider: corp, idp: ["/https:.*/"], groups: x }',
    'access[0].when.idp',
  ],
  [
    'a key that objects already have',
    '{ provider: corp, groups: aws-admins }',
    '{ provider: corp, __proto__: x }',
    'access[0].when.__proto__',
  ],
  ['a broken pattern', 'groups: aws-admins', 'groups: "/(a/"', 'access[0].when.groups'],
  ['a pattern that would escape its anchors', 'groups: aws-admins', 'groups: "/a)|(b/"', 'access[0].when.groups'],
  [
    'a pattern that looks ahead, which a linear engine cannot',
    'groups: aws-admins',
    'groups: "/(?!evil).*/"',
    'access[0].when.groups',
  ],
  [
    'a pattern with a back reference, which a linear engine cannot follow, with its place',
    'groups: aws-admins',
    'groups: [a, "/(a)\\\\1/"]',
    'access[0].when.groups[1]',
  ],
  ['an empty pattern', 'groups: aws-admins', 'groups: "//"', 'access[0].when.groups'],
  ['a broken pattern in a list', 'groups: aws-admins', 'groups: [a, "/[/"]', 'access[0].when.groups[1]'],
  ['a placeholder that is no group', ':role/{role}"', ':role/{rule}"', 'access[1].roles[0]'],
  ['a placeholder that not every alternative fills', 'groups: "/^aws', 'groups: [x, "/^aws', 'access[1]'],
  ['a role that is no role', '111122223333:role/Admin"]', '111122223333:user/Admin"]', 'access[0].roles[0]'],
  [
    'a role in an account of eleven digits',
    '111122223333:role/Admin"]',
    '11112222333:role/Admin"]',
    'access[0].roles[0]',
  ],
  ['a role with a wildcard', '111122223333:role/Admin"]', '111122223333:role/*"]', 'access[0].roles[0]'],
]

const textGranting = ([, from, to]: GrantMistake): string =>
  to.startsWith('groups: [x')
    ? changed(
        `${from}-(?<account>\\\\d{12})-(?<role>[\\\\w+=,.@-]+)$/"`,
        `${to}-(?<account>\\\\d{12})-(?<role>[\\\\w+=,.@-]+)$/"]`,
      )
    : changed(from, to)

describe('who may grant a role', () => {
  it.each(named(grantMistakes))('%s is refused', (_, mistake) => {
    const [, , , path] = mistake
    expect(problemsOf(textGranting(mistake)).join('\n')).toContain(` ${path}`)
  })

  it('a rule that names the identity provider is fine where users choose', () => {
    const named = changed('clockSkew: 60s', 'discovery: true').replaceAll(
      'provider: corp,',
      'provider: corp, idp: https://idp.example.com,',
    )
    expect(parse(named).access[0]?.when).toMatchObject({ provider: ['corp'], idp: ['https://idp.example.com'] })
  })

  it('a rule for every provider is fine while all evidence is original', () => {
    const original = sample
      .replace(/ {2}- id: corp[\s\S]*? {2}- id: google/, '  - id: google')
      .replaceAll('provider: corp, ', '')
    expect(parse(original).access[0]?.when.provider).toBeUndefined()
  })

  it('signing needs a key where AWS is real', () => {
    expect(problemsOf(sample.replace(/signing:\n.*\n.*\n/, ''))).toEqual([
      '1:1 signing: expected signing.key and signing.certificate, to sign responses for AWS, found nothing',
    ])
  })
})

describe('several mistakes', () => {
  it('mistakes in a provider do not hide that a rule names another', () => {
    const text = changed('id: corp\n    protocol: saml', 'id: corp\n    protocol: sam').replace(
      'provider: corp, groups: aws-admins',
      'provider: crop',
    )
    expect(problemsOf(text).map((line) => line.split(' ')[1])).toEqual([
      'providers[0].protocol:',
      'access[0].when.provider:',
    ])
  })

  it('like a number among the values say to quote it', () => {
    expect(problemsOf(changed('groups: aws-admins', 'groups: 111122223333'))).toEqual([
      expect.stringContaining('expected text or a list of texts (in quotes), found the number 111122223333'),
    ])
  })

  it('mistakes are reported at once, in the order of the file, those of shape with those of meaning', () => {
    const text = changed('idle: 30m', 'idel: 30m')
      .replace('protocol: oidc', 'protocol: odic')
      .replace('region: eu-west-1\n', 'region: x\n')
      .replace('groups: aws-admins', 'groups: "/(/"')
      .replace('https://aws.example.com', 'ftp://x')
    expect(problemsOf(text).map((line) => line.split(' ')[1])).toEqual([
      'baseUrl:',
      'session.idel:',
      'sts.region:',
      'providers[1].protocol:',
      'access[0].when.groups:',
    ])
  })

  it('an empty file is reported with the keys that it must have', () => {
    expect(problemsOf('')).toEqual(['1:1: expected a mapping, found nothing'])
    expect(problemsOf('listen: {}').map((line) => line.split(' ')[1])).toEqual(['baseUrl:', 'session:', 'providers:'])
  })

  it('mistakes of YAML are reported without quoting the line, which may hold a secret', () => {
    const problems = problemsOf('session: { secret: hunter2hunter2\nbaseUrl: x')
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.join('\n')).not.toContain('hunter2')
  })

  it('a mistake in an unquoted secret of digits does not show it', () => {
    expect(problemsOf(changed('clientSecret: secret-1', 'clientSecret: 98765432'))).toEqual([
      expect.stringMatching(/clientSecret: expected the client secret \(in quotes\), found a number$/),
    ])
  })

  it('an alias without its anchor is reported with the place, and without the name: it may be a secret', () => {
    const problems = problemsOf('session:\n  secret: *hunter2hunter2\n')
    expect(problems).toEqual(['2:11: expected an anchor with that name before the alias, or quoted text, found none'])
  })

  it('aliases that multiply are reported in a sentence', () => {
    const ten = (name: string) => `[${Array(10).fill(name).join(', ')}]`
    expect(problemsOf(`a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: ${ten('*b')}\n`)).toEqual([
      '1:1: expected at most 100 aliases',
    ])
  })

  it('show a repeated key', () => {
    expect(problemsOf(`${sample}sessionName: "{x}"\n`)).toEqual([
      expect.stringMatching(/^36:1: expected YAML, found Map keys must be unique/),
    ])
  })
})

describe('a configuration file', () => {
  it('a missing configuration file is reported in one clear sentence', async () => {
    await expect(readConfig('/nowhere/fedgate.yaml', {})).rejects.toMatchObject({
      code: 'config.not_found',
      message: 'The configuration file /nowhere/fedgate.yaml does not exist.',
    })
  })

  it('a configuration file that is a folder cannot be read', async () => {
    await expect(readConfig(tmpdir(), {})).rejects.toMatchObject({ code: 'config.unreadable' })
  })

  it('a configuration file is read with the files it names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fedgate-config-'))
    const file = join(folder, 'fedgate.yaml')
    await writeFile(file, changed('endpoint: aws', 'endpoint: local'))
    await expect(readConfig(file, {})).rejects.toMatchObject({ problems: [{}, {}, {}] })
    for (const name of ['idp.xml', 'signing.key', 'signing.crt']) await writeFile(join(folder, name), '')
    await writeFile(file, sample.replaceAll('./certs/', './'))
    expect((await readConfig(file, {})).folder).toBe(folder)
    await rm(folder, { recursive: true })
  })
})

it('each mistake has the sentence of test/golden/config-problems.txt', async () => {
  const told = [
    ...mistakes.map((mistake) => [mistake[0], problemsOf(textWith(mistake))] as const),
    ...grantMistakes.map((mistake) => [mistake[0], problemsOf(textGranting(mistake))] as const),
  ]
  const lines = told.flatMap(([mistake, problems]) => [mistake, ...problems.map((problem) => `  ${problem}`)])
  // What follows is the engine's own text, which differs between versions of Node.
  const text = lines.map((line) => line.replace(/(Invalid regular expression): .*/, '$1')).join('\n')
  await expect(`${text}\n`).toMatchFileSnapshot('../golden/config-problems.txt')
})
