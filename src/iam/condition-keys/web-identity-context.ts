/** From a verified token to the keys that begin with its issuer's host and path (aws-facts C.1, C.2, C.4). */
import { issuerHostPath } from '../../core/arn.ts'
import { unverifiedAssumptions } from '../unverified-assumptions.ts'
import { conditionKeyTable } from './condition-key-table.ts'
import { type ContextValue, list, single } from './context.ts'

/** A verified token as AWS looks at it. */
export interface WebIdentityFacts {
  /** The issuer's URL; of Login with Amazon and Facebook the host. */
  readonly issuer: string
  readonly subject: string
  /** The one audience that was matched: `azp` where the token has it, else the client id found in `aud` (C.4). */
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

/** Claims that AWS exposes for issuers it knows, next to aud, sub, amr and azp: what the table says of their hosts. */
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

/** Issuers of which AWS exposes more since 2026, without our knowing what (C.2). */
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

/** The key as it is, and as it would be if the issuer kept the slash at its end. */
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

function accessTokenKeys(person: string): KeysOf {
  return (prefix, { subject, audience }) => [
    single(`${prefix}:app_id`, audience, 'the application'),
    single(`${prefix}:${person}`, subject, 'the person'),
  ]
}
