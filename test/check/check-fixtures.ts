import type { CheckPorts, HttpAnswer } from '../../src/check/ports.ts'
import { awsFacts, gatewayIdentifiers } from '../../src/cli/load-config.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config, SamlProviderConfig } from '../../src/config/types.ts'
import { tokenSignerFromPem } from '../../src/core/keys.ts'
import type { Finding, Verdict } from '../../src/core/verdict.ts'
import type { Exposure } from '../../src/issuer/key-file.ts'
import { createTokenKeyPem } from '../../src/issuer/token-keys.ts'
import { webIdentityIssuer } from '../../src/issuer/web-identity-issuer.ts'
import type { MetadataStatus } from '../../src/saml/metadata-status.ts'
import { good, jwkOf, KID } from '../oidc/tampering-provider.ts'

/** The key of the gateway as issuer, unless it cannot be opened. */
const issuerSigner = tokenSignerFromPem(await createTokenKeyPem('RS256'))

export const now = new Date('2026-11-22T12:00:00Z')

export const daysFromNow = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

const yaml = `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: aws, region: eu-west-1 }
signing: { key: ./signing.key, certificate: ./signing.crt }
providers:
  - id: corp
    protocol: saml
    metadata: https://idp.example.com/metadata
  - id: op
    protocol: oidc
    issuer: https://op.example.com
    clientId: client-1
accounts:
  "111122223333": { region: us-east-1 }
`

/** A valid configuration; each test changes one thing in it. */
export const configWith = (from = '', to = ''): Config => {
  if (from !== '' && !yaml.includes(from)) throw new Error(`not in the sample: ${from}`)
  const text = from === '' ? yaml : yaml.replace(from, () => to)
  return parseConfig(text, { file: '/etc/fedgate/fedgate.yaml', env: {}, readFile: () => '', aws: awsFacts })
}

export const samlSettings = (from = '', to = ''): SamlProviderConfig => {
  const provider = configWith(from, to).providers.find((one) => one.protocol === 'saml')
  if (provider?.protocol !== 'saml') throw new Error('no SAML provider')
  return provider
}

/** An answer whose clock agrees. */
export const answer = (text = '', over: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status: 200,
  text,
  date: now,
  sentAt: now,
  answeredAt: now,
  ...over,
})

export const discoveryDocument = {
  issuer: 'https://op.example.com',
  authorization_endpoint: 'https://op.example.com/authorize',
  token_endpoint: 'https://op.example.com/token',
  jwks_uri: 'https://op.example.com/jwks',
  id_token_signing_alg_values_supported: ['RS256'],
}

export type Web = Readonly<Record<string, HttpAnswer | Error>>

/** What is there when all is well. */
const healthyWeb: Web = {
  'https://idp.example.com/metadata': answer(),
  'https://op.example.com/.well-known/openid-configuration': answer(JSON.stringify(discoveryDocument)),
  'https://op.example.com/jwks': answer(JSON.stringify({ keys: [jwkOf(good.publicKey, KID)] })),
  'https://sts.eu-west-1.amazonaws.com': answer('', { status: 403 }),
  'https://sts.us-east-1.amazonaws.com': answer('', { status: 403 }),
  'https://signin.aws.amazon.com/federation': answer('', { status: 400 }),
}

export const facts = (over: Partial<MetadataStatus> = {}): MetadataStatus => ({
  source: 'https://idp.example.com/metadata',
  from: 'source',
  fetchedAt: now,
  identityProviders: 1,
  ...over,
})

export interface CheckFixture {
  /** By path: who else can use the file. */
  readonly exposures?: Readonly<Record<string, Exposure>>
  readonly kmsPublicKey?: CheckPorts['kmsPublicKey']
  readonly web?: Web
  readonly files?: Readonly<Record<string, string>>
  readonly metadata?: MetadataStatus
}

export const portsOf = ({
  web = {},
  files = {},
  metadata = facts(),
  exposures = {},
  kmsPublicKey = () => Promise.reject(new Error('nobody is to ask KMS')),
}: CheckFixture = {}): CheckPorts => ({
  exposureOf: async (path) => exposures[path],
  kmsPublicKey,
  ourNames: gatewayIdentifiers({ baseUrl: 'https://aws.example.com' }),
  now: () => now,
  readText: async (path) => {
    const text = files[path]
    if (text === undefined) throw new Error(`ENOENT ${path}`)
    return text
  },
  openIssuer: async () =>
    webIdentityIssuer(
      { url: 'https://aws.example.com', audience: 'sts.amazonaws.com', tokenLifetimeSeconds: 300 },
      issuerSigner,
    ),
  ask: async (url) => {
    const found = { ...healthyWeb, ...web }[url]
    if (found === undefined) throw new Error(`nobody is to ask ${url}`)
    if (found instanceof Error) throw found
    return found
  },
  readBranding: async () => undefined,
  readMetadata: async () => metadata,
})

/** The finding of that name: the test fails when there is none, or several. */
export const findingOf = (verdict: Verdict, name: string): Finding => {
  const [only, another] = verdict.filter((finding) => finding.name === name)
  if (!only || another) throw new Error(`not exactly one ${name}: ${JSON.stringify(verdict)}`)
  return only
}
