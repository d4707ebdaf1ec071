/** From an exchange as it is configured to what AWS will be shown for a role: the condition keys, and where they are from. */
import type { PresentedAssertion, PresentedEvidence, PresentedToken } from '../access/preflight/facts.ts'
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { ProviderConfig } from '../config/types.ts'
import { issuerHostPath, oidcProviderArn, type RoleArn, samlProviderArn } from '../core/arn.ts'
import type { Attributes, Identity } from '../core/identity.ts'
import { samlContext, webIdentityContext } from '../iam/condition-keys/condition-keys.ts'
import { namedProviders } from '../iam/principals.ts'
import { nameIdForAws } from '../issuer/saml-assertion.ts'
import { methodsOf } from '../issuer/web-identity-token.ts'
import { awsAttributesOf } from './aws-attributes.ts'
import type { Claims, OriginalEvidence, SamlEvidence, TokenEvidence } from './original-evidence.ts'

/** The gateway as identity provider towards AWS. */
export interface GatewayIssuers {
  readonly samlEntityId: string
  /** Missing where it issues no tokens. */
  readonly webIdentity: { readonly url: string; readonly audience: string } | undefined
}

/** A sign-in, and how it is exchanged. */
export interface EvidenceToPresent {
  readonly settings: Pick<ProviderConfig, 'exchange'>
  /** The client id at the provider, where it is an OpenID provider. */
  readonly clientId: string | undefined
  readonly identity: Identity
  readonly words: OriginalEvidence
  readonly issuers: GatewayIssuers
}

/** Of a role that may be taken: where it is, and the SAML provider that the identity provider named beside it. */
export interface RoleToPresentTo {
  readonly role: RoleArn
  readonly providerArn?: string
}

type Place = Pick<RoleArn, 'partition' | 'account'>

const AWS_NAMES = ['Role', 'RoleSessionName', 'SessionDuration', 'SourceIdentity', 'TransitiveTagKeys'].map(
  (name) => `https://aws.amazon.com/SAML/Attributes/${name}`,
)
const TAG = 'https://aws.amazon.com/SAML/Attributes/PrincipalTag:'

const TIMES: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf'])

/** What AWS is shown, role by role; what is the same for the roles of an account is made once. */
export function presentEvidence(one: EvidenceToPresent): (role: RoleToPresentTo) => PresentedEvidence {
  const made = new Map<string, PresentedEvidence>()
  const attributes = new Map(awsAttributesOf(one.identity.attributes).map(({ name, values }) => [name, values]))
  return (role) => {
    const place = `${role.role.partition} ${role.role.account} ${role.providerArn ?? ''}`
    const found = made.get(place) ?? shown(one, attributes, role)
    made.set(place, found)
    return found
  }
}

function shown(
  one: EvidenceToPresent,
  attributes: Attributes,
  { role, providerArn }: RoleToPresentTo,
): PresentedEvidence {
  const { settings, words, clientId = '' } = one
  const { exchange } = settings
  if (exchange.evidence === 'reissued')
    return exchange.via === 'saml'
      ? reissuedAssertion(one, attributes, role, exchange.provider)
      : reissuedToken(one, role)
  if (words.kind === 'web-identity') return originalToken(words, clientId, role)
  const { provider = '', stsDecrypts = false } = exchange.via === 'saml' ? exchange : {}
  const principal = providerArn ?? samlProviderArn(role.partition, role.account, provider)
  return originalAssertion(words, principal, stsDecrypts)
}

function reissuedAssertion(
  { identity, issuers }: EvidenceToPresent,
  attributes: Attributes,
  place: Place,
  provider: string,
): PresentedAssertion {
  const partition = partitionById(place.partition)
  const recipient = partition && samlRecipient(partition)
  const principal = samlProviderArn(place.partition, place.account, provider)
  const nameId = nameIdForAws(identity)
  const facts = { issuer: issuers.samlEntityId, recipient: recipient ?? '', nameId, attributes, providerArn: principal }
  return {
    kind: 'saml',
    principal,
    identity: samlContext(facts),
    recipient,
    audiences: partition && [partition.audience],
    nameId,
    rolePairs: undefined,
    confirmationCount: undefined,
    isReadable: true,
  }
}

function reissuedToken({ identity, issuers: { webIdentity } }: EvidenceToPresent, place: Place): PresentedToken {
  const { url = '', audience = '' } = webIdentity ?? {}
  return token({ iss: url, aud: audience, sub: identity.subject, amr: methodsOf(identity) }, audience, place)
}

function token(claims: Claims, clientId: string, place: Place): PresentedToken {
  const issuer = textOf(claims.iss) ?? ''
  const subject = textOf(claims.sub)
  const statedAudiences = textsOf(claims.aud)
  const audiences = typeof claims.azp === 'string' ? [claims.azp] : statedAudiences
  // Of several AWS exposes the one that IAM's provider has.
  const audience = audiences.find((each) => each === clientId) ?? audiences[0] ?? ''
  return {
    kind: 'web-identity',
    principal: tokenPrincipal(issuer, place),
    identity: webIdentityContext({ issuer, subject: subject ?? '', audience, claims }),
    issuer,
    subject,
    audiences,
    statedAudiences,
    clientId,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsOf(value: unknown): readonly string[] {
  return [value].flat().filter((each) => typeof each === 'string')
}

/** Registered in the role's account, or known to IAM by name (C.5). */
function tokenPrincipal(issuer: string, { partition, account }: Place): string {
  const host = issuerHostPath(issuer)
  return namedProviders.has(host) ? host : oidcProviderArn(partition, account, issuer)
}

function originalToken(words: TokenEvidence, clientId: string, place: Place): PresentedToken {
  return {
    ...token(words.claims, clientId, place),
    times: new Map(Object.entries(words.claims).filter(([name]) => TIMES.has(name))),
    ...(words.algorithm === undefined ? {} : { algorithm: words.algorithm }),
    ...(words.isKeyNamed === undefined ? {} : { isKeyNamed: words.isKeyNamed }),
    ...(words.length === undefined ? {} : { length: words.length }),
    ...(words.life ? { life: words.life } : {}),
    ...(words.isKept ? { isKept: true } : {}),
  }
}

function originalAssertion(words: SamlEvidence, principal: string, stsDecrypts: boolean): PresentedAssertion {
  const { issuer, recipient, audiences, nameId, attributes, rolePairs, confirmationCount, isEncrypted } = words
  return {
    kind: 'saml',
    principal,
    identity: samlContext({
      issuer,
      recipient: recipient ?? '',
      nameId: nameId ?? { value: '' },
      attributes,
      providerArn: principal,
    }),
    recipient,
    audiences,
    nameId,
    rolePairs,
    confirmationCount,
    durations: attributes.get('https://aws.amazon.com/SAML/Attributes/SessionDuration') ?? [],
    isReadable: !isEncrypted || stsDecrypts,
    misnamed: [...attributes.keys()].filter((name) => !isAwsName(name) && isAwsName(asAws(name))),
    ...(words.unverified ? { unverified: words.unverified } : {}),
    ...(words.isConfirmed === undefined ? {} : { isConfirmed: words.isConfirmed }),
    ...(words.length === undefined ? {} : { length: words.length }),
    ...(words.life ? { life: words.life } : {}),
    ...(words.isKept ? { isKept: true } : {}),
  }
}

function isAwsName(name: string): boolean {
  return AWS_NAMES.includes(name) || name.startsWith(TAG)
}

/** The name of AWS's that has these letters; else the name itself. */
function asAws(name: string): string {
  return (
    [...AWS_NAMES, TAG].find(
      (known) => name.slice(0, known === TAG ? TAG.length : undefined).toLowerCase() === known.toLowerCase(),
    ) ?? name
  )
}
