import { isUtf8 } from 'node:buffer'
import { isObject } from '../../core/json.ts'
import { cut, OidcError, type OidcErrorCode } from '../errors.ts'
import { MAC_ALGORITHMS, type OidcSettings } from '../settings.ts'
import { decryptToken } from './encrypted-token.ts'
import type { KeySet } from './key-set.ts'
import type { PublishedKeys } from './published-keys.ts'
import { isSignedBy, isTaggedBy } from './signature.ts'

/** A parsed token. Nothing in it is trusted. */
export interface ParsedToken {
  /** As it can be forwarded: for an encrypted token the signed one inside. */
  readonly compact: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * A token with a valid signature: its claims come from the provider, but are not checked yet. Only a reader creates
 * one.
 */
export interface SignedToken extends ParsedToken {
  readonly signature: 'holds'
}

/** Why a token cannot be trusted at all. */
export interface SignatureProblem {
  readonly code: OidcErrorCode
  readonly expected: string
  readonly found: string
  readonly source: string
}

/** Parses a token, decrypts it if needed, and verifies its signature. Throws OidcError if keys are unavailable. */
export type TokenReader = (token: string) => Promise<SignedToken | SignatureProblem>

// base64url here has no padding, and AWS may refuse what Node accepts (RFC 7515 2).
const COMPACT = /^[\w.-]+$/

const malformed = problem('oidc.id_token_malformed', 'a signed JSON Web Token', 'something else')

/** For tokens with these signature algorithms and no others. */
export function createTokenReader(
  { clientSecret, decryptionKeys = [] }: OidcSettings,
  algorithms: readonly string[],
  keySet: KeySet,
): TokenReader {
  const macKey = Buffer.from(clientSecret?.reveal() ?? '')
  return async (text) => {
    const token = await openToken(text, decryptionKeys)
    if ('code' in token) return token
    const problem = headerProblem(token, algorithms) ?? (await signatureProblem(token, keySet, macKey))
    return problem ?? { ...token, signature: 'holds' }
  }
}

async function openToken(
  text: string,
  decryptionKeys: NonNullable<OidcSettings['decryptionKeys']>,
): Promise<ParsedToken | SignatureProblem> {
  const parts = text.split('.')
  if (parts.length !== 5) return parseSigned(text) ?? malformed
  const header = parseSegment(parts[0])
  const inner = header && (await decryptToken({ compact: text, header }, decryptionKeys))
  if (inner === undefined) return undecryptable(header)
  return parseSigned(inner) ?? malformed
}

/** Header and claims of a compact JWS; undefined for anything else. RFC 7515 7.1 */
function parseSigned(compact: string): ParsedToken | undefined {
  const parts = compact.split('.')
  if (parts.length !== 3 || !COMPACT.test(compact)) return undefined
  const [header, claims] = [parseSegment(parts[0]), parseSegment(parts[1])]
  return header && claims && { compact, header, claims }
}

function parseSegment(segment = ''): Readonly<Record<string, unknown>> | undefined {
  const octets = Buffer.from(segment, 'base64url')
  // A single remaining character is not base64url: Node drops it, other decoders refuse it (RFC 4648 4).
  if (segment.length % 4 === 1 || !isUtf8(octets)) return undefined
  try {
    const value: unknown = JSON.parse(octets.toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function undecryptable(header: ParsedToken['header'] | undefined): SignatureProblem {
  const found = `alg ${cut(String(header?.alg))}, enc ${cut(String(header?.enc))}, kid ${cut(String(header?.kid))}`
  return problem('oidc.decryption_failed', 'a token encrypted for this gateway', found)
}

function problem(code: OidcErrorCode, expected: string, found: string): SignatureProblem {
  return {
    code,
    expected,
    found,
    source: 'token header',
  }
}

function headerProblem(
  { header: { alg, crit } }: ParsedToken,
  algorithms: readonly string[],
): SignatureProblem | undefined {
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    return problem('oidc.algorithm_refused', algorithms.join(' '), cut(String(alg)))
  }
  // RFC 7515 4.1.11: extensions are not supported.
  if (crit === undefined) return undefined
  return problem('oidc.critical_header', 'no critical extension', cut(JSON.stringify(crit)))
}

/**
 * Signed by a key that the provider publishes, if necessary after fetching the keys again; or for HS* with the client
 * secret.
 */
async function signatureProblem(
  token: ParsedToken,
  keySet: KeySet,
  macKey: Uint8Array,
): Promise<SignatureProblem | undefined> {
  if (isMac(String(token.header.alg))) return macProblem(token, macKey)
  const known = await keySet.known()
  const found = await keyProblem(token, known)
  const newer = found && (await keySet.newerThan(known))
  return newer ? keyProblem(token, newer) : found
}

function isMac(algorithm: string): boolean {
  return MAC_ALGORITHMS.some((mac) => mac === algorithm)
}

function macProblem(token: ParsedToken, secret: Uint8Array): SignatureProblem | undefined {
  const { algorithm, text, signature } = partsOf(token)
  if (isTaggedBy(secret, algorithm, text, signature)) return undefined
  return problem('oidc.signature_invalid', 'a signature by the client secret', shownKey(token))
}

function partsOf({ compact, header }: ParsedToken) {
  const end = compact.lastIndexOf('.')
  const signature = Buffer.from(compact.slice(end + 1), 'base64url')
  return { algorithm: String(header.alg), text: compact.slice(0, end), signature }
}

function shownKey({ header: { alg, kid } }: ParsedToken): string {
  return `alg ${cut(String(alg))}, kid ${cut(String(kid))}`
}

// Only published keys: keys in the header (jwk, jku, x5u, x5c) are ignored.
async function keyProblem(token: ParsedToken, keys: PublishedKeys): Promise<SignatureProblem | undefined> {
  const { algorithm, text, signature } = partsOf(token)
  const candidates = await keys.candidates(token.header)
  if (candidates.length === 0) return problem('oidc.key_unknown', 'a published key', shownKey(token))
  if (candidates.some((key) => isSignedBy(key, algorithm, text, signature))) return undefined
  return problem('oidc.signature_invalid', 'a signature by a published key', shownKey(token))
}

/** RFC 7518 3.2: HS* requires a client secret at least as long as the hash. Throws OidcError for a shorter one. */
export function refuseShortSecret({ clientSecret, idTokenAlgs = [] }: OidcSettings): void {
  const bits = Math.max(0, ...idTokenAlgs.filter(isMac).map((algorithm) => Number(algorithm.slice(2))))
  const length = Buffer.byteLength(clientSecret?.reveal() ?? '')
  if (length * 8 >= bits) return
  const found = `${length} bytes`
  throw new OidcError('oidc.client_secret_too_short', { expected: `${bits / 8} bytes`, found, source: 'clientSecret' })
}
