/** From a verified token to the keys with its issuer's host and path as prefix (aws-facts C.1, C.2, C.4). */
import { issuerHostPath } from '../../core/arn.ts'
import { awsTokenClaims } from '../../core/aws-attributes.ts'
import { unverifiedAssumptions } from '../unverified-assumptions.ts'
import { type ContextValue, list, single } from './context.ts'
import { type IssuerClaim, issuerClaimsOf } from './issuer-claims.ts'

/** A verified token as AWS reads it. */
export interface WebIdentityFacts {
  /** The issuer's URL; for Login with Amazon and Facebook the host. */
  readonly issuer: string
  readonly subject: string
  /** The one audience that was matched: `azp` if the token has it, else the client ID found in `aud` (C.4). */
  readonly audience: string
  /** All claims of the token: only those that AWS exposes for this issuer become keys. */
  readonly claims: Claims
}

type Claims = Readonly<Record<string, unknown>>
const GOOGLE = 'accounts.google.com'

type KeysOf = (prefix: string, facts: WebIdentityFacts) => ContextValue[]

/** Of every issuer without keys of its own, Google among them. */
const defaultKeys: KeysOf = (prefix, { subject, audience, claims }) => {
  const azp = text(claims, 'azp')
  const [aud] = texts(claims.aud)
  return [
    single(`${prefix}:aud`, audience, azp === undefined ? 'aud' : 'azp'),
    single(`${prefix}:oaud`, azp === undefined ? audience : aud, 'aud'),
    single(`${prefix}:sub`, subject, 'sub'),
    list(`${prefix}:amr`, texts(claims.amr), 'amr'),
    single(`${prefix}:email`, text(claims, 'email'), 'email'),
    ...(prefix === GOOGLE ? [] : [single(`${prefix}:azp`, azp, 'azp')]),
  ]
}

const cognitoKeys: KeysOf = (prefix, { subject, audience, claims }) => [
  single(`${prefix}:aud`, audience, 'aud'),
  single(`${prefix}:oaud`, audience, 'aud'),
  single(`${prefix}:sub`, subject, 'sub'),
  list(`${prefix}:amr`, texts(claims.amr), 'amr'),
]

const ownKeys: ReadonlyMap<string, KeysOf> = new Map([
  ['cognito-identity.amazonaws.com', cognitoKeys],
  ['www.amazon.com', accessTokenKeys('user_id', 'sub')],
  ['graph.facebook.com', accessTokenKeys('id')],
])

/** All keys of one token. A generic issuer's other claims are not exposed. */
export function webIdentityContext(facts: WebIdentityFacts): ContextValue[] {
  const prefix = issuerHostPath(facts.issuer)
  const { claims = [] } = issuerClaimsOf(prefix) ?? {}
  const keys = [
    ...(ownKeys.get(prefix) ?? defaultKeys)(prefix, facts),
    ...claims.map((claim) => issuerKey(prefix, claim, facts.claims)),
  ]
  return facts.issuer.endsWith('/') ? keys.flatMap((each) => withSlash(each, prefix)) : keys
}

function issuerKey(prefix: string, { name, source, valueIn, unconfirmed }: IssuerClaim, claims: Claims): ContextValue {
  const value = valueIn(claims)
  const key = single(`${prefix}:${name}`, value, source)
  return unconfirmed && value !== undefined ? { ...key, otherwise: { fact: unconfirmed, values: [] } } : key
}

/**
 * Whether the token names the role: a claim that STS enforces by itself if the token has it (C.7). `role` is the ARN of
 * the role that is asked for.
 */
export function roleAuthorizedByIdp(claims: Claims, role: string): ContextValue {
  const roles = authorizedRoles(claims)
  const key = single('sts:RoleAuthorizedByIdp', String(roles?.includes(role) ?? false), awsTokenClaims.roles)
  return roles === undefined ? { ...key, otherwise: { fact: unverifiedAssumptions.rolesClaimAbsent, values: [] } } : key
}

/** The roles that the token may be used for; undefined if it does not limit them. */
export function authorizedRoles(claims: Claims): readonly string[] | undefined {
  const value = Object.hasOwn(claims, awsTokenClaims.roles) ? claims[awsTokenClaims.roles] : undefined
  return value === undefined ? undefined : texts(value)
}

/** The key as it is, and as it would be if the trailing slash of the issuer were kept. */
function withSlash(value: ContextValue, prefix: string): ContextValue[] {
  const fact = unverifiedAssumptions.issuerSlash
  const { key, values, multi, otherwise = { fact, values: [] } } = value
  if (values.length === 0) return [value]
  const kept = { ...list(`${prefix}/${key.slice(prefix.length)}`, []), multi, otherwise: { fact, values } }
  return [{ ...value, otherwise }, kept]
}

function text(claims: Claims, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function texts(value: unknown): readonly string[] {
  if (value === undefined) return []
  return [value].flat().filter((each) => typeof each === 'string')
}

function accessTokenKeys(...names: readonly string[]): KeysOf {
  return (prefix, { subject, audience }) => [
    single(`${prefix}:app_id`, audience, 'the application'),
    ...names.map((name) => single(`${prefix}:${name}`, subject, 'the user')),
  ]
}
