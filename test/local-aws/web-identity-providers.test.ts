/** Providers of tokens beside an ordinary one: on TLS of their own, with too many keys, or with access tokens. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign as signData, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { holds } from '../held/holds.ts'
import {
  ACCOUNT,
  call,
  type OpenIdProvider,
  type Running,
  start,
  startOpenIdProvider,
  type WireAnswer,
} from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'fedgate-tls-'))
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })

/** An authority of one's own, and a server's certificate of it: what a company's internal provider has. */
const makeCertificates = (): void => {
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '30']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Internal CA')
  openssl('req', ...newKey.slice(0, 3), '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  execFileSync('sh', ['-c', 'printf "subjectAltName=DNS:localhost" > server.ext'], { cwd: folder })
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'],
    ...['-extfile', 'server.ext', '-out', 'server.crt'],
  )
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const thumbprintOf = (name: string): string =>
  new X509Certificate(read(name)).fingerprint.replaceAll(':', '').toLowerCase()

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const tokenOf = (iss: string, claims: Readonly<Record<string, unknown>> = {}, key: KeyObject = privateKey) => {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ iss, aud: 'app', sub: 'alice-1', iat: now, exp: now + 300, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'key' })
    .sign(key)
}

interface TlsProvider {
  readonly url: string
  close(): void
}

const startTlsProvider = async (): Promise<TlsProvider> => {
  let url = ''
  const server = createServer(
    { key: read('server.key'), cert: read('server.crt') + read('ca.crt') },
    (request, response) => {
      const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key' }] }
      response.end(JSON.stringify(request.url === '/jwks' ? keys : { issuer: url, jwks_uri: `${url}/jwks` }))
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://localhost:${(server.address() as AddressInfo).port}`
  return { url, close: () => server.close() }
}

const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const role = (name: string, principal: string, conditions: Readonly<Record<string, string>>) => ({
  arn: roleArn(name),
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: principal },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: conditions },
      },
    ],
  },
})

const stateFor = (
  issuers: Readonly<Record<string, { url: string; thumbprints: readonly string[] }>>,
): LocalAwsState => ({
  accounts: [],
  users: [],
  roles: [
    ...Object.entries(issuers).map(([name, { url }]) =>
      role(name, `arn:aws:iam::${ACCOUNT}:oidc-provider/${new URL(url).host}`, { [`${new URL(url).host}:aud`]: 'app' }),
    ),
    role('Amazon', 'www.amazon.com', { 'www.amazon.com:app_id': 'app-1', 'www.amazon.com:user_id': 'user-1' }),
    role('Facebook', 'graph.facebook.com', { 'graph.facebook.com:app_id': 'app-2', 'graph.facebook.com:id': '42' }),
  ],
  samlProviders: [],
  oidcProviders: Object.values(issuers).map(({ url, thumbprints }) => ({
    arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${new URL(url).host}`,
    url,
    clientIds: ['app'],
    thumbprints,
  })),
  accessTokens: [
    { provider: 'www.amazon.com', token: 'Atza|good', of: { appId: 'app-1', userId: 'user-1' } },
    { provider: 'www.amazon.com', token: 'Atza|of-another-app', of: { appId: 'app-9', userId: 'user-1' } },
    { provider: 'www.amazon.com', token: 'Atza|nobody-answers' },
    { provider: 'graph.facebook.com', token: 'EAAgood', of: { appId: 'app-2', userId: '42' } },
  ],
})

const running: Running[] = []
const startWith = async (issuers: Parameters<typeof stateFor>[0]): Promise<Running> => {
  const aws = await start(stateFor(issuers))
  running.push(aws)
  return aws
}
afterAll(async () => {
  await Promise.all(running.map((aws) => aws.close()))
  rmSync(folder, { recursive: true })
})

const assume = (
  aws: Running,
  name: string,
  token: string,
  more: Readonly<Record<string, string>> = {},
): Promise<WireAnswer> =>
  call(aws.url, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: roleArn(name),
    RoleSessionName: 'alice',
    WebIdentityToken: token,
    ...more,
  })

describe("An issuer's certificate that no authority vouches for (C.5)", () => {
  let provider: TlsProvider
  beforeAll(async () => {
    makeCertificates()
    provider = await startTlsProvider()
    return () => provider.close()
  })

  it.each([
    ['of the authority', 'ca.crt'],
    ['of the server itself', 'server.crt'],
  ])('a certificate of an unknown authority is good with the thumbprint %s', async (_, file) => {
    const aws = await startWith({ Tls: { url: provider.url, thumbprints: ['0'.repeat(40), thumbprintOf(file)] } })
    expect((await assume(aws, 'Tls', await tokenOf(provider.url))).status).toBe(200)
  })

  it.each([
    ['another thumbprint', ['0'.repeat(40)]],
    ['no thumbprint', []],
  ])(
    'a certificate of an unknown authority is refused with %s',
    holds('A.4 InvalidIdentityToken thumbprint'),
    async (_, thumbprints) => {
      const aws = await startWith({ Tls: { url: provider.url, thumbprints } })
      expect((await assume(aws, 'Tls', await tokenOf(provider.url))).error).toBe(
        "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      )
    },
  )

  it('a certificate of an unknown authority is refused for another name, whatever its thumbprint', async () => {
    const url = provider.url.replace('localhost', '127.0.0.1')
    const aws = await startWith({ Tls: { url, thumbprints: [thumbprintOf('ca.crt')] } })
    expect((await assume(aws, 'Tls', await tokenOf(url))).error).toMatch(/doesn't match configured thumbprint$/)
  })
})

describe('An issuer with many keys (C.5)', () => {
  let provider: OpenIdProvider
  beforeAll(async () => {
    provider = await startOpenIdProvider()
    return () => provider.close()
  })
  const publish = (rsaKeys: number): void => {
    const jwk = publicKey.export({ format: 'jwk' })
    const others = Array.from({ length: rsaKeys - 1 }, (_, n) => ({ ...jwk, kid: `other-${n}` }))
    provider.documents.set('/jwks', JSON.stringify({ keys: [...others, { ...jwk, kid: 'key' }] }))
  }

  it('an issuer with a hundred keys is accepted', async () => {
    publish(100)
    const aws = await startWith({ Many: { url: provider.url, thumbprints: [] } })
    expect((await assume(aws, 'Many', await tokenOf(provider.url))).status).toBe(200)
  })

  it('an issuer with many keys is refused with more than a hundred of the type that signed', async () => {
    publish(101)
    const aws = await startWith({ Many: { url: provider.url, thumbprints: [] } })
    expect((await assume(aws, 'Many', await tokenOf(provider.url))).error).toMatch(
      /^InvalidIdentityToken: Couldn't retrieve verification key/,
    )
  })

  it('an issuer with many keys is refused with a key that is too short to be safe (RFC 7518 3.3)', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    provider.documents.set(
      '/jwks',
      JSON.stringify({ keys: [{ ...short.publicKey.export({ format: 'jwk' }), kid: 'key' }] }),
    )
    const aws = await startWith({ Many: { url: provider.url, thumbprints: [] } })
    const iss = provider.url
    const now = Math.floor(Date.now() / 1000)
    const input = [
      { alg: 'RS256', kid: 'key' },
      { iss, aud: 'app', sub: 'alice-1', iat: now, exp: now + 300 },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = signData('sha256', Buffer.from(input), short.privateKey).toString('base64url')
    expect((await assume(aws, 'Many', `${input}.${signature}`)).error).toMatch(
      /^InvalidIdentityToken: Couldn't retrieve verification key/,
    )
  })

  it("an issuer's subject is returned in up to 255 characters", holds('A.2 webIdentitySubjectType'), async () => {
    publish(1)
    const aws = await startWith({ Many: { url: provider.url, thumbprints: [] } })
    const subject = 's'.repeat(255)
    const told = await assume(aws, 'Many', await tokenOf(provider.url, { sub: subject }))
    expect(told.element('SubjectFromWebIdentityToken')).toBe(subject)
    const short = await assume(aws, 'Many', await tokenOf(provider.url, { sub: 'bob' }))
    expect(short.element('SubjectFromWebIdentityToken')).toBe('bob')
    const tooLong = await assume(aws, 'Many', await tokenOf(provider.url, { sub: `${subject}s` }))
    expect(tooLong.error).toMatch(/^InvalidIdentityToken: /)
  })
})

describe('Access tokens of Login with Amazon and Facebook (C.8)', () => {
  let aws: Running
  beforeAll(async () => {
    aws = await startWith({})
  })
  const members = ({ element }: WireAnswer) =>
    ['Provider', 'Audience', 'SubjectFromWebIdentityToken'].map((name) => element(name))

  it.each([
    ['Amazon', 'www.amazon.com', 'Atza|good', 'app-1', 'user-1'],
    ['Facebook', 'graph.facebook.com', 'EAAgood', 'app-2', '42'],
  ])(
    'access tokens of Login with Amazon and Facebook are what %s knows about them',
    holds('A.5 web identity ProviderId'),
    async (name, host, token, app, user) => {
      expect(members(await assume(aws, name, token, { ProviderId: host }))).toEqual([host, app, user])
    },
  )

  it(
    'access tokens of Login with Amazon and Facebook are refused when their provider does not know them',
    holds('A.4 IDPRejectedClaim'),
    async () => {
      const { status, error } = await assume(aws, 'Facebook', 'EAAunknown', { ProviderId: 'graph.facebook.com' })
      expect([status, error]).toEqual([
        403,
        'IDPRejectedClaim: graph.facebook.com: graph.facebook.com responded with HTTP/1.1 400 Bad Request',
      ])
    },
  )

  it(
    'access tokens of Login with Amazon and Facebook cannot be judged when their provider does not answer',
    holds('A.4 IDPCommunicationError'),
    async () => {
      const { status, error } = await assume(aws, 'Amazon', 'Atza|nobody-answers', { ProviderId: 'www.amazon.com' })
      expect([status, error]).toEqual([
        400,
        'IDPCommunicationError: www.amazon.com: the identity provider did not answer',
      ])
    },
  )

  it('access tokens of Login with Amazon and Facebook are of one provider only', async () => {
    const { error } = await assume(aws, 'Facebook', 'Atza|good', { ProviderId: 'graph.facebook.com' })
    expect(error).toMatch(/^IDPRejectedClaim: graph\.facebook\.com/)
  })

  it('open no role that trusts another application', async () => {
    const { error } = await assume(aws, 'Amazon', 'Atza|of-another-app', { ProviderId: 'www.amazon.com' })
    expect(error).toBe('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity')
  })

  it.each([
    ['an ID token', 'www.amazon.com', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln'],
    ['any other provider', 'accounts.google.com', 'Atza|good'],
    ['a provider with its scheme', 'https://www.amazon.com', 'Atza|good'],
  ])(
    'access tokens of Login with Amazon and Facebook are not %s',
    holds('A.4 InvalidIdentityToken ProviderId'),
    async (_, host, token) => {
      expect((await assume(aws, 'Amazon', token, { ProviderId: host })).error).toBe(
        'InvalidIdentityToken: Provided Token is not a Login With Amazon token',
      )
    },
  )

  it.each(['http://accounts.google.com', 'http://cognito-identity.amazonaws.com', 'http://www.amazon.com'])(
    'a provider that IAM knows by name vouches by https only: not %s',
    async (iss) => {
      expect((await assume(aws, 'Amazon', await tokenOf(iss))).error).toBe(
        `InvalidIdentityToken: No OpenIDConnect provider found in your account for ${iss}`,
      )
    },
  )

  it('access tokens of Login with Amazon and Facebook are not accepted as ID tokens where no ProviderId is given', async () => {
    expect((await assume(aws, 'Amazon', 'Atza|good')).error).toMatch(
      /^InvalidIdentityToken: The ID Token provided is not/,
    )
  })
})
