/**
 * What AWS will be sent for a role, as AWS will read it: the condition keys that it fills, and the facts that the
 * preflight checks. Used by the STS request, the preflight, `fedgate explain` and the pages.
 */
import { COGNITO_ISSUER, identityPoolOf } from '../access/identity-pool.ts'
import type { PresentedAssertion, PresentedEvidence, PresentedToken } from '../access/preflight/facts.ts'
import type { ProviderConfig } from '../config/types.ts'
import { issuerHostPath, oidcProviderArn, type RoleArn, samlProviderArn } from '../core/arn.ts'
import { awsSamlAttributes } from '../core/aws-attributes.ts'
import type { Attributes, Identity } from '../core/identity.ts'
import {
  authorizedRoles,
  roleAuthorizedByIdp,
  samlContext,
  webIdentityContext,
} from '../iam/condition-keys/condition-keys.ts'
import { namedProviders } from '../iam/principals.ts'
import type { Claims, OriginalAssertion, OriginalEvidence, OriginalToken } from './original-evidence.ts'
import { type ReissuedAssertion, reissuedAssertion, reissuedToken } from './reissued-evidence.ts'

/** The gateway as identity provider for AWS. */
export interface GatewayIssuers {
  readonly samlEntityId: string
  /** Absent if the gateway issues no tokens. */
  readonly webIdentity: { readonly url: string; readonly audience: string } | undefined
}

/** A sign-in, and how its evidence is exchanged. */
export interface EvidenceToPresent {
  readonly provider: ProviderConfig
  readonly identity: Identity
  readonly original: OriginalEvidence
  readonly issuers: GatewayIssuers
}

/** A role, and the SAML provider that the identity provider named with it in the Role attribute. */
export interface RoleToPresentTo extends RoleArn {
  readonly providerArn?: string
}

type Place = Pick<RoleArn, 'partition' | 'account'>

const { principalTag: TAG, ...wholeNames } = awsSamlAttributes
const AWS_NAMES: readonly string[] = Object.values(wholeNames)

const TIMES: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf'])

/** What AWS will be sent, role by role; what is the same for the roles of an account is computed once. */
export function presentEvidence(one: EvidenceToPresent): (role: RoleToPresentTo) => PresentedEvidence {
  const made = new Map<string, PresentedEvidence>()
  const present = presenter(one)
  return (role) => {
    const place = `${role.partition} ${role.account} ${role.providerArn ?? ''}`
    const found = made.get(place) ?? present(role)
    made.set(place, found)
    return found
  }
}

function presenter({ provider, identity, original, issuers }: EvidenceToPresent) {
  const { exchange } = provider
  if (exchange.evidence === 'reissued') {
    const pool = identityPoolOf(provider)
    if (pool !== undefined) return (role: RoleToPresentTo) => tokenOfPool(pool, issuers, role)
    if (exchange.via === 'web-identity') return (role: RoleToPresentTo) => presentedToken(identity, issuers, role)
    const reissued = reissuedAssertion(identity, exchange.provider)
    return (role: RoleToPresentTo) => presentedAssertion(reissued(role), issuers)
  }
  if (original.kind === 'web-identity') {
    const clientId = identityPoolOf(provider) ?? (provider.protocol === 'oidc' ? provider.clientId : '')
    return (role: RoleToPresentTo) => originalToken(original, clientId, role)
  }
  const { provider: name = '', stsDecrypts = false } = exchange.via === 'saml' ? exchange : {}
  return ({ partition, account, providerArn }: RoleToPresentTo) =>
    originalAssertion(original, providerArn ?? samlProviderArn(partition, account, name), stsDecrypts)
}

function presentedAssertion(
  { nameId, attributes, providerArn, aws }: ReissuedAssertion,
  { samlEntityId }: GatewayIssuers,
): PresentedAssertion {
  const recipient = aws?.recipient
  return {
    kind: 'saml',
    principal: providerArn,
    identity: samlContext({ issuer: samlEntityId, recipient: recipient ?? '', nameId, attributes, providerArn }),
    recipient,
    audiences: aws && [aws.audience],
    nameId,
    rolePairs: undefined,
    confirmationCount: undefined,
    isReadable: true,
  }
}

function presentedToken(identity: Identity, { webIdentity }: GatewayIssuers, place: Place): PresentedToken {
  const { url = '', audience = '' } = webIdentity ?? {}
  const { subject, methods } = reissuedToken(identity)
  return token({ iss: url, aud: audience, sub: subject, amr: methods }, audience, place)
}

/** Which identity the pool gives the user is known after the exchange only: conditions on it are unknown before. */
function tokenOfPool(pool: string, { webIdentity }: GatewayIssuers, place: Place): PresentedToken {
  const login = issuerHostPath(webIdentity?.url ?? '')
  const claims = { iss: COGNITO_ISSUER, aud: pool, sub: `${pool.split(':')[0]}:…`, amr: ['authenticated', login] }
  return token(claims, pool, place)
}

function token(claims: Claims, clientId: string, place: Place): PresentedToken {
  const issuer = textOf(claims.iss) ?? ''
  const subject = textOf(claims.sub)
  const statedAudiences = textsOf(claims.aud)
  const audiences = typeof claims.azp === 'string' ? [claims.azp] : statedAudiences
  // Of several audiences AWS exposes the one that IAM's provider has.
  const audience = audiences.find((each) => each === clientId) ?? audiences[0] ?? ''
  const roles = authorizedRoles(claims)
  // The key is asked for a role that the token names: for any other one the token itself is refused.
  const authorized = roleAuthorizedByIdp(claims, roles?.[0] ?? '')
  return {
    kind: 'web-identity',
    principal: tokenPrincipal(issuer, place),
    identity: [...webIdentityContext({ issuer, subject: subject ?? '', audience, claims }), authorized],
    ...(roles && { authorizedRoles: roles }),
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

function originalToken(
  { claims, encoded: _, ...facts }: OriginalToken,
  clientId: string,
  place: Place,
): PresentedToken {
  const presented = { ...token(claims, clientId, place), ...facts }
  // An access token has no claims: these are what its provider says about it.
  if (facts.providerId !== undefined) return presented
  return { ...presented, times: new Map(Object.entries(claims).filter(([name]) => TIMES.has(name))) }
}

function originalAssertion(
  { issuer, attributes, isEncrypted, encoded: _, ...facts }: OriginalAssertion,
  principal: string,
  stsDecrypts: boolean,
): PresentedAssertion {
  const { recipient = '', nameId = { value: '' } } = facts
  return {
    ...facts,
    principal,
    identity: samlContext({ issuer, recipient, nameId, attributes, providerArn: principal }),
    durations: attributes.get(awsSamlAttributes.sessionDuration) ?? [],
    isReadable: !isEncrypted || stsDecrypts,
    misnamed: misnamedIn(attributes),
  }
}

/** AWS compares names byte for byte. */
function misnamedIn(attributes: Attributes): readonly string[] {
  return [...attributes.keys()].filter((name) => !isAwsName(name) && isAwsName(asAws(name)))
}

function isAwsName(name: string): boolean {
  return AWS_NAMES.includes(name) || name.startsWith(TAG)
}

/** AWS's own name if it differs only in case; otherwise the name itself. */
function asAws(name: string): string {
  return (
    [...AWS_NAMES, TAG].find(
      (known) => name.slice(0, known === TAG ? TAG.length : undefined).toLowerCase() === known.toLowerCase(),
    ) ?? name
  )
}
