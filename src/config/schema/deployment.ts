/** Where the gateway stands: sessions, AWS, keys, the issuer, the local AWS. */
import { z } from 'zod'
import { awsRegion, duration, flag, listen, oneOrMore, path, text } from './values.ts'

export const session = z.strictObject({
  secret: oneOrMore('text of 32 characters or more, or a list of such texts').describe(
    'Signs the session cookie: 32 characters or more of chance. In a list the first signs and all verify, so that it can be changed without signing anybody out.',
  ),
  store: z.literal('memory', { error: 'memory' }).default('memory').describe('Where sessions live.'),
  idle: duration('30m').default('30m').describe('A session that is not used for this long ends.'),
  lifetime: duration('8h').default('8h').describe('Every session ends after this long.'),
})

export const sts = z.strictObject({
  endpoint: awsTarget()
    .default('aws')
    .describe('`aws`: AWS itself. `local`: starts the local AWS with the gateway. Or the URL of something like STS.'),
  signIn: awsTarget()
    .optional()
    .describe('Where the console is opened. Default: follows `endpoint`; of a URL its origin.'),
  region: awsRegion()
    .default('us-east-1')
    .describe("Region of the STS endpoint. An account's own region and the role's partition win."),
  fips: flag()
    .default(false)
    .describe(
      'Use FIPS 140 endpoints of STS only. They are in us-east-1, us-east-2, us-west-1, us-west-2 and GovCloud.',
    ),
  timeout: duration('5s').default('5s').describe('How long a call to STS may take, with up to three attempts.'),
})

const keyPair = z.strictObject({
  key: path('a PEM private key (RSA)').describe('PEM file of the RSA private key.'),
  certificate: path('a PEM certificate').describe('PEM file of the certificate of that key.'),
})

export const issuer = z.strictObject({
  url: text('the issuer, an https URL', /^https?:\/\/[^\s?#]+$/)
    .optional()
    .describe(
      'The issuer as tokens name it (`iss`) and IAM registers it. Default: `baseUrl`. AWS fetches the keys from below it, over public https without a port.',
    ),
  key: oneOrMore('the path of a PEM private key, or a list of such paths')
    .optional()
    .describe(
      'PEM file of a private key of its own: RSA for RS256, P-256 for ES256. In a list the first signs and all are published, so that keys can be changed without an interruption. With `sts.endpoint: local` a key is made at first start when none is named.',
    ),
  algorithm: z.enum(['RS256', 'ES256']).default('RS256').describe('How tokens are signed: the kind of the first key.'),
  audience: text('an audience of 1 to 255 characters', /^[\x21-\x7e]{1,255}$/)
    .default('sts.amazonaws.com')
    .describe('The audience of the tokens: a client id of the OpenID provider in IAM.'),
  tokenLifetime: duration('5m').default('5m').describe('How long a token can be used, 1m to 1h. It is used at once.'),
})

export const localAws = z.strictObject({
  listen: listen(8081, 'the local AWS')
    .optional()
    .describe("Default: the gateway's host and the port after the gateway's."),
  allowHttpIssuers: flag()
    .default(true)
    .describe('Take http issuers and issuers with a port. AWS itself takes https without a port only.'),
  state: path('a YAML file')
    .optional()
    .describe(
      'Accounts, users, roles with trust policies and identity providers, beside what is made from this configuration: of a role or provider that both have, the one in the file counts.',
    ),
  encodedMessages: flag()
    .default(false)
    .describe(
      "Put an encoded message for `aws sts decode-authorization-message` after the text of a refusal. AWS's own STS and IAM send none.",
    ),
})

/** One key pair or several, for a rollover. */
export function keys() {
  const expected = 'key and certificate, or a list of such mappings'
  return z.union([keyPair, z.array(keyPair).min(1, { error: expected })], { error: expected })
}

function awsTarget() {
  return text('aws, local or a URL', /^(aws|local|https?:\/\/\S+)$/)
}
