/** From a verified token to the keys with its issuer's host and path as prefix (aws-facts C.1, C.2, C.4). */
import { issuerHostPath } from '../../core/arn.ts'
import { unverifiedAssumptions } from '../unverified-assumptions.ts'
import { conditionKeyTable } from './condition-key-table.ts'
import { type ContextValue, list, single } from './context.ts'

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
type KeysOf = (prefix: string, facts: WebIdentityFacts) => ContextValue[]

const genericKeys: KeysOf = (prefix, { subject, audience, claims }) => {
  const azp = text(claims, 'azp')
  const [aud] = texts(claims.aud)
  return [
    {
      ...single(`${prefix}:aud`, audience, azp === undefined ? 'aud' : 'azp'),
      ...(azp === undefined || aud === undefined || texts(claims.aud).includes(audience)
        ? {}
        : { otherwise: { fact: unverifiedAssumptions.authorizedParty, values: [aud] } }),
    },
    single(`${prefix}:sub`, subject, 'sub'),
    list(`${prefix}:amr`, texts(claims.amr), 'amr'),
    single(`${prefix}:azp`, azp, 'azp'),
    ...(exposed.get(prefix) ?? []).map((name) => single(`${prefix}:${name}`, text(claims, name), name)),
  ]
}

/** Claims that AWS exposes for issuers it knows, besides aud, sub, amr and azp: from the table, by host. */
const exposed: ReadonlyMap<string, readonly string[]> = conditionKeyTable.reduce((byHost, { key }) => {
  const [, host, name] = /^(token\.actions\.githubusercontent\.com):(.*)$/.exec(key) ?? []
  return host === undefined || name === undefined ? byHost : byHost.set(host, [...(byHost.get(host) ?? []), name])
}, new Map<string, readonly string[]>())

const googleKeys: KeysOf = (prefix, { subject, audience, claims }) => {
  const [aud = audience] = texts(claims.aud)
  return [
    single(`${prefix}:aud`, audience, text(claims, 'azp') === undefined ? 'aud' : 'azp'),
    single(`${prefix}:oaud`, aud, 'aud'),
    single(`${prefix}:sub`, subject, 'sub'),
  ]
}

const cognitoKeys: KeysOf = (prefix, { subject, audience, claims }) => [
  single(`${prefix}:aud`, audience, 'aud'),
  single(`${prefix}:sub`, subject, 'sub'),
  list(`${prefix}:amr`, texts(claims.amr), 'amr'),
]

const ownKeys: ReadonlyMap<string, KeysOf> = new Map([
  ['accounts.google.com', googleKeys],
  ['cognito-identity.amazonaws.com', cognitoKeys],
  ['www.amazon.com', accessTokenKeys('user_id')],
  ['graph.facebook.com', accessTokenKeys('id')],
])

/** Issuers for which AWS exposes more claims since 2026; which ones is not known here (C.2). */
const SINCE_2026 = /^(?:accounts\.google\.com|oidc\.circleci\.com\/org\/[^/]+|[\w.-]+\.oraclecloud\.com(?:\/.*)?)$/
const REGISTERED: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'azp',
  'amr',
  'nonce',
])

/** All keys of one token. A generic issuer's other claims are not exposed. */
export function webIdentityContext(facts: WebIdentityFacts): ContextValue[] {
  const prefix = issuerHostPath(facts.issuer)
  const keys = [...(ownKeys.get(prefix) ?? genericKeys)(prefix, facts), ...newerClaims(prefix, facts.claims)]
  return facts.issuer.endsWith('/') ? keys.flatMap((each) => withSlash(each, prefix)) : keys
}

function newerClaims(prefix: string, claims: Claims): ContextValue[] {
  return SINCE_2026.test(prefix)
    ? Object.entries(claims).flatMap(([name, value]) =>
        typeof value === 'string' && !REGISTERED.has(name)
          ? [
              {
                ...list(`${prefix}:${name}`, []),
                multi: false,
                otherwise: { fact: unverifiedAssumptions.newerClaims, values: [value] },
              },
            ]
          : [],
      )
    : []
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
  return [value].flat().filter((each) => typeof each === 'string')
}

function accessTokenKeys(claim: string): KeysOf {
  return (prefix, { subject, audience }) => [
    single(`${prefix}:app_id`, audience, 'the application'),
    single(`${prefix}:${claim}`, subject, 'the user'),
  ]
}
