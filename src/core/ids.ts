import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 192 random bits, safe in URLs, cookies and file names. */
export const newToken = (): string => randomBytes(24).toString('base64url')

/** An xs:ID: it may not begin with a digit. SAML Core 1.3.4 asks for 128 bits or more of chance. */
export const newXmlId = (): string => `_${randomBytes(20).toString('hex')}`

/** What is kept of a secret that only has to be recognised again. */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** Compares without telling by its time how much was right. */
export const sameText = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
