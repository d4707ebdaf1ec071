/** Calls of the local AWS as octets to send, no two with the same assertion, token or signature. */
import { createHash, createHmac, type KeyObject, randomBytes, sign } from 'node:crypto'
import { claim, ordinaryAttributes, signedMessage } from './saml-messages.ts'

const ACCOUNT = '111122223333'
const SAML_PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corporate`
const SAML_ROLE = `arn:aws:iam::${ACCOUNT}:role/engineering/Developer`
const WEB_ROLE = `arn:aws:iam::${ACCOUNT}:role/engineering/Deployer`
const RECIPIENT = 'https://signin.aws.amazon.com/saml'
const ENTITY_ID = 'https://idp.example.org/metadata'
const CLIENT_ID = 'aws'
const KEY_ID = 'key-1'
const USER = {
  arn: `arn:aws:iam::${ACCOUNT}:user/ops/dora`,
  accessKeyId: 'AKIAY34FZKBOEXAMPLE1',
  secretAccessKey: randomBytes(30).toString('base64'),
}

const federated = (provider: string, action: string, conditions: Readonly<Record<string, string>>) => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: [action, 'sts:TagSession'],
  Condition: { StringEquals: conditions },
})

/** What the local AWS must know to answer the calls, as text that can be handed to another process. */
export const stateFor = (certificate: string, issuer: string) => {
  const host = issuer.replace(/^https?:\/\//, '')
  const oidcProvider = `arn:aws:iam::${ACCOUNT}:oidc-provider/${host}`
  const web = { [`${host}:aud`]: CLIENT_ID, [`${host}:sub`]: 'repo:org/app' }
  const saml = federated(SAML_PROVIDER, 'sts:AssumeRoleWithSAML', { 'SAML:aud': RECIPIENT })
  return {
    accounts: [{ id: ACCOUNT, name: 'Engineering' }],
    users: [USER],
    roles: [
      { arn: SAML_ROLE, trustPolicy: { Version: '2012-10-17', Statement: [saml] } },
      {
        arn: WEB_ROLE,
        trustPolicy: {
          Version: '2012-10-17',
          Statement: [federated(oidcProvider, 'sts:AssumeRoleWithWebIdentity', web)],
        },
      },
    ],
    samlProviders: [{ arn: SAML_PROVIDER, metadata: metadataOf(certificate) }],
    oidcProviders: [{ arn: oidcProvider, url: issuer, clientIds: [CLIENT_ID] }],
  }
}

const metadataOf = (certificate: string): string =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY_ID}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/sso"/></IDPSSODescriptor></EntityDescriptor>`

/** The documents that an issuer publishes, by path. */
export const issuerDocuments = (issuer: string, key: KeyObject): ReadonlyMap<string, string> =>
  new Map([
    ['/.well-known/openid-configuration', JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks` })],
    ['/jwks', JSON.stringify({ keys: [{ ...key.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }] })],
  ])

/** A POST as botocore sends it. */
const post = (form: string, headers: Readonly<Record<string, string>> = {}): Buffer => {
  const lines = Object.entries({
    Host: 'localhost',
    'Accept-Encoding': 'identity',
    'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
    'User-Agent': 'aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12 prompt/off command/sts',
    ...headers,
    'Content-Length': String(Buffer.byteLength(form)),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST / HTTP/1.1\r\n${lines.join('')}\r\n${form}`)
}

const form = (fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams({ Version: '2011-06-15', ...fields }).toString()

const AWS_ATTRIBUTE = 'https://aws.amazon.com/SAML/Attributes/'

/** A user with five roles in AWS, two tags, and thirty groups that AWS has no use for. */
const awsAttributes = (): string =>
  claim(
    `${AWS_ATTRIBUTE}Role`,
    ['Auditor', 'Billing', 'Operator', 'ReadOnly', 'engineering/Developer'].map(
      (name) => `arn:aws:iam::${ACCOUNT}:role/${name},${SAML_PROVIDER}`,
    ),
  ) +
  claim(`${AWS_ATTRIBUTE}RoleSessionName`, ['alice.liddell@example.org']) +
  claim(`${AWS_ATTRIBUTE}PrincipalTag:CostCenter`, ['4711']) +
  claim(`${AWS_ATTRIBUTE}PrincipalTag:Team`, ['platform']) +
  ordinaryAttributes()

const awsParties = { idp: ENTITY_ID, sp: 'urn:amazon:webservices', acs: RECIPIENT, request: '_request' }

/** The text of a signed Response for AWS, and the call that redeems it. */
export const samlCall = (key: KeyObject, now: Date): { readonly xml: string; readonly request: Buffer } => {
  const { xml } = signedMessage(key, now, awsAttributes(), awsParties)
  const request = post(
    form({
      Action: 'AssumeRoleWithSAML',
      RoleArn: SAML_ROLE,
      PrincipalArn: SAML_PROVIDER,
      SAMLAssertion: Buffer.from(xml).toString('base64'),
    }),
  )
  return { xml, request }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as CI systems make them: some twenty claims. */
export const webIdentityCall = (key: KeyObject, issuer: string, now: Date): Buffer => {
  const iat = Math.floor(now.getTime() / 1000)
  const claims = {
    iss: issuer,
    sub: 'repo:org/app',
    aud: CLIENT_ID,
    jti: randomBytes(16).toString('hex'),
    iat,
    nbf: iat - 5,
    exp: iat + 300,
    ...Object.fromEntries(
      ['actor', 'actor_id', 'base_ref', 'event_name', 'head_ref', 'job_workflow_ref', 'ref', 'ref_type', 'repository']
        .concat(['repository_id', 'run_id', 'run_number', 'runner_environment', 'sha', 'workflow', 'workflow_ref'])
        .map((name) => [name, `${name} of this run`]),
    ),
  }
  const input = `${encode({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })}.${encode(claims)}`
  const token = `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  return post(
    form({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: WEB_ROLE,
      RoleSessionName: 'deployment',
      WebIdentityToken: token,
    }),
  )
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Signed as of `now`, by the second: `now` is what makes two calls differ. */
export const callerIdentityCall = (now: Date): Buffer => {
  const body = form({ Action: 'GetCallerIdentity' })
  const timestamp = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${timestamp.slice(0, 8)}/us-east-1/sts/aws4_request`
  const type = 'application/x-www-form-urlencoded; charset=utf-8'
  const names = 'content-type;host;x-amz-date'
  const canonical = [
    ...['POST', '/', '', `content-type:${type}`, 'host:localhost', `x-amz-date:${timestamp}`],
    ...['', names, sha256(body)],
  ].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${USER.secretAccessKey}`)
  const signature = hmac(key as Buffer, `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`)
  return post(body, {
    'X-Amz-Date': timestamp,
    Authorization: `AWS4-HMAC-SHA256 Credential=${USER.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`,
  })
}
