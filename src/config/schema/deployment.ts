/** The deployment: sessions, AWS, keys, the issuer, the local AWS. */
import { z } from 'zod'
import { awsRegion, duration, flag, listen, oneOrMore, path, rate, text } from './values.ts'

export const gatewayListen = listen(8080, 'the gateway').extend({
  tls: z
    .strictObject({
      key: path('a PEM private key').describe('PEM file of the private key, not encrypted.'),
      cert: path('a PEM certificate').describe(
        'PEM file of the certificate, followed by its intermediate certificates.',
      ),
    })
    .optional()
    .describe('Serve HTTPS (TLS 1.2 or newer) instead of HTTP. Both files are read again on SIGHUP.'),
})

const sentinel = z.strictObject({
  name: text('the name of the master').describe('Name of the master that the sentinels watch.'),
  nodes: z
    .array(text('the host and port of a sentinel, such as sentinel-1:26379'))
    .min(1, { error: 'at least one sentinel' })
    .describe('The sentinels, each as `host:port`. The port can be omitted if it is 26379.'),
  username: text('a user name').optional().describe('ACL user of the sentinels themselves.'),
  password: text('a password').optional().describe('Password of the sentinels themselves. Default: none.'),
})

const DEFAULT_STORE = 'file'

/** Which of its forms it has is a rule: rules/session-store.ts. */
const redis = z.strictObject({
  url: text('a URL such as redis://127.0.0.1:6379')
    .optional()
    .describe('One node: `redis://host:port/database`, or `rediss://…` with TLS.'),
  cluster: z
    .array(text('a URL such as redis://127.0.0.1:6379'))
    .min(1, { error: 'at least one URL' })
    .optional()
    .describe('Some nodes of a cluster, as URLs. The others are learned from them.'),
  sentinel: sentinel.optional().describe('A master and its replicas, watched by sentinels.'),
  username: text('a user name').optional().describe('ACL user. Default: the default user.'),
  password: text('a password').optional().describe('Password of that user.'),
  ca: path('a PEM file of CA certificates')
    .optional()
    .describe("PEM file of the CA that signed the servers' certificates. Default: the CAs of Node.js."),
  tls: flag().optional().describe('With `sentinel`: use TLS. Implied by `ca`. Elsewhere `rediss://` says so.'),
})

const STORE = 'memory, file, a redis:// or rediss:// URL, or a mapping with url, cluster or sentinel'

export const session = z.strictObject({
  secret: oneOrMore('text of 32 characters or more, or a list of such texts').describe(
    'Signs the session cookie: 32 or more random characters. In a list, the first signs and all verify, so it can be rotated without signing users out.',
  ),
  store: z
    .union([text(STORE), redis], { error: STORE })
    .default(DEFAULT_STORE)
    .describe(
      'Where sessions, used assertions and everything else that outlives a request is stored. `file`: in the folder `store` under `stateDir`, for all processes of one machine. `memory`: in the process, for tests: a restart signs everyone out. `redis://…`, `rediss://…`, or a mapping: Redis or Valkey, for gateways on several machines. See [store.md](store.md).',
    ),
  idle: duration('30m').default('30m').describe('A session ends if it is not used for this long.'),
  lifetime: duration('8h').default('8h').describe('Every session ends after this long.'),
})

export const sts = z.strictObject({
  endpoint: awsTarget()
    .default('aws')
    .describe(
      '`aws`: AWS itself. `local`: starts the local AWS with the gateway. Or the URL of a service with the STS API.',
    ),
  signIn: awsTarget()
    .optional()
    .describe('Sign-in endpoint for the console. Default: follows `endpoint`; for a URL, its origin.'),
  region: awsRegion()
    .default('us-east-1')
    .describe("Region of the STS endpoint. An account's own region and the role's partition take precedence."),
  fips: flag()
    .default(false)
    .describe(
      'Use only FIPS 140 endpoints of STS, which exist in us-east-1, us-east-2, us-west-1, us-west-2 and GovCloud.',
    ),
  timeout: duration('5s').default('5s').describe('Timeout of a call to STS, including up to three attempts.'),
})

const privateKey = path('a PEM private key (RSA)')
const certificate = path('a PEM certificate').describe('PEM file of the certificate for that key.')

const keyPair = z.strictObject({
  key: privateKey.describe('PEM file of the RSA private key.'),
  certificate,
})

const KMS = 'keyId and region of a key in AWS KMS'

const kmsKey = z.strictObject(
  {
    keyId: text('the ID, ARN or alias of a KMS key', /^[\w:/-]{1,2048}$/).describe(
      'The asymmetric key for signing (`SIGN_VERIFY`), by its ID or ARN. An alias works too, but must not be moved to another key.',
    ),
    region: awsRegion().describe('Region of the key.'),
    endpoint: text('a URL', /^https?:\/\/\S+$/)
      .optional()
      .describe("Instead of AWS's own endpoint: a VPC endpoint, or a FIPS one. https, or http on loopback."),
  },
  { error: KMS },
)

/** Which of `key` and `kms` it has is a rule: rules/keys.ts. */
const signingKey = z.strictObject({
  key: privateKey.optional().describe('PEM file of the RSA private key.'),
  kms: kmsKey
    .optional()
    .describe('Instead of `key`: an RSA key in AWS KMS, which signs there. See [keys.md](keys.md#kms).'),
  certificate,
})

const ISSUER_KEY = 'the path of a PEM private key, kms with a key, or a list of these'

const issuerKey = z.union([path('a PEM private key'), z.strictObject({ kms: kmsKey })], { error: ISSUER_KEY })

export const issuer = z.strictObject({
  url: text('the issuer, an https URL', /^https?:\/\/[^\s?#]+$/)
    .optional()
    .describe(
      'The issuer in tokens (`iss`) and in IAM. Default: `baseUrl`. AWS fetches the keys from below it, over public https without a port.',
    ),
  key: z
    .union([issuerKey, z.array(issuerKey).min(1, { error: ISSUER_KEY })], { error: ISSUER_KEY })
    .optional()
    .describe(
      'PEM file of a private key of its own: RSA for RS256, P-256 for ES256. In a list, the first signs and all are published, so keys can be rotated without an interruption; `{ kms: … }` in it is a key in AWS KMS. With `sts.endpoint: local`, a key is created on first start if none is named.',
    ),
  kms: kmsKey.optional().describe('Instead of `key`: a key in AWS KMS, which signs there. See [keys.md](keys.md#kms).'),
  algorithm: z
    .enum(['RS256', 'ES256'])
    .default('RS256')
    .describe('The signature algorithm of tokens. It must fit the first key.'),
  audience: text('an audience of 1 to 255 characters', /^[\x21-\x7e]{1,255}$/)
    .default('sts.amazonaws.com')
    .describe('The audience of the tokens: a client ID of the OpenID Connect provider in IAM.'),
  tokenLifetime: duration('5m')
    .default('5m')
    .describe('Lifetime of a token, 1m to 1h. The gateway uses it immediately.'),
})

export const localAws = z.strictObject({
  listen: listen(8081, 'the local AWS')
    .optional()
    .describe("Default: the gateway's host and the port after the gateway's."),
  allowHttpIssuers: flag()
    .default(true)
    .describe('Accept http issuers and issuers with a port. AWS itself accepts only https without a port.'),
  state: path('a YAML file')
    .optional()
    .describe(
      'File with accounts, users, roles with trust policies and identity providers, in addition to those of this configuration. Roles and providers of the file take precedence.',
    ),
  standIns: z
    .record(text('an https origin', /^https:\/\/[^\s/?#]+$/), text('a URL', /^https?:\/\/[^\s?#]+$/))
    .default({})
    .describe(
      'Where the local AWS fetches the documents of an origin instead, such as `https://accounts.google.com: http://127.0.0.1:9000`: for tests with a stand-in of the provider.',
    ),
  encodedMessages: flag()
    .default(false)
    .describe(
      "Add an encoded message for `aws sts decode-authorization-message` to access denied errors. AWS's own STS and IAM do not.",
    ),
})

export const metrics = z.strictObject({
  listen: listen(9464, 'the metrics')
    .optional()
    .describe(
      'Address for `/metrics` alone, over plain HTTP and without a sign-in, so only Prometheus should reach it. Default: `/metrics` at the address of the gateway, for operators and for requests from this machine.',
    ),
})

/** Generous: hundreds of users may share the address of their office, and a provider sends all logouts from one. */
export const limits = z.strictObject({
  loginStarts: rate('600/m').describe('Sign-ins that are started, for each provider.'),
  acs: rate('1200/m').describe('SAML responses, for each provider.'),
  callbacks: rate('1200/m').describe("OpenID providers' answers, for each provider."),
  logouts: rate('6000/m').describe("Providers' logout messages, for each provider."),
  oauth: rate('1200/m').describe('Requests below `/oauth/`.'),
  api: rate('1200/m').describe('Requests below `/api/`.'),
})

/** One key pair, or several during a rotation. */
export function keys() {
  const expected = 'key and certificate, or a list of such mappings'
  return z.union([keyPair, z.array(keyPair).min(1, { error: expected })], { error: expected })
}

/** The same for keys that only sign, which may be in a key management service. */
export function signingKeys() {
  const expected = 'key (or kms) and certificate, or a list of such mappings'
  return z.union([signingKey, z.array(signingKey).min(1, { error: expected })], { error: expected })
}

function awsTarget() {
  return text('aws, local or a URL', /^(aws|local|https?:\/\/\S+)$/)
}
