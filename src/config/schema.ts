/**
 * The shape of the configuration file, declaratively: what can be said as JSON Schema is said here, and
 * schema/fedgate.schema.json and docs/configuration.md are generated from it. What concerns several keys at once is in
 * rules.ts. The words beside each pattern are what an error message says was expected.
 */
import { z } from 'zod'
import { accountColors } from './types.ts'

const text = (expected: string, pattern: RegExp = /\S/) =>
  z.string({ error: expected }).regex(pattern, { error: expected })

const path = (what: string) => text(`the path of ${what}`)

const flag = () => z.boolean({ error: 'true or false' })

const wholeNumber = (expected: string, min: number, max: number) =>
  z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected })

/** One text, or a list of at least one. */
const oneOrMore = (expected: string) => {
  const one = z.string().min(1, { error: expected })
  return z.union([one, z.array(one).min(1, { error: expected })], { error: expected })
}

const duration = (example: string) => text(`a duration such as ${example}`, /^([0-9]{1,6}[smhd])+$/)

const awsRegion = () => text('an AWS region such as eu-west-1', /^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$/)

const listen = (port: number, what: string) =>
  z.strictObject({
    host: text('an address or host name').default('127.0.0.1').describe('Address to listen on.'),
    port: wholeNumber('a port from 0 to 65535', 0, 65_535).default(port).describe(`Port of ${what}. 0: any free one.`),
  })

const awsTarget = () => text('aws, local or a URL', /^(aws|local|https?:\/\/\S+)$/)

const session = z.strictObject({
  secret: oneOrMore('text of 32 characters or more, or a list of such texts').describe(
    'Signs the session cookie: 32 characters or more of chance. In a list the first signs and all verify, so that it can be changed without signing anybody out.',
  ),
  store: z.literal('memory', { error: 'memory' }).default('memory').describe('Where sessions live.'),
  idle: duration('30m').default('30m').describe('A session that is not used for this long ends.'),
  lifetime: duration('8h').default('8h').describe('Every session ends after this long.'),
})

const sts = z.strictObject({
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
  timeout: duration('5s').default('5s').describe('How long one call to STS may take.'),
})

const keyPair = z.strictObject({
  key: path('a PEM private key (RSA)').describe('PEM file of the RSA private key.'),
  certificate: path('a PEM certificate').describe('PEM file of the certificate of that key.'),
})

/** One key pair or several, for a rollover. */
const keys = () => {
  const expected = 'key and certificate, or a list of such mappings'
  return z.union([keyPair, z.array(keyPair).min(1, { error: expected })], { error: expected })
}

const issuer = z.strictObject({
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

const providerId = () =>
  text('an id of 1 to 32 of a-z, 0-9 and -', /^[a-z0-9-]{1,32}$/).describe('Part of the URLs: never change it.')

const label = () => text('a name for people').optional().describe('What people see. Default: the id.')

const metadata = z.union(
  [
    text('a file or a URL'),
    z.strictObject({
      mdq: text('the base URL of a Metadata Query service').describe(
        'Base URL of a Metadata Query service (MDQ): entities are fetched from `/entities/…` below it.',
      ),
    }),
  ],
  { error: 'a file, a URL or { mdq: URL }' },
)

const EXCHANGE = 'How a sign-in becomes AWS credentials.'

const ORIGINAL = {
  saml: "the identity provider's own response (via saml only), within 5 minutes of its issue; the roles are those of its Role attribute, which access rules may narrow.",
  oidc: "the provider's own ID token (via web-identity only), signed RS* or ES*, as AWS takes no others.",
} as const

const exchange = (protocol: keyof typeof ORIGINAL) =>
  z.strictObject({
    via: z
      .enum(['saml', 'web-identity'])
      .describe('`saml`: AssumeRoleWithSAML. `web-identity`: AssumeRoleWithWebIdentity.'),
    evidence: z
      .enum(['original', 'reissued'])
      .describe(
        `\`reissued\`: what the gateway signs after all checks, with \`signing\` or as \`issuer\`. \`original\`: ${ORIGINAL[protocol]}`,
      ),
    provider: text('the name of a SAML provider in IAM', /^[\w.-]{1,128}$/)
      .optional()
      .describe(
        'Via saml: the name of the SAML provider in IAM. Default: `fedgate` where evidence is reissued, else the id of this provider.',
      ),
  })

const samlProvider = z.strictObject({
  id: providerId(),
  protocol: z.literal('saml'),
  label: label(),
  metadata: metadata.describe(
    'Metadata of the identity provider: a file (read again when it changes), a URL (refreshed; the last good copy is kept in `state/` beside the configuration), or `{ mdq: URL }`.',
  ),
  metadataCertificate: path('a PEM certificate')
    .optional()
    .describe('PEM file of a certificate. The metadata must be signed with its key.'),
  entityId: text('an entityID').optional().describe('Only needed to pick one entity out of several in the metadata.'),
  discovery: flag()
    .default(false)
    .describe('A person chooses among all identity providers of the metadata. Access rules then name the `idp`.'),
  spEntityId: text('an entityID')
    .optional()
    .describe(
      "The gateway's own entityID towards this identity provider. Default: the URL of its SP metadata; with original evidence `urn:amazon:webservices`, the audience that AWS looks for.",
    ),
  signature: z
    .enum(['any', 'assertion', 'response', 'both'])
    .default('any')
    .describe('Which of the two must be signed. Every signature that is present must verify in any case.'),
  signRequests: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe('Sign authentication requests. `auto`: where the metadata wants it.'),
  nameIdFormat: text(
    'persistent, transient, emailAddress, unspecified or a URI',
    /^(persistent|transient|emailAddress|unspecified|[a-z][a-z0-9+.-]*:\S+)$/,
  )
    .optional()
    .describe(
      'NameID format to ask for: `persistent`, `transient`, `emailAddress`, `unspecified` or a URI. Default: none.',
    ),
  authnContext: z
    .array(text('an authentication context class, a URI', /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/))
    .default([])
    .describe('Authentication context classes (URIs) to ask for, best first.'),
  allowIdpInitiated: flag()
    .default(false)
    .describe(
      'Take responses that nobody asked for. They start a sign-in here and never make a session by themselves.',
    ),
  wantAssertionsEncrypted: flag().default(false).describe('Refuse assertions that are not encrypted.'),
  acceptCbcWithoutSignedResponse: flag()
    .default(false)
    .describe(
      'Open AES-CBC also inside a Response that is not signed itself, as ADFS and Entra send it by default. Better: set the identity provider to sign the Response or to use AES-GCM.',
    ),
  stsDecrypts: flag()
    .default(false)
    .describe("With original evidence: IAM's SAML provider holds this gateway's decryption key."),
  clockSkew: duration('60s').default('60s').describe('How far the two clocks may be apart. At most 180s.'),
  subject: text('nameId, or the name of an attribute')
    .default('nameId')
    .describe('What identifies the person: `nameId`, or the name of an attribute.'),
  rolesFromAssertion: flag()
    .default(false)
    .describe(
      "Believe this identity provider's own `https://aws.amazon.com/SAML/Attributes/Role`. It can then grant every role that trusts the gateway.",
    ),
  exchange: exchange('saml').default({ via: 'saml', evidence: 'reissued' }).describe(EXCHANGE),
})

const ID_TOKEN_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512'],
] as const

const oidcProvider = z.strictObject({
  id: providerId(),
  protocol: z.literal('oidc'),
  label: label(),
  issuer: text('the issuer, an https URL', /^https?:\/\/[^\s?#]+$/).describe(
    'The issuer exactly as its tokens say it (`iss`), a trailing slash included.',
  ),
  clientId: text('the client id').describe('As registered at the provider.'),
  clientSecret: text('the client secret').optional().describe('None, and no `privateKey`: a public client.'),
  privateKey: path('a PEM private key')
    .optional()
    .describe('PEM file of a private key (RSA, EC or Ed25519) that proves who we are: `private_key_jwt`.'),
  privateKeyId: text('the id of the key')
    .optional()
    .describe('The `kid` by which the provider knows that key, where it wants one.'),
  tokenEndpointAuthMethod: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .optional()
    .describe(
      'Default: with a secret `client_secret_basic` where the provider offers it, else `client_secret_post`; with a key `private_key_jwt`; else `none`. A secret with other characters than letters, digits and `*-._` needs `client_secret_post` at a provider that does not percent-decode.',
    ),
  scopes: z
    .array(text('a scope without spaces', /^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .default(['openid', 'email', 'profile'])
    .describe('Scopes to ask for. `openid` must be among them.'),
  responseMode: z
    .enum(['query', 'form_post'])
    .default('query')
    .describe('How the answer comes: in the address, or posted by a form.'),
  prompt: text(
    'login, consent, select_account or several of them',
    /^(login|consent|select_account)( (login|consent|select_account))*$/,
  )
    .optional()
    .describe('What the provider is to ask at every sign-in: `login`, `consent`, `select_account`.'),
  maxAge: duration('1h')
    .optional()
    .describe('How long ago the person may have proved who they are: asked for (`max_age`) and checked (`auth_time`).'),
  acrValues: z
    .array(text('an authentication context class without spaces', /^\S+$/))
    .default([])
    .describe('Authentication contexts to ask for. The sign-in has to be of one of them (`acr`).'),
  authorizationParams: z
    .record(z.string(), z.string({ error: 'text' }))
    .default({})
    .describe("Further parameters of the authorization request. None of the protocol's own."),
  par: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe('Pushed authorization requests. `auto`: where the provider requires them.'),
  userinfo: flag()
    .default(true)
    .describe('Ask the userinfo endpoint, where there is one, for what the ID token lacks.'),
  idTokenAlgs: z
    .array(z.enum(ID_TOKEN_ALGS))
    .min(1, { error: 'at least one algorithm' })
    .optional()
    .describe(
      'Signature algorithms to accept. Default: what discovery offers of RS, PS, ES and EdDSA. HS needs the client secret. AWS takes RS and ES only, in original evidence.',
    ),
  allowInsecureHttp: flag().default(false).describe('Allow an http issuer. Loopback only.'),
  exchange: exchange('oidc').default({ via: 'web-identity', evidence: 'original' }).describe(EXCHANGE),
})

const account = z.strictObject({
  name: text('a name for people').optional().describe('What people see. Default: the account id.'),
  color: z.enum(accountColors).optional().describe('Marks the account in the role picker.'),
  region: awsRegion().optional().describe('Region for STS and the console in this account.'),
})

/** A policy document: the path of its JSON file, or the document itself as a mapping. */
const policy = (example: string) => {
  const expected = `the path of a JSON file such as ${example}, or the policy itself`
  return z.union([text(expected), z.record(z.string(), z.json())], { error: expected })
}

const role = z.strictObject({
  match: text('a pattern over role ARNs', /^arn:\S+$/).describe(
    'Which roles: an ARN in which `*` stands for any text and `?` for one character.',
  ),
  alias: text('a short name', /^[A-Za-z0-9][\w.-]{0,63}$/)
    .optional()
    .describe('A short name to call the role by.'),
  maxSessionDuration: duration('1h')
    .optional()
    .describe("The role's maximum session duration as set in IAM, 1h to 12h."),
  maxAuthAge: duration('1h')
    .optional()
    .describe('How long ago the person may have proved who they are. An older sign-in is renewed first.'),
  sessionPolicyArns: z
    .array(
      text(
        'the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess',
        /^arn:[a-z][a-z0-9-]*:iam::(\d{12}|aws):policy\/[\x21-\x7e]+$/,
      ),
    )
    .max(10, { error: 'at most 10 ARNs' })
    .default([])
    .describe(
      'Managed policies that scope sessions down: what they do not allow too, a session may not do. At most 10, which count into the 2048 characters of `sessionPolicy`.',
    ),
  sessionPolicy: policy('./policies/read-only.json')
    .optional()
    .describe(
      'An inline policy that scopes sessions down: the path of a JSON file, or the policy itself as a mapping, in which policy variables of IAM stay as they are. At most 2048 characters as compact JSON.',
    ),
  trustPolicy: policy('./policies/admin.json')
    .optional()
    .describe(
      "The role's trust policy as set in IAM: the path of a JSON file, or the policy itself as a mapping. With it the gateway can say before the call, and when AWS refuses, what lets whom in.",
    ),
})

const when = () => z.record(z.string(), oneOrMore('text or a list of texts'))

const accessRule = z.strictObject({
  when: when().describe(
    'Attribute names with the values to look for; all must hold. A list means any of its values. A value between slashes is a regular expression that must match the whole value. Reserved are `provider`, the ids of the providers that this rule is for, `idp`, the entityIDs of the identity providers, and `subject`, what identifies the person.',
  ),
  roles: z
    .array(text('the ARN of a role'))
    .min(1, { error: 'at least one role ARN' })
    .describe("Role ARNs. `{name}` stands for what the named group `(?<name>…)` of this rule's patterns matched."),
})

const operatorRule = z.strictObject({
  when: when().describe('As of an access rule. It names its `provider`.'),
})

const template = (example: string) => text(`a template such as ${example}`)

const localAws = z.strictObject({
  listen: listen(8081, 'the local AWS')
    .optional()
    .describe("Default: the gateway's host and the port after the gateway's."),
  allowHttpIssuers: flag()
    .default(true)
    .describe('Take http issuers and issuers with a port. AWS itself takes https without a port only.'),
  state: path('a YAML file')
    .optional()
    .describe(
      'Accounts, users, roles with trust policies and identity providers. Default: made from this configuration.',
    ),
})

export const configSchema = z
  .strictObject({
    baseUrl: text('the public origin without a path, such as https://aws.example.com').describe(
      'The public origin of the gateway, without a path. https, or http on loopback.',
    ),
    listen: listen(8080, 'the gateway').prefault({}).describe('Where the gateway listens.'),
    trustProxy: wholeNumber('a number of proxies from 0 to 10', 0, 10)
      .default(0)
      .describe('Number of proxies in front whose X-Forwarded-* headers are believed.'),
    session: session.describe('Browser sessions.'),
    sts: sts.prefault({}).describe('AWS STS and sign-in.'),
    signing: keys()
      .optional()
      .describe(
        'Signs requests, logout and the responses reissued for AWS. In a list the first is used and all are published, so that keys can be changed without an interruption. With `sts.endpoint: local` a key is made at first start when none is named.',
      ),
    encryption: keys()
      .optional()
      .describe(
        'Opens encrypted assertions and ID tokens. In a list all are tried and published. With `sts.endpoint: local` a key is made at first start when none is named.',
      ),
    issuer: issuer
      .prefault({})
      .describe('The gateway as OpenID issuer towards AWS: signs the web-identity tokens reissued for AWS.'),
    providers: z
      .array(
        z.discriminatedUnion('protocol', [samlProvider, oidcProvider], {
          error: 'a provider: a mapping with protocol',
        }),
      )
      .min(1, { error: 'at least one provider' })
      .describe('The identity providers people sign in with.'),
    accounts: z
      .record(z.string().regex(/^[0-9]{12}$/, { error: 'an account id of twelve digits, in quotes' }), account)
      .default({})
      .describe('What is known of the AWS accounts, by account id. Quote the id: YAML reads it as a number otherwise.'),
    roles: z.array(role).default([]).describe('What is special about some roles.'),
    access: z.array(accessRule).default([]).describe('Who may take which role. All matching rules add up.'),
    operators: z.array(operatorRule).default([]).describe('Who may see `/status`. Nobody when there is no rule.'),
    sessionName: template('{email}')
      .default('{subject}')
      .describe('Template of the role session name: `{subject}`, `{email}`, or any attribute in braces.'),
    sourceIdentity: template('{subject}')
      .optional()
      .describe(
        'Template of the source identity, which AWS keeps through all further roles of a session. Where it cannot be made of a sign-in, no role is taken. Trust policies must allow `sts:SetSourceIdentity`.',
      ),
    sessionTags: z
      .record(
        z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, {
          error: "a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@",
        }),
        z.string({ error: 'a template such as {costCenter}' }),
      )
      .default({})
      .describe(
        'Session tags: the key, and a template of the value. A tag whose value cannot be made of a sign-in is left out. Trust policies must allow `sts:TagSession`.',
      ),
    transitiveTags: z
      .array(text('the key of a session tag'))
      .default([])
      .describe('Keys of session tags that go along when the session takes further roles.'),
    localAws: localAws.prefault({}).describe('Only for `sts.endpoint: local` and `fedgate local-aws`.'),
    audit: z
      .strictObject({ file: path('a file').optional().describe('File to append to. Default: standard output.') })
      .prefault({})
      .describe('The audit log: one JSON object a line.'),
  })
  .describe('Configuration of fedgate')

/** What a file that fits the schema says, with defaults filled in. */
export type FileConfig = z.output<typeof configSchema>
export type FileProvider = FileConfig['providers'][number]

/** The JSON Schema that editors use: draft 7, which is what their YAML support reads best. */
export const configJsonSchema = (): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
