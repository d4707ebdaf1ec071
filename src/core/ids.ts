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

/** Of a time until 2059: nine characters of its milliseconds since 1970, which sort as the times do. */
const STAMP = /^_?0[0-9a-z]{8}\./

function stamp(): string {
  return `${Date.now().toString(36).padStart(9, '0')}.`
}

/**
 * A token for what is stored under it. It begins with the time, so what is stored at the same time is stored side by side,
 * and a store on disk writes few pages for it. The time is no secret; 192 random bits follow.
 */
export function newId(): string {
  return stamp() + newToken()
}

/** The time that such an id begins with, as it is written there; empty for any other text. */
export function stampOf(id: string): string {
  return STAMP.exec(id)?.[0] ?? ''
}

/** An id of the same kind. An xs:ID must not begin with a digit; SAML Core 1.3.4 requires 128 random bits or more. */
export function newXmlId(): string {
  return `_${stamp()}${randomOctets(20).toString('hex')}`
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
