import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { afterAll, beforeAll } from 'vitest'
import { SignedXml } from 'xml-crypto'
import { Secret } from '../../src/core/secret.ts'
import { samlTrustStatement, trustPolicy, webIdentityTrustStatement } from '../../src/iam/generate.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { type LocalAws, startLocalAws } from '../../src/local-aws/server.ts'
import type { LocalAwsState } from '../../src/local-aws/state.ts'

export const ACCOUNT = '111122223333'
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/Developer`
export const TAGGED_ROLE = `arn:aws:iam::${ACCOUNT}:role/Tagged`
export const WEB_ROLE = `arn:aws:iam::${ACCOUNT}:role/Web`
export const LONG_ROLE = `arn:aws:iam::${ACCOUNT}:role/Long`
export const GATEWAY_ROLE = `arn:aws:iam::${ACCOUNT}:role/Gateway`
export const DENYING_ROLE = `arn:aws:iam::${ACCOUNT}:role/Denying`
export const OPEN_ROLE = `arn:aws:iam::${ACCOUNT}:role/Open`
export const NEGATED_ROLE = `arn:aws:iam::${ACCOUNT}:role/Negated`
export const RESERVED_ROLE = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`
export const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`
export const FOREIGN_PROVIDER = 'arn:aws:iam::444455556666:saml-provider/corp'
export const RECIPIENT = 'https://signin.aws.amazon.com/saml'
export const ENTITY_ID = 'https://idp.example.com/saml'
export const USER = {
  accessKeyId: 'AKIAY34FZKBOEXAMPLE1',
  secretAccessKey: 'user-secret',
  arn: `arn:aws:iam::${ACCOUNT}:user/ops/dora`,
}
export const ATTRIBUTE = 'https://aws.amazon.com/SAML/Attributes/'

interface Keys {
  readonly privateKey: string
  readonly certificate: string
}

/** A signing key with its certificate. */
export const newKeys = (): Promise<Keys> => createKeyPem('idp.example.com', new Date())

export const metadata = ({ certificate }: Keys): string =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY_ID}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${new X509Certificate(certificate).raw.toString('base64')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>`

/** A Response's moving parts, each as the XML it will be. */
export interface ResponseParts {
  readonly issuer?: string
  readonly audience?: string
  readonly recipient?: string
  readonly issuedAt?: Date
  readonly notBefore?: Date
  readonly notOnOrAfter?: Date
  readonly sessionNotOnOrAfter?: Date
  readonly nameId?: string
  readonly conditions?: string
  readonly confirmations?: string
  readonly status?: string
  readonly inResponseTo?: string
  readonly attributes?: Readonly<Record<string, readonly string[]>>
}

const iso = (date: Date): string => date.toISOString()
const after = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000)

/** The attributes of alice, in the role that a test asks for. */
export const attributesFor = (role = ROLE, provider = PROVIDER): Readonly<Record<string, readonly string[]>> => ({
  [`${ATTRIBUTE}Role`]: [`${role},${provider}`],
  [`${ATTRIBUTE}RoleSessionName`]: ['alice@example.com'],
})

export const responseXml = (now: Date, parts: ResponseParts = {}): string => {
  const issuedAt = parts.issuedAt ?? now
  const end = iso(parts.notOnOrAfter ?? after(issuedAt, 300))
  const attributes = Object.entries(parts.attributes ?? attributesFor()).map(
    ([name, values]) =>
      `<a:Attribute Name="${name}">${values.map((value) => `<a:AttributeValue>${value}</a:AttributeValue>`).join('')}</a:Attribute>`,
  )
  const session =
    parts.sessionNotOnOrAfter === undefined ? '' : ` SessionNotOnOrAfter="${iso(parts.sessionNotOnOrAfter)}"`
  const confirmation = `<a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><a:SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${parts.recipient ?? RECIPIENT}"/></a:SubjectConfirmation>`
  return `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="${iso(issuedAt)}"${parts.inResponseTo === undefined ? '' : ` InResponseTo="${parts.inResponseTo}"`}><a:Issuer>${parts.issuer ?? ENTITY_ID}</a:Issuer><p:Status><p:StatusCode Value="${parts.status ?? 'urn:oasis:names:tc:SAML:2.0:status:Success'}"/></p:Status><a:Assertion ID="_a" Version="2.0" IssueInstant="${iso(issuedAt)}"><a:Issuer>${parts.issuer ?? ENTITY_ID}</a:Issuer><a:Subject>${parts.nameId ?? '<a:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">alice</a:NameID>'}${parts.confirmations ?? confirmation}</a:Subject>${parts.conditions ?? `<a:Conditions NotBefore="${iso(parts.notBefore ?? after(issuedAt, -60))}" NotOnOrAfter="${end}"><a:AudienceRestriction><a:Audience>${parts.audience ?? 'urn:amazon:webservices'}</a:Audience></a:AudienceRestriction></a:Conditions>`}<a:AuthnStatement AuthnInstant="${iso(issuedAt)}"${session}><a:AuthnContext><a:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement><a:AttributeStatement>${attributes.join('')}</a:AttributeStatement></a:Assertion></p:Response>`
}

/** xml-crypto signs, which the verifier has nothing in common with. */
export const sign = (xml: string, { privateKey }: Keys, what: 'Assertion' | 'Response' = 'Assertion'): string => {
  const signer = new SignedXml({
    privateKey,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  })
  const target = what === 'Assertion' ? "/*/*[local-name(.)='Assertion']" : '/*'
  signer.addReference({
    xpath: target,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  })
  signer.computeSignature(xml, { location: { reference: `${target}/*[local-name(.)='Issuer']`, action: 'after' } })
  return signer.getSignedXml()
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64')

export interface OpenIdProvider {
  readonly url: string
  /** What it publishes; tests may take a key away or break the document. */
  documents: Map<string, string>
  requests: string[]
  token(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, string>>): Promise<string>
  close(): Promise<void>
}

/** Publishes a discovery document and keys (RSA and three curves), signs tokens with jose. */
export const startOpenIdProvider = async (): Promise<OpenIdProvider> => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [ec384, ec512] = [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ]
  const signers: Readonly<Record<string, readonly [kid: string, key: KeyObject]>> = {
    ES256: ['ec', ec.privateKey],
    ES384: ['ec-384', ec384.privateKey],
    ES512: ['ec-512', ec512.privateKey],
  }
  const documents = new Map<string, string>()
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const body = documents.get(request.url ?? '')
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  documents.set('/.well-known/openid-configuration', JSON.stringify({ issuer: url, jwks_uri: `${url}/jwks` }))
  const keys = [
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig' },
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec', use: 'sig', alg: 'ES256' },
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec-for-any' },
    { ...ec384.publicKey.export({ format: 'jwk' }), kid: 'ec-384', use: 'sig' },
    { ...ec512.publicKey.export({ format: 'jwk' }), kid: 'ec-512', use: 'sig' },
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-for-rs512', alg: 'RS512' },
  ]
  documents.set('/jwks', JSON.stringify({ keys }))
  const now = Math.floor(Date.now() / 1000)
  return {
    url,
    documents,
    requests,
    token: (claims, header = {}) => {
      const { alg = 'RS256', kid: otherKid, ...rest } = header
      const [ownKid, key] = signers[alg] ?? ['rsa', rsa.privateKey]
      const kid = otherKid ?? ownKid
      return new SignJWT({ iss: url, aud: 'fedgate', sub: 'alice-1', iat: now, exp: now + 300, ...claims })
        .setProtectedHeader({ alg, ...(kid === '' ? {} : { kid }), ...rest })
        .sign(key)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const trustWith = (condition: unknown) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithSAML',
  ...(condition === undefined ? {} : { Condition: condition }),
})

/** One account with a role for each thing that tests ask about. */
export const stateFor = (keys: Keys, issuer = 'http://127.0.0.1:1'): LocalAwsState => {
  const oidcProvider = `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer.replace('http://', '')}`
  const saml = { providerArn: PROVIDER, recipient: RECIPIENT }
  const web = { providerArn: oidcProvider, issuer, audience: 'fedgate' }
  const deny = { Effect: 'Deny', Principal: '*', Action: 'sts:*', Condition: { StringEquals: { 'saml:sub': 'alice' } } }
  return {
    accounts: [{ id: ACCOUNT, name: 'Production' }],
    users: [{ ...USER, secretAccessKey: new Secret(USER.secretAccessKey) }],
    roles: [
      { arn: ROLE, trustPolicy: trustPolicy([samlTrustStatement(saml)]) },
      {
        arn: TAGGED_ROLE,
        trustPolicy: trustPolicy([samlTrustStatement({ ...saml, sessionTags: true, sourceIdentity: true })]),
      },
      { arn: RESERVED_ROLE, trustPolicy: trustPolicy([samlTrustStatement(saml)]) },
      { arn: LONG_ROLE, maxSessionDuration: 43_200, trustPolicy: trustPolicy([samlTrustStatement(saml)]) },
      {
        arn: GATEWAY_ROLE,
        trustPolicy: trustPolicy([samlTrustStatement({ ...saml, recipient: 'https://gateway.example/acs' })]),
      },
      { arn: DENYING_ROLE, trustPolicy: { Version: '2012-10-17', Statement: [samlTrustStatement(saml), deny] } },
      { arn: OPEN_ROLE, trustPolicy: { Version: '2012-10-17', Statement: [trustWith(undefined)] } },
      {
        arn: NEGATED_ROLE,
        trustPolicy: {
          Version: '2012-10-17',
          Statement: [trustWith({ StringNotEquals: { 'saml:aud': 'https://elsewhere.example' } })],
        },
      },
      { arn: WEB_ROLE, trustPolicy: JSON.stringify(trustPolicy([webIdentityTrustStatement(web)])) },
    ],
    samlProviders: [
      { arn: PROVIDER, metadata: metadata(keys) },
      { arn: FOREIGN_PROVIDER, metadata: metadata(keys) },
    ],
    oidcProviders: [{ arn: oidcProvider, url: issuer, clientIds: ['fedgate', 'other'] }],
  }
}

export interface Running extends LocalAws {
  readonly lines: readonly string[]
}

export const start = async (
  state: LocalAwsState,
  now?: () => Date,
  more: { readonly encodedMessages?: boolean; readonly standIns?: Readonly<Record<string, string>> } = {},
): Promise<Running> => {
  const lines: string[] = []
  const aws = await startLocalAws({
    listen: { host: '127.0.0.1', port: 0 },
    state,
    allowHttpIssuers: true,
    log: (line) => lines.push(line),
    ...more,
    ...(now === undefined ? {} : { now }),
  })
  return { ...aws, lines }
}

export interface WireAnswer {
  readonly status: number
  readonly text: string
  /** The text of the first element of that name. */
  element(name: string): string | undefined
  /** `Code: Message` of an error. */
  readonly error: string
}

export const call = async (url: string, parameters: Readonly<Record<string, string>>): Promise<WireAnswer> => {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ Version: '2011-06-15', ...parameters }),
  })
  return wireAnswer(response.status, await response.text())
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

export const wireAnswer = (status: number, text: string): WireAnswer => {
  const element = (name: string): string | undefined => {
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
    return found === undefined ? undefined : unescaped(found)
  }
  return { status, text, element, error: `${element('Code')}: ${element('Message')}` }
}

/** A local AWS for the tests of the file or suite that calls this, stopped after them. Readable from the first test on. */
export function withLocalAws(begin: () => Promise<Running>): Pick<Running, 'url' | 'lines'> {
  let running: Running | undefined
  const begun = (): Running => {
    if (!running) throw new Error('the local AWS is not started yet')
    return running
  }
  beforeAll(async () => {
    running = await begin()
  })
  afterAll(() => running?.close())
  return {
    get url() {
      return begun().url
    },
    get lines() {
      return begun().lines
    },
  }
}
