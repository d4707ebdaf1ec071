import type { Evidence, LeftOut, LogoutRef, SignIn } from '../../core/identity.ts'
import { Secret } from '../../core/secret.ts'

/** What toRecord leaves of the types once they are JSON. */
interface SignInRecord {
  readonly identity: Omit<SignIn['identity'], 'attributes' | 'authenticatedAt'> & {
    readonly attributes: [string, string[]][]
    readonly authenticatedAt: string
  }
  readonly evidence: { readonly issuedAt: string; readonly expiresAt: string } & (
    | {
        readonly kind: 'saml'
        readonly response?: string
        readonly confirmationCount: number
        readonly isEncrypted: boolean
      }
    | { readonly kind: 'web-identity'; readonly token: string }
  )
  readonly logoutRef:
    | Extract<LogoutRef, { kind: 'saml' }>
    | (Omit<Extract<LogoutRef, { kind: 'oidc' }>, 'idToken'> & { readonly idToken: string })
  readonly renewal?: { readonly refreshToken: string; readonly nonce: string }
  readonly sessionEndsAt?: string
  readonly leftOut?: readonly LeftOut[]
}

/**
 * A verified sign-in as text and back, for the store. This is the one place where evidence and tokens are written
 * down: a store outside the process has to be protected like the sessions themselves.
 */
export function toRecord(signIn: SignIn): string {
  return JSON.stringify({
    ...signIn,
    identity: { ...signIn.identity, attributes: [...signIn.identity.attributes] },
    evidence: evidenceToRecord(signIn.evidence),
    logoutRef:
      signIn.logoutRef.kind === 'oidc'
        ? { ...signIn.logoutRef, idToken: signIn.logoutRef.idToken.reveal() }
        : signIn.logoutRef,
    renewal: signIn.renewal && { ...signIn.renewal, refreshToken: signIn.renewal.refreshToken.reveal() },
  })
}

function evidenceToRecord(evidence: Evidence): Record<string, unknown> {
  return evidence.kind === 'saml'
    ? { ...evidence, response: evidence.response?.reveal() }
    : { ...evidence, token: evidence.token.reveal() }
}

/** Reads what toRecord wrote. */
export function fromRecord(text: string): SignIn {
  const { identity, evidence, logoutRef, renewal, sessionEndsAt, leftOut } = JSON.parse(text) as SignInRecord
  const times = { issuedAt: new Date(evidence.issuedAt), expiresAt: new Date(evidence.expiresAt) }
  return {
    identity: {
      ...identity,
      attributes: new Map(identity.attributes),
      authenticatedAt: new Date(identity.authenticatedAt),
    },
    evidence: { ...evidenceFromRecord(evidence), ...times },
    logoutRef: logoutRef.kind === 'oidc' ? { ...logoutRef, idToken: new Secret(logoutRef.idToken) } : logoutRef,
    ...(renewal && { renewal: { ...renewal, refreshToken: new Secret(renewal.refreshToken) } }),
    ...(sessionEndsAt === undefined ? {} : { sessionEndsAt: new Date(sessionEndsAt) }),
    ...(leftOut && { leftOut }),
  }
}

function evidenceFromRecord(evidence: SignInRecord['evidence']) {
  if (evidence.kind === 'web-identity') return { kind: evidence.kind, token: new Secret(evidence.token) }
  const { response, ...kept } = evidence
  return { ...kept, ...(response !== undefined && { response: new Secret(response) }) }
}
