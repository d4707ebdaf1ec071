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

export const session = z.strictObject({
  secret: oneOrMore('text of 32 characters or more, or a list of such texts').describe(
    'Signs the session cookie: 32 or more random characters. In a list, the first signs and all verify, so it can be rotated without signing users out.',
  ),
  store: z.literal('memory', { error: 'memory' }).default('memory').describe('Where sessions are stored.'),
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

const keyPair = z.strictObject({
  key: path('a PEM private key (RSA)').describe('PEM file of the RSA private key.'),
  certificate: path('a PEM certificate').describe('PEM file of the certificate for that key.'),
})

export const issuer = z.strictObject({
  url: text('the issuer, an https URL', /^https?:\/\/[^\s?#]+$/)
    .optional()
    .describe(
      'The issuer in tokens (`iss`) and in IAM. Default: `baseUrl`. AWS fetches the keys from below it, over public https without a port.',
    ),
  key: oneOrMore('the path of a PEM private key, or a list of such paths')
    .optional()
    .describe(
      'PEM file of a private key of its own: RSA for RS256, P-256 for ES256. In a list, the first signs and all are published, so keys can be rotated without an interruption. With `sts.endpoint: local`, a key is created on first start if none is named.',
    ),
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
  encodedMessages: flag()
    .default(false)
    .describe(
      "Add an encoded message for `aws sts decode-authorization-message` to access denied errors. AWS's own STS and IAM do not.",
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

function awsTarget() {
  return text('aws, local or a URL', /^(aws|local|https?:\/\/\S+)$/)
}
