// biome-ignore-all lint/suspicious/noTemplateCurlyInString: AWS writes the key of a tag so
/**
 * The condition keys that AWS fills when roles are assumed, as a table: what fills each of them, in which calls,
 * whether it can hold a list, and where a policy may use it (aws-facts B.1, C.1, C.2, D.5).
 */
import { type UnverifiedAssumption, unverifiedAssumptions } from '../unverified-assumptions.ts'
import { issuerClaimsOf, issuerGroups } from './issuer-claims.ts'

export interface ConditionKey {
  /** As AWS writes it; `<issuer>` is the host and path of an issuer, `${TagKey}` the key of a tag. */
  readonly key: string
  /** The actions that have it when they are evaluated. */
  readonly actions: readonly string[]
  /** What fills it: an element of the assertion, a claim of the token, a parameter of the call. */
  readonly source: string
  /** Names of the SAML attributes that fill it, compared byte for byte. */
  readonly attributes: readonly string[]
  /** Whether it can hold a list: then it needs ForAnyValue or ForAllValues. */
  readonly multi: boolean
  /** `trust`: in the role's trust policy; `session`: in policies for what the session does afterwards. */
  readonly usableIn: readonly ('trust' | 'session')[]
  /** The part that is not confirmed outside AWS. */
  readonly unconfirmed?: UnverifiedAssumption
}

const TRUST = ['trust'] as const
const SESSION = ['session'] as const
const BOTH = ['trust', 'session'] as const

/** Permission-only actions: evaluated with the keys of the call that sets tags or a source identity. */
const WITHIN_CALLS = ['sts:TagSession', 'sts:SetSourceIdentity']
const ASSUME_ROLE = ['sts:AssumeRole', ...WITHIN_CALLS]
const WITH_SAML = ['sts:AssumeRoleWithSAML', ...WITHIN_CALLS]
const WITH_TOKEN = ['sts:AssumeRoleWithWebIdentity', ...WITHIN_CALLS]
const EVERY_ASSUME = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity', ...WITHIN_CALLS]
const SIGNED = [...ASSUME_ROLE, 'sts:GetFederationToken']
const TAGGED = [...EVERY_ASSUME, 'sts:GetFederationToken']
const BEARER = ['sts:GetServiceBearerToken']
const SET_CONTEXT = ['sts:SetContext']
const OUTBOUND = ['sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken']

type Rest = Partial<Pick<ConditionKey, 'attributes' | 'multi' | 'usableIn' | 'unconfirmed'>>

/** From the assertion itself. Three keys remain in the session, and in the roles it assumes (B.1). */
const samlElements: readonly ConditionKey[] = [
  row('saml:iss', WITH_SAML, 'Issuer'),
  row('saml:aud', WITH_SAML, 'SubjectConfirmationData/@Recipient'),
  row('saml:sub', [...WITH_SAML, 'sts:AssumeRole'], 'NameID', { usableIn: BOTH }),
  row('saml:sub_type', [...WITH_SAML, 'sts:AssumeRole'], 'NameID/@Format', {
    usableIn: BOTH,
    unconfirmed: unverifiedAssumptions.missingFormat,
  }),
  row(
    'saml:namequalifier',
    [...WITH_SAML, 'sts:AssumeRole'],
    'computed: base64 of SHA-1 of Issuer, account, "/" and the name of the SAML provider',
    { usableIn: BOTH },
  ),
  row('saml:doc', WITH_SAML, 'computed: account and name of the SAML provider'),
]

const XMLSOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

const SINGLE = { multi: false }

/** From attributes. AWS's own page misprints some OIDs; both forms count (B.1). */
const samlAttributes: readonly ConditionKey[] = [
  attribute('saml:edupersonaffiliation', eduPerson(1)),
  attribute('saml:edupersonnickname', eduPerson(2)),
  attribute('saml:edupersonorgdn', eduPerson(3), SINGLE),
  attribute('saml:edupersonorgunitdn', eduPerson(4)),
  attribute('saml:edupersonprimaryaffiliation', eduPerson(5), SINGLE),
  attribute('saml:edupersonprincipalname', eduPerson(6), SINGLE),
  attribute('saml:edupersonentitlement', eduPerson(7)),
  attribute('saml:edupersonprimaryorgunitdn', eduPerson(8), SINGLE),
  attribute('saml:edupersonscopedaffiliation', eduPerson(9)),
  attribute('saml:edupersontargetedid', eduPerson(10), {
    multi: true,
    unconfirmed: unverifiedAssumptions.nestedTargetedId,
  }),
  attribute('saml:edupersonassurance', eduPerson(11)),
  attribute('saml:eduorghomepageuri', eduOrg(2)),
  attribute('saml:eduorgidentityauthnpolicyuri', eduOrg(3)),
  attribute('saml:eduorglegalname', eduOrg(4)),
  attribute('saml:eduorgsuperioruri', eduOrg(5)),
  attribute('saml:eduorgwhitepagesuri', eduOrg(6)),
  attribute('saml:cn', oid('2.5.4.3')),
  attribute('saml:commonName', ['http://schemas.xmlsoap.org/claims/CommonName', ...oid('2.5.4.3')]),
  attribute('saml:name', [`${XMLSOAP}/name`]),
  attribute('saml:givenName', [`${XMLSOAP}/givenname`, ...oid('2.5.4.42', '2.4.5.42')]),
  attribute('saml:surname', [`${XMLSOAP}/surname`, ...oid('2.5.4.4')]),
  attribute('saml:mail', [`${XMLSOAP}/emailaddress`, ...oid('0.9.2342.19200300.100.1.3', '0.9.2342.19200300100.1.3')]),
  attribute('saml:primaryGroupSID', ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid']),
  attribute('saml:uid', oid('0.9.2342.19200300.100.1.1', '0.9.2342.19200300100.1.1'), {
    multi: true,
    unconfirmed: unverifiedAssumptions.groupSidAsUid,
  }),
  attribute('saml:x500UniqueIdentifier', oid('2.5.4.45')),
  attribute('saml:organizationStatus', oid('0.9.2342.19200300.100.1.45')),
]

const COGNITO = 'cognito-identity.amazonaws.com'

/** From tokens: the keys of every issuer, and those of the providers that IAM knows by name (C.1). */
const tokenClaims: readonly ConditionKey[] = [
  claim('<issuer>:aud', 'azp, else aud', { usableIn: BOTH }),
  claim('<issuer>:sub', 'sub'),
  claim('<issuer>:amr', 'amr', { multi: true, usableIn: BOTH }),
  claim('<issuer>:email', 'email', { usableIn: TRUST }),
  claim('<issuer>:oaud', 'aud, even if the token has an azp', { usableIn: TRUST }),
  claim('<issuer>:azp', "azp; no longer on AWS's page", { usableIn: TRUST }),
  claim('accounts.google.com:aud', 'azp, else aud'),
  claim('accounts.google.com:sub', 'sub'),
  claim('accounts.google.com:amr', 'amr', { multi: true, usableIn: BOTH }),
  claim('accounts.google.com:email', 'email', { usableIn: TRUST }),
  claim('accounts.google.com:oaud', 'aud, even if the token has an azp', { usableIn: TRUST }),
  claim(`${COGNITO}:aud`, 'aud: the identity pool'),
  claim(`${COGNITO}:oaud`, 'aud: the identity pool', { usableIn: TRUST }),
  claim(`${COGNITO}:sub`, 'sub: the identity'),
  claim(`${COGNITO}:amr`, 'amr: unauthenticated, or authenticated and the name of the login provider', {
    multi: true,
    usableIn: BOTH,
  }),
  claim('www.amazon.com:app_id', 'the application that the access token is for'),
  claim('www.amazon.com:sub', 'the user that the access token is for'),
  claim('www.amazon.com:user_id', 'the user that the access token is for'),
  claim('graph.facebook.com:app_id', 'the application that the access token is for'),
  claim('graph.facebook.com:id', 'the user that the access token is for'),
]

/** Further claims, of the issuers for which AWS makes keys of them (C.2). */
const issuerClaims: readonly ConditionKey[] = issuerGroups.flatMap(({ issuers, claims }) =>
  issuers.flatMap((issuer) =>
    claims.map(({ name, source, unconfirmed }) =>
      claim(`${issuer}:${name}`, source, { usableIn: TRUST, ...(unconfirmed && { unconfirmed }) }),
    ),
  ),
)

/** Of the new session. */
const sessionKeys: readonly ConditionKey[] = [
  row('sts:RoleSessionName', EVERY_ASSUME, 'RoleSessionName: attribute or parameter'),
  row('sts:SourceIdentity', EVERY_ASSUME, 'SourceIdentity: attribute, claim or parameter'),
  row('sts:TransitiveTagKeys', EVERY_ASSUME, 'the transitive among the session tags, inherited ones too', {
    multi: true,
  }),
  row('aws:RequestTag/${TagKey}', [...TAGGED, ...OUTBOUND], 'the session tag of that key', { usableIn: BOTH }),
  row('aws:TagKeys', [...TAGGED, ...OUTBOUND], 'the keys of the session tags', { multi: true, usableIn: BOTH }),
  row('sts:ExternalId', ASSUME_ROLE, 'ExternalId: parameter'),
  row(
    'sts:RoleAuthorizedByIdp',
    ['sts:AssumeRoleWithWebIdentity'],
    'whether the claim https://aws.amazon.com/roles names the role; false without it, which is not confirmed',
  ),
  row('sts:RequestContextProviders', SET_CONTEXT, 'ProvidedContexts: the ARNs of the context providers', {
    multi: true,
  }),
  row('sts:RequestContext/${ContextKey}', SET_CONTEXT, "that key of a context provider's signed assertion"),
  row('iam:ResourceTag/${TagKey}', EVERY_ASSUME, 'the tag of the role', { usableIn: BOTH }),
  row('aws:ResourceTag/${TagKey}', EVERY_ASSUME, 'the tag of the role', { usableIn: BOTH }),
]

/** Of the signer; calls that identity providers vouch for are unsigned (D.5). */
const callerKeys: readonly ConditionKey[] = [
  row('aws:PrincipalArn', SIGNED, 'the caller; of a session its role', { usableIn: BOTH }),
  row('aws:PrincipalAccount', TAGGED, "the caller's account; anonymous in unsigned calls", { usableIn: BOTH }),
  row('aws:PrincipalType', TAGGED, 'Account, User, AssumedRole, FederatedUser; Anonymous in unsigned calls', {
    usableIn: BOTH,
  }),
  row('aws:PrincipalTag/${TagKey}', SIGNED, "the caller's tag: of the session, else of its role or user", {
    usableIn: BOTH,
    unconfirmed: unverifiedAssumptions.principalTagAtFirst,
  }),
  row('aws:userid', TAGGED, "the caller's unique id, for a session with its name; anonymous in unsigned calls", {
    usableIn: BOTH,
    unconfirmed: unverifiedAssumptions.callerIds,
  }),
  row('aws:username', SIGNED, 'the name of a user', { usableIn: BOTH, unconfirmed: unverifiedAssumptions.callerIds }),
  row('aws:SourceIdentity', ASSUME_ROLE, "the source identity of the caller's session", { usableIn: BOTH }),
  row(
    'aws:FederatedProvider',
    ASSUME_ROLE,
    'the provider that vouched: the ARN of its registration, or the name of one that IAM knows',
    { usableIn: BOTH, unconfirmed: unverifiedAssumptions.federatedProviderAtFirst },
  ),
  row('aws:TokenIssueTime', ASSUME_ROLE, "when the caller's temporary credentials were made", { usableIn: BOTH }),
  row('aws:MultiFactorAuthPresent', ASSUME_ROLE, 'whether MFA made the temporary credentials', { usableIn: BOTH }),
  row('aws:MultiFactorAuthAge', ASSUME_ROLE, 'seconds since that MFA', { usableIn: BOTH }),
]

const callKeys: readonly ConditionKey[] = [
  row('aws:CurrentTime', TAGGED, 'the time', { usableIn: BOTH }),
  row('aws:EpochTime', TAGGED, 'the time, in seconds since 1970', { usableIn: BOTH }),
  row('aws:SourceIp', TAGGED, 'the address that the call comes from', { usableIn: BOTH }),
  row('aws:SecureTransport', TAGGED, 'whether it comes by TLS', { usableIn: BOTH }),
  row('aws:UserAgent', TAGGED, 'the header User-Agent', { usableIn: BOTH }),
  row('aws:RequestedRegion', TAGGED, 'the region that is called', { usableIn: BOTH }),
  row('sts:AWSServiceName', BEARER, 'the service that asks for a bearer token', { usableIn: SESSION }),
  row(
    'sts:DurationSeconds',
    [...BEARER, ...OUTBOUND],
    'the life of a bearer token, or of the token of GetWebIdentityToken; never that of a role session',
    { usableIn: SESSION },
  ),
  row('sts:IdentityTokenAudience', OUTBOUND, 'Audience: parameter', { multi: true, usableIn: SESSION }),
  row('sts:SigningAlgorithm', OUTBOUND, 'SigningAlgorithm: parameter', { usableIn: SESSION }),
  row('sts:TaskPolicyArn', ['sts:AssumeRoot'], 'TaskPolicyArn: parameter', { usableIn: SESSION }),
]

/** Every key, family by family. */
export const conditionKeyTable: readonly ConditionKey[] = [
  ...samlElements,
  ...samlAttributes,
  ...tokenClaims,
  ...issuerClaims,
  ...sessionKeys,
  ...callerKeys,
  ...callKeys,
]

/** The keys that attributes of an assertion fill. */
export const samlAttributeKeys: readonly ConditionKey[] = samlAttributes

const byName: ReadonlyMap<string, ConditionKey> = new Map(
  conditionKeyTable.map((each) => [each.key.toLowerCase(), each]),
)

/** `<issuer>:claim`, where the issuer is a host, with or without port and path. */
const OF_ISSUER = /^((?:localhost|[^:/.]*\.[^:/]*)(?::\d+)?(?:\/.*)?):([^:]+)$/

/** In lower case. Most keys have another name, and need not be compared with every issuer. */
const issuerClaimNames: ReadonlySet<string> = new Set(
  issuerGroups.flatMap(({ claims }) => claims.map(({ name }) => name.toLowerCase())),
)

const ownPrefixes = ['accounts.google.com:', `${COGNITO}:`, 'www.amazon.com:', 'graph.facebook.com:']

/** The row of a key as a policy writes it, whatever its case; undefined: AWS has no such key. */
export function conditionKeyOf(key: string): ConditionKey | undefined {
  const name = key.toLowerCase()
  const found = byName.get(name) ?? keyWithName(name)
  if (found) return found
  const [, issuer = '', claimName] = OF_ISSUER.exec(name) ?? []
  if (claimName === undefined) return undefined
  const ofIssuer = issuerClaimNames.has(claimName) ? issuerClaimsOf(issuer) : undefined
  return (
    (ofIssuer && byName.get(`${ofIssuer.issuer}:${claimName}`.toLowerCase())) ??
    (hasKeysOfItsOwn(name) ? undefined : byName.get(`<issuer>:${claimName}`))
  )
}

/**
 * Whether tokens of every issuer fill a key of that name, as `<issuer>:sub` beside `accounts.google.com:sub`; undefined
 * for a key that no token fills.
 */
export function hasGenericKey({ key }: ConditionKey): boolean | undefined {
  const at = key.lastIndexOf(':')
  if (!key.startsWith('<issuer>') && !key.slice(0, at).includes('.')) return undefined
  return byName.has(`<issuer>${key.slice(at)}`.toLowerCase())
}

/** The row of a key whose end is a name, such as `aws:RequestTag/${TagKey}`. */
function keyWithName(name: string): ConditionKey | undefined {
  const slash = name.indexOf('/')
  if (slash < 0) return undefined
  const start = name.slice(0, slash)
  return byName.get(`${start}/\${tagkey}`) ?? byName.get(`${start}/\${contextkey}`)
}

function hasKeysOfItsOwn(name: string): boolean {
  return ownPrefixes.some((prefix) => name.startsWith(prefix))
}

function row(key: string, actions: readonly string[], source: string, rest: Rest = {}): ConditionKey {
  return {
    key,
    actions,
    source,
    attributes: [],
    multi: false,
    usableIn: TRUST,
    ...rest,
  }
}

function attribute(key: string, attributes: readonly string[], rest: Rest = { multi: true }): ConditionKey {
  return row(key, WITH_SAML, 'Attribute', { attributes, ...rest })
}

function eduPerson(last: number): string[] {
  return oid(`1.3.6.1.4.1.5923.1.1.1.${last}`)
}

/** X.500 names are valid with and without the prefix (B.1). */
function oid(...numbers: string[]): string[] {
  return numbers.flatMap((number) => [`urn:oid:${number}`, number])
}

function eduOrg(last: number): string[] {
  return oid(`1.3.6.1.4.1.5923.1.2.1.${last}`)
}

function claim(key: string, source: string, rest: Rest = { usableIn: BOTH }): ConditionKey {
  return row(key, rest.usableIn === TRUST ? WITH_TOKEN : [...WITH_TOKEN, 'sts:AssumeRole'], source, rest)
}
