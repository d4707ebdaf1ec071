import type { Secret } from '../core/secret.ts'

/** The settings of one provider that issues access tokens and no ID tokens. */
export interface AccessTokenSettings {
  /** The provider's `id` in the configuration. */
  readonly id: string
  /** `https://www.amazon.com` or `https://graph.facebook.com`, whatever endpoints are used. */
  readonly issuer: string
  /** STS's ProviderId. */
  readonly providerId: 'www.amazon.com' | 'graph.facebook.com'
  /** Origins of the sign-in page and of the API, without a trailing slash. */
  readonly authorization: string
  readonly api: string
  readonly clientId: string
  readonly clientSecret?: Secret
  readonly scopes: readonly string[]
  readonly redirectUri: string
  readonly authorizationParams?: Readonly<Record<string, string>>
  readonly requireVerifiedEmail?: boolean
}
