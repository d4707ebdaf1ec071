import type { Attributes, LeftOut } from '../core/identity.ts'
import { isObject } from '../core/json.ts'

/** Claims of the protocol, which do not describe the user. `amr` and `acr` stay: rules may use them. */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'azp',
  'exp',
  'nbf',
  'iat',
  'jti',
  'nonce',
  'auth_time',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
  // Claims that say where other claims are. Core 5.6.2
  '_claim_names',
  '_claim_sources',
])

const DEEPEST = 8

type Claims = Readonly<Record<string, unknown>>

/** A claim, and the claim that says whether the provider has verified it. Core 5.1 */
const VERIFIED_BY = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const

/**
 * Claims that the provider repeats without having verified them: a user may have entered another user's address, and
 * rules, session names and tags would take them for that user.
 */
export function unverifiedClaims(...sources: readonly Claims[]): readonly LeftOut[] {
  return VERIFIED_BY.flatMap(([attribute, flag]) => {
    const values = sources.flatMap((claims) => [claims[attribute]].flat().flatMap(toText))
    return values.length > 0 && sources.some((claims) => isDenied(claims[flag]))
      ? [{ attribute, values: [...new Set(values)] }]
      : []
  })
}

function toText(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}

/** Whether the provider says that it has not verified the claim. Saying nothing does not count. */
function isDenied(flag: unknown): boolean {
  return flag !== undefined && flag !== null && flag !== true && String(flag).toLowerCase() !== 'true'
}

/**
 * The claims as attributes: texts, numbers and booleans as text, lists of those as several values, objects flattened
 * with dots (`realm_access.roles`). The first occurrence counts: the ID token before userinfo, a claim named `a.b`
 * before a `b` inside `a`. Without claims that the provider says it has not verified.
 */
export function toAttributes(...sources: readonly Claims[]): Attributes {
  const attributes = new Map<string, readonly string[]>()
  const unverified = new Set(unverifiedClaims(...sources).map(({ attribute }) => attribute))
  for (const claims of sources) {
    const entries = Object.entries(claims).filter(([name]) => !PROTOCOL_CLAIMS.has(name) && !unverified.has(name))
    const [plain, nested] = [entries.filter(([, value]) => !isObject(value)), entries.filter(([, v]) => isObject(v))]
    for (const [name, value] of [...plain, ...nested]) collect(attributes, name, value, 1)
  }
  return attributes
}

function collect(attributes: Map<string, readonly string[]>, name: string, value: unknown, depth: number): void {
  if (isObject(value)) {
    if (depth >= DEEPEST) return
    for (const [key, inner] of Object.entries(value)) collect(attributes, `${name}.${key}`, inner, depth + 1)
    return
  }
  const values = (Array.isArray(value) ? value : [value]).flatMap(toText)
  if (values.length > 0 && !attributes.has(name)) attributes.set(name, values)
}
