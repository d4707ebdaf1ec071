import type { Attributes } from '../core/identity.ts'

/** What belongs to the protocol and says nothing about the person. `amr` and `acr` stay: rules may ask for them. */
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
])

const DEEPEST = 8

type Claims = Readonly<Record<string, unknown>>

/**
 * The claims as attributes: texts, numbers and booleans as text, lists of those as several values, objects flattened
 * with dots (`realm_access.roles`). What comes first wins: the ID token before userinfo, a claim that is named
 * `a.b` before a `b` inside of `a`.
 */
export const toAttributes = (...sources: readonly Claims[]): Attributes => {
  const attributes = new Map<string, readonly string[]>()
  for (const claims of sources) {
    const entries = Object.entries(claims).filter(([name]) => !PROTOCOL_CLAIMS.has(name))
    const [plain, nested] = [entries.filter(([, value]) => !isObject(value)), entries.filter(([, v]) => isObject(v))]
    for (const [name, value] of [...plain, ...nested]) collect(attributes, name, value, 1)
  }
  return attributes
}

const collect = (attributes: Map<string, readonly string[]>, name: string, value: unknown, depth: number): void => {
  if (isObject(value)) {
    if (depth >= DEEPEST) return
    for (const [key, inner] of Object.entries(value)) collect(attributes, `${name}.${key}`, inner, depth + 1)
    return
  }
  const values = (Array.isArray(value) ? value : [value]).flatMap(toText)
  if (values.length > 0 && !attributes.has(name)) attributes.set(name, values)
}

const toText = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
