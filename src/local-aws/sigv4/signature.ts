/**
 * Signature Version 4: from a request to its canonical form, the string to sign, and the signature. For verification;
 * knows neither owners of keys nor a clock.
 */
import { createHmac, hash } from 'node:crypto'

export interface SignedParts {
  readonly method: string
  readonly path: string
  /** As sent, without the question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Lower-case, in the order of the signature. */
  readonly signedHeaders: readonly string[]
  /** Hex SHA-256 of the body; for S3 also a name for a body that is not hashed. */
  readonly payloadHash: string
  /** S3 signs the path as it is sent; all other services normalize it and encode it once more. */
  readonly isS3?: boolean
}

export interface CredentialScope {
  /** `20261122` */
  readonly date: string
  readonly region: string
  readonly service: string
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data)
}

export function canonicalRequest(parts: SignedParts): string {
  return [
    parts.method,
    parts.isS3 ? pathOfS3(parts.path) : canonicalPath(parts.path),
    canonicalQuery(parts.query),
    ...parts.signedHeaders.map((name) => `${name}:${headerOf(parts, name).trim().replace(/ +/g, ' ')}`),
    '',
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n')
}

/** Dot segments and empty segments removed, each segment encoded once more than it was sent (all services but S3). */
function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(Buffer.from(segment)))
  }
  const trailing = segments.length > 0 && /\/(\.{0,2})$/.test(path) ? '/' : ''
  return `/${segments.join('/')}${trailing}`
}

/** Each segment encoded once, whatever the client left unencoded; empty segments belong to the names of objects. */
function pathOfS3(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/')
}

/** RFC 3986: all but unreserved characters, in upper-case hex. */
function encode(octets: Buffer): string {
  let text = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    text += /[A-Za-z0-9._~-]/.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

/** Sorted by encoded name, then value. The signature itself is never part of what it signs. */
function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [encode(decodeField(name)), encode(decodeField(value))] as const
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** A plus means a space to everyone who reads the parameters, so it must not be signed as a plus. */
function decodeField(text: string): Buffer {
  return decode(text.replaceAll('+', ' '))
}

/** The octets of a percent-encoded text; a percent sign that encodes nothing is literal. */
function decode(text: string): Buffer {
  const octets = Buffer.from(text)
  const out: number[] = []
  for (let at = 0; at < octets.length; at++) {
    const hex = octets[at] === 0x25 ? /^[0-9a-f]{2}$/i.exec(octets.toString('latin1', at + 1, at + 3)) : null
    out.push(hex ? Number.parseInt(hex[0], 16) : (octets[at] ?? 0))
    if (hex) at += 2
  }
  return Buffer.from(out)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Names come from the client: `constructor` must not be found as a header. */
function headerOf({ headers }: SignedParts, name: string): string {
  return (Object.hasOwn(headers, name) ? headers[name] : undefined) ?? ''
}

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`
}

/** `timestamp`: `20261122T120000Z`. */
export function stringToSign(canonical: string, timestamp: string, scope: CredentialScope): string {
  return ['AWS4-HMAC-SHA256', timestamp, scopeText(scope), sha256Hex(canonical)].join('\n')
}

/** The signing key of a secret access key for a scope: valid for a day. */
export function signingKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  return [scope.date, scope.region, scope.service, 'aws4_request'].reduce<Buffer>(
    hmac,
    Buffer.from(`AWS4${secretAccessKey}`),
  )
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export function signatureOf(key: Buffer, toSign: string): Buffer {
  return hmac(key, toSign)
}
