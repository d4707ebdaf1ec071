import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 192 random bits, safe in URLs, cookies and file names. */
export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** An xs:ID must not begin with a digit. SAML Core 1.3.4 requires 128 bits or more of randomness. */
export function newXmlId(): string {
  return `_${randomBytes(20).toString('hex')}`
}

/** The hash that is stored instead of a secret that is only compared later. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
