/**
 * The condition keys that AWS fills for federated calls, as a table, and from an assertion's or a token's values to
 * the context a trust policy is evaluated against (aws-sts-semantics B, C, D.5).
 */
import { createHash } from 'node:crypto'
import { issuerHostPath, parseArn } from '../core/arn.ts'
import type { Attributes, NameId } from '../core/identity.ts'
import { type ContextValue, list, single } from './context.ts'

export interface AttributeKey {
  readonly key: string
  /** Names of the SAML attributes that fill it, compared byte for byte. */
  readonly attributes: readonly string[]
  readonly multi: boolean
}

/** X.500 names count with and without the prefix (B.1). */
const oid = (...numbers: string[]): string[] => numbers.flatMap((number) => [`urn:oid:${number}`, number])
const eduPerson = (last: number): string[] => oid(`1.3.6.1.4.1.5923.1.1.1.${last}`)
const eduOrg = (last: number): string[] => oid(`1.3.6.1.4.1.5923.1.2.1.${last}`)
const XMLSOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** The keys that are filled from attributes. AWS's own page has misprinted OIDs; both forms count (B.1). */
export const samlAttributeKeys: readonly AttributeKey[] = [
  { key: 'saml:edupersonaffiliation', attributes: eduPerson(1), multi: true },
  { key: 'saml:edupersonnickname', attributes: eduPerson(2), multi: true },
  { key: 'saml:edupersonorgdn', attributes: eduPerson(3), multi: false },
  { key: 'saml:edupersonorgunitdn', attributes: eduPerson(4), multi: true },
  { key: 'saml:edupersonprimaryaffiliation', attributes: eduPerson(5), multi: false },
  { key: 'saml:edupersonprincipalname', attributes: eduPerson(6), multi: false },
  { key: 'saml:edupersonentitlement', attributes: eduPerson(7), multi: true },
  { key: 'saml:edupersonprimaryorgunitdn', attributes: eduPerson(8), multi: false },
  { key: 'saml:edupersonscopedaffiliation', attributes: eduPerson(9), multi: true },
  { key: 'saml:edupersontargetedid', attributes: eduPerson(10), multi: true },
  { key: 'saml:edupersonassurance', attributes: eduPerson(11), multi: true },
  { key: 'saml:eduorghomepageuri', attributes: eduOrg(2), multi: true },
  { key: 'saml:eduorgidentityauthnpolicyuri', attributes: eduOrg(3), multi: true },
  { key: 'saml:eduorglegalname', attributes: eduOrg(4), multi: true },
  { key: 'saml:eduorgsuperioruri', attributes: eduOrg(5), multi: true },
  { key: 'saml:eduorgwhitepagesuri', attributes: eduOrg(6), multi: true },
  { key: 'saml:cn', attributes: oid('2.5.4.3'), multi: true },
  {
    key: 'saml:commonName',
    attributes: ['http://schemas.xmlsoap.org/claims/CommonName', ...oid('2.5.4.3')],
    multi: true,
  },
  { key: 'saml:name', attributes: [`${XMLSOAP}/name`], multi: true },
  { key: 'saml:givenName', attributes: [`${XMLSOAP}/givenname`, ...oid('2.5.4.42', '2.4.5.42')], multi: true },
  { key: 'saml:surname', attributes: [`${XMLSOAP}/surname`, ...oid('2.5.4.4')], multi: true },
  {
    key: 'saml:mail',
    attributes: [`${XMLSOAP}/emailaddress`, ...oid('0.9.2342.19200300.100.1.3', '0.9.2342.19200300100.1.3')],
    multi: true,
  },
  {
    key: 'saml:primaryGroupSID',
    attributes: ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid'],
    multi: true,
  },
  { key: 'saml:uid', attributes: oid('0.9.2342.19200300.100.1.1', '0.9.2342.19200300100.1.1'), multi: true },
  { key: 'saml:x500UniqueIdentifier', attributes: oid('2.5.4.45'), multi: true },
  { key: 'saml:organizationStatus', attributes: oid('0.9.2342.19200300.100.1.45'), multi: true },
]

const keysByAttribute: ReadonlyMap<string, readonly AttributeKey[]> = samlAttributeKeys.reduce(
  (byName, entry) => entry.attributes.reduce((map, name) => map.set(name, [...(map.get(name) ?? []), entry]), byName),
  new Map<string, AttributeKey[]>(),
)

/** One claim fills a key even where several could: the first in the document (B.1). */
const attributeContext = (attributes: Attributes): ContextValue[] =>
  [...attributes].flatMap(([name, values]) =>
    (keysByAttribute.get(name) ?? []).map(({ key, multi }) => ({ key, values, multi, source: `Attribute ${name}` })),
  )

/** An assertion as AWS looks at it. */
export interface SamlFacts {
  readonly issuer: string
  /** SubjectConfirmationData/@Recipient: this, and not the Audience, is `saml:aud`. */
  readonly recipient: string
  readonly nameId: NameId
  readonly attributes: Attributes
  /** The SAML provider in IAM. */
  readonly providerArn: string
}

const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

/** `persistent` for SAML 2.0's own formats, any other Format as it stands (B.3). */
export const subjectType = (format: string | undefined): string =>
  (format ?? UNSPECIFIED).replace(/^urn:oasis:names:tc:SAML:2\.0:nameid-format:/, '')

const providerName = (providerArn: string): { account: string; name: string } => {
  const { account = '', resource = '' } = parseArn(providerArn) ?? {}
  return { account, name: resource.replace(/^[^/]*\//, '') }
}

/** Tells the same subject of two providers apart: base64(SHA-1(issuer + account + "/" + provider name)) (B.2). */
export const nameQualifier = (issuer: string, providerArn: string): string => {
  const { account, name } = providerName(providerArn)
  return createHash('sha1').update(`${issuer}${account}/${name}`).digest('base64')
}

/** All `saml:*` keys of one assertion. */
export const samlContext = ({ issuer, recipient, nameId, attributes, providerArn }: SamlFacts): ContextValue[] => {
  const { account, name } = providerName(providerArn)
  return [
    single('saml:iss', issuer, 'Issuer'),
    single('saml:aud', recipient, 'SubjectConfirmationData/@Recipient'),
    single('saml:sub', nameId.value, 'NameID'),
    single('saml:sub_type', subjectType(nameId.format), 'NameID/@Format'),
    single('saml:namequalifier', nameQualifier(issuer, providerArn), 'computed from Issuer and provider'),
    single('saml:doc', `${account}/${name}`, 'the SAML provider in IAM'),
    ...attributeContext(attributes),
  ]
}

/** A verified ID token as AWS looks at it. */
export interface WebIdentityFacts {
  readonly issuer: string
  readonly subject: string
  /** The one audience that was matched: `azp` where the token has it, else the client id found in `aud` (C.4). */
  readonly audience: string
  /** All claims of the token: only those that AWS exposes for this issuer become keys. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Claims that AWS exposes for issuers it knows by name, next to aud, sub, azp and amr (C.2). */
const issuerClaims: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'token.actions.githubusercontent.com',
    [
      'actor',
      'actor_id',
      'job_workflow_ref',
      'repository',
      'repository_id',
      'workflow',
      'ref',
      'environment',
      'enterprise_id',
    ],
  ],
])

/** All keys that begin with the issuer's host and path. A generic issuer's other claims are not exposed. */
export const webIdentityContext = ({ issuer, subject, audience, claims }: WebIdentityFacts): ContextValue[] => {
  const prefix = issuerHostPath(issuer)
  const text = (claim: string): string | undefined => {
    const value = claims[claim]
    return typeof value === 'string' ? value : undefined
  }
  const { aud, amr } = claims
  const amrValues = (Array.isArray(amr) ? amr : [amr]).filter((value) => typeof value === 'string')
  return [
    single(`${prefix}:aud`, audience, text('azp') === undefined ? 'aud' : 'azp'),
    single(`${prefix}:sub`, subject, 'sub'),
    list(`${prefix}:amr`, amrValues, 'amr'),
    ...(prefix === 'accounts.google.com'
      ? [single(`${prefix}:oaud`, typeof aud === 'string' ? aud : audience, 'aud')]
      : [single(`${prefix}:azp`, text('azp'), 'azp')]),
    ...(issuerClaims.get(prefix) ?? []).map((claim) => single(`${prefix}:${claim}`, text(claim), claim)),
  ]
}

/** What the session to be will carry. */
export interface SessionFacts {
  readonly roleSessionName: string
  readonly sourceIdentity: string | undefined
  readonly tags: ReadonlyMap<string, string>
  readonly transitiveTagKeys: readonly string[]
}

/** `sts:*`, `aws:RequestTag/…` and `aws:TagKeys`. */
export const sessionContext = (session: SessionFacts): ContextValue[] => [
  single('sts:RoleSessionName', session.roleSessionName),
  single('sts:SourceIdentity', session.sourceIdentity),
  list('sts:TransitiveTagKeys', session.transitiveTagKeys),
  list('aws:TagKeys', [...session.tags.keys()]),
  ...[...session.tags].map(([key, value]) => single(`aws:RequestTag/${key}`, value)),
]

/** The call itself. The two federated calls are unsigned, so the caller is anonymous (D.5). */
export interface CallFacts {
  readonly now: Date
  readonly sourceIp: string
  readonly secureTransport: boolean
  readonly userAgent: string | undefined
  readonly region: string
}

/** The keys that are there in every call, with the values of one that nobody signed (aws-sts-semantics D.5). */
export const unsignedCallContext = (call: CallFacts): ContextValue[] => [
  single('aws:CurrentTime', call.now.toISOString()),
  single('aws:EpochTime', String(Math.floor(call.now.getTime() / 1000))),
  single('aws:SourceIp', call.sourceIp),
  single('aws:SecureTransport', String(call.secureTransport)),
  single('aws:UserAgent', call.userAgent),
  single('aws:RequestedRegion', call.region),
  single('aws:PrincipalType', 'Anonymous'),
  single('aws:PrincipalAccount', 'anonymous'),
  single('aws:userid', 'anonymous'),
]
