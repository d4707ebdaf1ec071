import type { Secret } from './secret.ts'

/**
 * The user who signed in, as all code after the protocols sees them. Attribute names are as the provider sent them.
 */
export interface Identity {
  /** The provider's `id` in the configuration. */
  readonly provider: string
  readonly protocol: 'saml' | 'oidc'
  /** The entityID or the issuer URL that vouches for this identity. */
  readonly issuer: string
  /** NameID, `sub`, or the attribute that the configuration names. */
  readonly subject: string
  /** The NameID's Format, where the subject is a NameID. */
  readonly subjectFormat?: string
  readonly attributes: Attributes
  /** AuthnInstant or `auth_time`: when the user authenticated, which may be before this login. */
  readonly authenticatedAt: Date
  /**
   * The provider did not say when the user authenticated: `authenticatedAt` is the time of its response, and proves
   * nothing recent.
   */
  readonly isTimeAssumed?: true
  /**
   * How the user authenticated: the AuthnContextClassRef and the methods that Microsoft's products name, or `acr` and each
   * method of `amr` as `amr:mfa`. The class is first. Only what is signed.
   */
  readonly authnContext?: readonly string[]
  /** What metadata stated about the identity provider when the user signed in; absent if it stated nothing. */
  readonly idpMarks?: IdpMarks
}

/** The names by which rules refer to what a federation's metadata states about an identity provider. */
export const markNames = ['registrationAuthority', 'entityCategory', 'assuranceCertification', 'idpScope'] as const

/** By these names; each list is empty if metadata has none. */
export type IdpMarks = Readonly<Record<(typeof markNames)[number], readonly string[]>>

/** A Map, never an object: attribute names come from the provider and may be `__proto__`. */
export type Attributes = ReadonlyMap<string, readonly string[]>

/** What the provider signed and may be sent to STS, with the time from which AWS no longer accepts it. */
export type Evidence =
  | {
      readonly kind: 'saml'
      /** The form field as received; only if it is sent to AWS, as it may have 60 kB. */
      readonly response?: Secret
      readonly issuedAt: Date
      readonly expiresAt: Date
      /** The number of SubjectConfirmations, of every method: AWS accepts only an assertion with exactly one. */
      readonly confirmationCount: number
      /** The assertion was encrypted: AWS can read it only with our key. */
      readonly isEncrypted: boolean
    }
  | {
      readonly kind: 'web-identity'
      readonly token: Secret
      readonly issuedAt: Date
      readonly expiresAt: Date
      /** The token is no JWT: only its provider can read it, and has said this about it. */
      readonly accessToken?: AccessTokenFacts
    }

/** An OAuth 2.0 access token that AWS verifies at its provider. */
export interface AccessTokenFacts {
  /** STS's ProviderId. */
  readonly providerId: 'www.amazon.com' | 'graph.facebook.com'
  readonly application: string
  readonly user: string
}

/** What a logout request to the provider must contain. */
export type LogoutRef =
  | {
      readonly kind: 'saml'
      readonly nameId: NameId
      readonly sessionIndex?: string
      /**
       * From further statements, and from sign-ins that this one renewed: the provider may name the session by any of
       * them.
       */
      readonly furtherSessionIndexes?: readonly string[]
    }
  | { readonly kind: 'oidc'; readonly subject: string; readonly sid?: string; readonly idToken?: Secret }

/** How fresh evidence can be obtained without the user: OpenID Connect Core 12. */
export interface Renewal {
  readonly refreshToken: Secret
  /** From the login's own ID token: a renewed one has the same nonce or none. */
  readonly nonce: string
}

/** SAML Core 8.3; the two older ones kept the names of SAML 1.1. */
export const nameIdFormats = {
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
} as const

/** SAML Core 2.2.3 */
export interface NameId {
  readonly value: string
  readonly format?: string
  readonly nameQualifier?: string
  readonly spNameQualifier?: string
}

/** Values that a provider sent but may not assert, or should have sent. */
export interface LeftOut {
  readonly attribute: string
  /** Empty if the provider did not send them. */
  readonly values: readonly string[]
  /** undefined: they belong to domains that the provider may not speak for. */
  readonly reason?: 'not verified' | 'not said to be verified' | 'not in the token'
}

/** The verified result of a protocol. The code after it is independent of the protocol. */
export interface SignIn {
  readonly identity: Identity
  readonly evidence: Evidence
  readonly logoutRef: LogoutRef
  /** Present if the provider issued a refresh token. */
  readonly renewal?: Renewal
  /** The provider's own end of this session (SessionNotOnOrAfter), which limits ours. */
  readonly sessionEndsAt?: Date
  /** What the identity lacks, for the audit line. */
  readonly leftOut?: readonly LeftOut[]
}

/** Attributes that hold a display name, best first. */
const NAME_ATTRIBUTES = ['displayName', 'name', 'urn:oid:2.16.840.1.113730.3.1.241', 'cn', 'email', 'mail']

/** The user's display name if the provider sent one, otherwise the subject. */
export function nameOf({ attributes, subject }: Identity): string {
  return (
    NAME_ATTRIBUTES.flatMap((attribute) => attributes.get(attribute) ?? []).find((name) => name.trim() !== '') ??
    subject
  )
}
