/** Signing in, and signing out. */
import type { Page, SignedInPage } from './page.ts'

/** GET /login */
export interface ChooserPage extends Page {
  /** One sentence above the list, such as `You are signed out.` */
  readonly message?: string | undefined
  readonly providers: readonly ProviderChoice[]
}

export interface ProviderChoice {
  readonly id: string
  readonly label: string
  readonly protocol: 'saml' | 'oidc'
  /** The provider that this browser used last. */
  readonly isLast: boolean
  /** Where the choice leads: `/login/corp?return_to=…` */
  readonly href: string
  /** Where a sign-in as another user than the provider knows starts. */
  readonly otherUserHref?: string | undefined
  /** Why it is unavailable, as a sentence. The choice is then shown disabled. */
  readonly unavailable?: string | undefined
}

/** GET /login/:provider?q=, where the provider is a federation. */
export interface FindIdpPage extends Page {
  readonly providerId: string
  readonly providerLabel: string
  /** As typed; empty for none. */
  readonly query: string
  /** Where the login ends; empty for the default. */
  readonly returnTo: string
  /** The last choices in this browser, latest first. */
  readonly recent: readonly IdpChoice[]
  readonly results: readonly IdpChoice[]
  /** More match than are shown. */
  readonly hasMore: boolean
  /** The number of all choices, whatever the query. */
  readonly total: number
  /** There are other providers to sign in with. */
  readonly hasOthers: boolean
}

export interface IdpChoice {
  readonly name: string
  /** The host of its entityID: names can be similar. */
  readonly host: string
  /** Where the choice leads: `/login/edugain?idp=…` */
  readonly href: string
  /** Its logo, from here; undefined: it has none. */
  readonly logo?: string
}

/** GET /login/finish of a sign-in that was started elsewhere: asks for confirmation. */
export interface ConfirmSignInPage extends Page {
  /** The display name of the user who signed in at the provider. */
  readonly name: string
  readonly providerLabel: string
  readonly handle: string
  readonly csrfToken: string
}

/** Sends a message to an identity provider by POST. Shown without a login. */
export interface PostFormPage extends Page {
  /** An http(s) URL of another site. */
  readonly action: string
  /** The hidden fields by name. */
  readonly fields: Readonly<Record<string, string>>
  /** The destination, such as `Signing in at Corp SSO`. */
  readonly heading: string
  readonly button: string
}

/** Redirects to another site, by a link instead of a form. Shown without a login. */
export interface RedirectPage extends Page {
  /** The destination, such as `Signing out at Corp SSO`. */
  readonly heading: string
  readonly href: string
}

/** GET /logout: asks. */
export interface SignOutPage extends SignedInPage {}

/** The end of a logout. Without a login; nothing starts automatically. */
export interface SignedOutPage extends Page {
  /** The result at the provider: `You may still be signed in at Corp SSO.` */
  readonly notice?: string | undefined
  readonly signInHref: string
  /** Where a sign-in as another user starts, and at which provider. */
  readonly otherUser?: { readonly href: string; readonly providerLabel: string } | undefined
}
