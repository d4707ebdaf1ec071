/** Proofs that a request comes from the holder of the key that the tokens are bound to. RFC 9449 4 */
import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, randomUUID, sign } from 'node:crypto'

export interface ProofSubject {
  readonly method: string
  readonly url: string
  /** The access token that goes with the request, for a protected resource. */
  readonly accessToken?: string
  /** As the server last asked for. */
  readonly nonce?: string
}

/** A new P-256 key, private part included. */
export function newKey(): JsonWebKey {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
}

/** The value of the DPoP header. `now`: milliseconds since 1970. */
export function proof(key: JsonWebKey, { method, url, accessToken, nonce }: ProofSubject, now: number): string {
  const { kty, crv, x, y } = key
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
  const claims = {
    jti: randomUUID(),
    htm: method,
    // Without query and fragment. RFC 9449 4.2
    htu: url.replace(/[?#].*$/s, ''),
    iat: Math.floor(now / 1000),
    ...(accessToken !== undefined && { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    ...(nonce !== undefined && { nonce }),
  }
  const signed = `${encoded(header)}.${encoded(claims)}`
  const privateKey = createPrivateKey({ key, format: 'jwk' })
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
