import type { Secret } from './secret.ts'

/** Who signed in, as everything past the protocols knows them. Attribute names are as the provider sent them. */
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
  /** AuthnInstant or `auth_time`: when the user proved who they are, which may be before this login. */
  readonly authenticatedAt: Date
  /** The provider did not say when that was: `authenticatedAt` is when it answered, and proves nothing recent. */
  readonly isTimeAssumed?: true
}

/** A Map, never an object: attribute names are the provider's words, `__proto__` among them. */
export type Attributes = ReadonlyMap<string, readonly string[]>

/** What the provider signed and STS may be shown, with the time after which AWS will no longer take it. */
export type Evidence =
  | {
      readonly kind: 'saml'
      /** The form field as it came; only where AWS is shown it, as it may have 60 kB. */
      readonly response?: Secret
      readonly issuedAt: Date
      readonly expiresAt: Date
      /** SubjectConfirmations of every method: AWS accepts an assertion with one only. */
      readonly confirmationCount: number
      /** The assertion came encrypted: AWS can read it only with our key. */
      readonly isEncrypted: boolean
    }
  | { readonly kind: 'web-identity'; readonly token: Secret; readonly issuedAt: Date; readonly expiresAt: Date }

/** What a logout at the provider must name. */
export type LogoutRef =
  | {
      readonly kind: 'saml'
      readonly nameId: NameId
      readonly sessionIndex?: string
      /**
       * Of further statements, and of sign-ins that this one renewed: the provider may call the session by any of them.
       */
      readonly furtherSessionIndexes?: readonly string[]
    }
  | { readonly kind: 'oidc'; readonly subject: string; readonly sid?: string; readonly idToken: Secret }

/** How fresh evidence can be had without the user: OpenID Connect Core 12. */
export interface Renewal {
  readonly refreshToken: Secret
  /** Of the login's own ID token: a renewed one has the same or none. */
  readonly nonce: string
}

/** SAML Core 8.3; the older two kept the names of SAML 1.1. */
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

/** Values that a provider sent and may not assert, or should have sent. */
export interface LeftOut {
  readonly attribute: string
  /** Empty where the provider did not send them. */
  readonly values: readonly string[]
  /** undefined: they are of domains for which the provider may not speak. */
  readonly reason?: 'not verified' | 'not said to be verified' | 'not in the token'
}

/** The verified result of a protocol. The code after it is independent of the protocol. */
export interface SignIn {
  readonly identity: Identity
  readonly evidence: Evidence
  readonly logoutRef: LogoutRef
  /** Where the provider gave a refresh token. */
  readonly renewal?: Renewal
  /** The provider's own end of this session (SessionNotOnOrAfter), which caps ours. */
  readonly sessionEndsAt?: Date
  /** What the identity is without, for the audit line. */
  readonly leftOut?: readonly LeftOut[]
}
