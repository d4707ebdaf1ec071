import { hash, randomFillSync, timingSafeEqual } from 'node:crypto'

/** Asking the system for random octets costs the same for a few as for many: they are drawn in advance. */
const pool = Buffer.allocUnsafeSlow(4096)
let drawn = pool.length

/** That many random octets, fit for secrets. At most 64. */
export function randomOctets(count: number): Buffer {
  if (count > pool.length - drawn) {
    randomFillSync(pool)
    drawn = 0
  }
  const octets = Buffer.from(pool.subarray(drawn, drawn + count))
  // A secret is nowhere but where it is used.
  pool.fill(0, drawn, drawn + count)
  drawn += count
  return octets
}

/** 192 random bits, safe in URLs, cookies and file names. */
export function newToken(): string {
  return randomOctets(24).toString('base64url')
}

/** An xs:ID must not begin with a digit. SAML Core 1.3.4 requires 128 bits or more of randomness. */
export function newXmlId(): string {
  return `_${randomOctets(20).toString('hex')}`
}

/** The hash that is stored instead of a secret that is only compared later. */
export function fingerprint(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => hash('sha256', text, 'buffer'))
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
