import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import { fingerprint } from '../core/ids.ts'
import { expiryOf } from '../gateway/define-record.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { usedProofs } from '../gateway/store-records.ts'
import { OAuthError } from './errors.ts'

export interface ProofToCheck {
  /** The DPoP header. */
  readonly proof: string | undefined
  readonly method: string
  /** Of the request, without query. */
  readonly url: string
  /** The access token that came with it. */
  readonly token: string
  /** Of the key that the token is bound to. RFC 7638 */
  readonly thumbprint: string
}

/** As at the token endpoint. */
const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519']

const WITHIN_SECONDS = 300

const LONGEST_ID = 256

/**
 * That the sender holds the key of its token, for this request and once. Throws OAuthError `oauth.proof_invalid`.
 * RFC 9449 4.3
 */
export async function checkProof({ store, now }: Pick<Gateway, 'store' | 'now'>, wanted: ProofToCheck): Promise<void> {
  const { payload, protectedHeader } = await verified(wanted.proof)
  const { iat, jti } = payload
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) throw invalid('jti')
  if (payload.htm !== wanted.method) throw invalid('htm', wanted.method)
  if (urlOf(payload.htu) !== wanted.url) throw invalid('htu', wanted.url)
  if (payload.ath !== fingerprint(wanted.token)) throw invalid('ath')
  if (typeof iat !== 'number' || Math.abs(now().getTime() / 1000 - iat) > WITHIN_SECONDS)
    throw invalid('iat', `within ${WITHIN_SECONDS} seconds of ${now().toISOString()}`)
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk ?? {})
  if (thumbprint !== wanted.thumbprint) throw invalid('jwk', 'the key of the token')
  const id = fingerprint(`${thumbprint} ${jti}`)
  if (!(await usedProofs.claim(store, id, expiryOf(usedProofs, now())))) throw invalid('jti', 'a new one')
}

async function verified(proof: string | undefined): Promise<JWTVerifyResult<JWTPayload>> {
  if (proof === undefined) throw invalid('DPoP', 'a proof')
  try {
    // Its own time claims are judged above, by the gateway's clock.
    return await jwtVerify(proof, EmbeddedJWK, { algorithms: ALGORITHMS, typ: 'dpop+jwt' })
  } catch (cause) {
    throw invalid('DPoP', 'a signed proof', cause)
  }
}

/** Without query and fragment. */
function urlOf(htu: unknown): string | undefined {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return undefined
  const { origin, pathname } = new URL(htu)
  return `${origin}${pathname}`
}

function invalid(source: string, expected?: string, cause?: unknown): OAuthError {
  return new OAuthError('oauth.proof_invalid', {
    source,
    ...(expected !== undefined && { expected }),
    ...(cause !== undefined && { cause }),
  })
}
